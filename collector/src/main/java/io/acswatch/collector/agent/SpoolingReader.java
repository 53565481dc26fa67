package io.acswatch.collector.agent;

import io.acswatch.cli.Program;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ReadGuard;
import io.acswatch.collector.spool.SigningKey;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.BootOrigin;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.wire.frame.FrameDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader: looks at the host and puts frames into the spool, in the thread that calls {@link
 * #run}. Knows nothing of brokers. What goes wrong is logged and tried again at the next tick.
 */
public final class SpoolingReader {
  /** How long {@link #stop} takes at most; the process then ends within the 200 ms of its unit. */
  static final Duration STOP_LIMIT = Duration.ofMillis(150);

  /** How long a read may take while the reader stops. */
  private static final Duration LAST_PATIENCE = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(SpoolingReader.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String GOING_DOWN = "going-down";

  private final CollectorConfig config;
  private final Spool spool;
  private final Clock clock;
  private final Duration lastPatience;
  private final ReadGuard guard;
  private final PatientReader patient;
  private final HostTree tree;
  private final HostWatcher watcher;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private long lastBeatNanos;
  private long lastLosses;
  private long lastHidden;
  private long toldSequence;
  private ContentDigest toldDigest = ContentDigest.UNKNOWN;
  private int spoolsMade;
  private boolean toldSinceBeat;
  private List<String> toldHealth = List.of();
  private volatile long failures;
  private boolean began;
  private boolean owesSnapshot;
  private @Nullable String failing;
  private @Nullable SigningKey key;
  private String unsigned = "";

  /** A reader of one host into one spool; fails if the host has no name and no id is set. */
  public SpoolingReader(CollectorConfig config, Spool spool, Clock clock) throws IOException {
    this(config, spool, clock, LAST_PATIENCE);
  }

  /** The same; {@code lastPatience} says how long a read may take while the reader stops. */
  SpoolingReader(CollectorConfig config, Spool spool, Clock clock, Duration lastPatience)
      throws IOException {
    this.lastPatience = lastPatience;
    this.config = config;
    this.spool = spool;
    this.clock = clock;
    guard = new ReadGuard(config.denied(), config.readsPerSecond());
    patient = new PatientReader(guard, PATIENCE);
    tree = new HostTree(config.root());
    watcher =
        new HostWatcher(config, new HostReader(tree, clock, guard, new BootFile(spool)::before));
    if (watcher.host().isEmpty()) {
      throw new IOException("the host has no name; set --host-id or " + CollectorConfig.HOST_ID);
    }
  }

  /** Looks that failed, or found no place for what they saw, since the start. */
  long failures() {
    return failures;
  }

  long sweeps() {
    return watcher.sweeps();
  }

  /** What is to be told, or was; null before the first look. */
  @Nullable Capture lastSeen() {
    return watcher.last();
  }

  public String host() {
    return watcher.host();
  }

  /** Reads until {@link #stop}; fails if the very first look does: wrong root, no PCI bus. */
  public void run() throws IOException, InterruptedException {
    try {
      spool.clean();
      Capture first = patient.look(() -> watcher.tick(System.nanoTime()));
      tryTo(() -> tell(first, null, System.nanoTime()));
      long glance = config.glanceInterval().toMillis();
      while (!stopping.await(glance, TimeUnit.MILLISECONDS)) {
        tryTo(() -> tick(System.nanoTime()));
      }
      sayGoodbye();
    } catch (PatientReader.AbandonedException stoppedInTheFirstLook) {
      LOG.info("stopped before the first look was through");
    } finally {
      patient.close();
      stopped.countDown();
    }
  }

  /** Looks once, and once more as before the end; fails if a look or the spool does. */
  public void once() throws IOException, InterruptedException {
    try {
      tick(System.nanoTime());
      sayGoodbye();
    } finally {
      patient.close();
    }
  }

  @FunctionalInterface
  private interface Step {
    void go() throws IOException, InterruptedException;
  }

  private void tryTo(Step step) throws InterruptedException {
    try {
      step.go();
      failing = null;
    } catch (PatientReader.AbandonedException stops) {
      LOG.debug("{}", stops.getMessage());
    } catch (IOException | RuntimeException failed) {
      failures++;
      if (!Program.describe(failed).equals(failing)) {
        failing = Program.describe(failed);
        LOG.warn("cannot read the host, or cannot write to the spool: {}; trying again", failing);
      }
    }
  }

  /** One look, at the time {@code nanos}; puts into the spool what there is to say. */
  public void tick(long nanos) throws IOException, InterruptedException {
    Capture before = watcher.last();
    tell(patient.look(() -> watcher.tick(nanos)), before, nanos);
  }

  private void tell(@Nullable Capture now, @Nullable Capture before, long nanos)
      throws IOException {
    Capture again = now == null && owesSnapshot ? watcher.lastAnew() : null;
    if (now != null) {
      sayIfBlind(now);
      if (!began) {
        keepKey();
      }
      putState(now);
      if (!began) {
        beginBoot(now);
        began = true;
      } else if (before != null && before.kexecLoaded() != now.kexecLoaded()) {
        event(
            now,
            now.kexecLoaded() ? KexecEvent.Step.LOADED : KexecEvent.Step.UNLOADED,
            List.of("kexec_loaded=" + (now.kexecLoaded() ? 1 : 0)));
      }
    } else if (again != null) {
      putState(again);
    }
    beatIfDue(nanos);
  }

  /** Nobody else on this host sees that the registers which matter are not read. */
  private void sayIfBlind(Capture now) {
    long hidden =
        now.functions().stream()
            .filter(f -> f.readStatus() == ReadStatus.TRUNCATED_UNPRIVILEGED)
            .count();
    if (hidden > 0 && hidden != lastHidden) {
      LOG.warn(
          "{} of {} functions show 64 bytes only, and no ACS register: isolation is unknown; the"
              + " reader needs CAP_SYS_ADMIN",
          hidden,
          now.functions().size());
    } else if (hidden < lastHidden) {
      LOG.info("all functions show their ACS registers again");
    }
    lastHidden = hidden;
  }

  /** If this fails the state is owed, and told again later. */
  private void putState(Capture state) throws IOException {
    owesSnapshot = true;
    HostFrames frame = HostFrames.snapshot(state);
    put(frame);
    owesSnapshot = false;
    toldSequence = state.sequence();
    toldDigest = FrameDigest.of(frame.bytes());
    spoolsMade = spool.timesMade();
    toldSinceBeat = true;
  }

  private HostFrames.Numbers numbers() {
    return new HostFrames.Numbers(watcher.nextSequence(), toldSequence);
  }

  /** What is to be said once: a way down that was not gone to its end. */
  private void beginBoot(Capture first) throws IOException {
    Path marker = spool.directory().resolve(GOING_DOWN);
    if (Files.exists(marker)) {
      if (Files.readString(marker).strip().equals(first.boot().id())) {
        event(first, KexecEvent.Step.BACK, List.of("the boot is the one that was to end"));
      }
      Files.delete(marker);
    }
  }

  private void event(Capture state, KexecEvent.Step step, List<String> notes) throws IOException {
    put(HostFrames.event(state, numbers(), clock.millis(), step, notes));
  }

  private void put(HostFrames frame) throws IOException {
    byte[] signature = key == null ? null : key.sign(host(), frame.bytes());
    spool.add(
        frame.bootId(), frame.type(), new SpooledFrame(frame.bytes(), signature), clock.millis());
    long losses = losses();
    if (losses != lastLosses) {
      LOG.warn("{} frames given up: the spool is full", losses - lastLosses);
      lastLosses = losses;
    }
  }

  /** Without a key frames go unsigned: to watch comes first. */
  private void keepKey() {
    if (!config.signed()) {
      return;
    }
    try {
      key = SigningKey.keep(spool.directory(), key);
      if (!unsigned.isEmpty()) {
        LOG.info("frames are signed again, by {}", key.text());
      }
      unsigned = "";
    } catch (IOException failed) {
      String problem = Program.describe(failed);
      if (!problem.equals(unsigned)) {
        LOG.warn("{}: {}", key == null ? "frames are not signed" : "the key is not kept", problem);
        unsigned = problem;
      }
    }
  }

  private long losses() {
    return spool.losses().values().stream().mapToLong(Long::longValue).sum();
  }

  private void beatIfDue(long nanos) throws IOException {
    Capture state = watcher.last();
    long interval = config.heartbeatInterval().toNanos();
    if (state == null || (lastBeatNanos != 0 && nanos - lastBeatNanos < interval)) {
      return;
    }
    lastBeatNanos = nanos == 0 ? 1 : nanos;
    List<SpoolEntry> waiting = spool.entries();
    keepKey();
    report(state);
    if (spool.timesMade() != spoolsMade) { // what was told may have been in the one that is gone
      putState(Objects.requireNonNull(watcher.lastAnew()));
    }
    List<String> health = health(state);
    boolean counts = BootClass.of(state.boot(), state.notes()) != BootClass.CRASH_KEXEC;
    if (toldSinceBeat || !counts || !health.equals(toldHealth)) {
      HostFrames.SpoolDepth depth =
          new HostFrames.SpoolDepth(
              waiting.size(), waiting.stream().mapToLong(SpoolEntry::bytes).sum(), losses());
      put(HostFrames.heartbeat(state, numbers(), clock.millis(), depth, sourceNotes(state)));
      toldHealth = health;
    }
    if (!toldSinceBeat && counts) { // the snapshot of a crash kernel is nobody's last one
      put(HostFrames.unchanged(state, numbers(), watcher.lookedAtMillis(), toldDigest));
    }
    toldSinceBeat = false;
  }

  /** What a heartbeat says, but for what differs each time. */
  private List<String> health(Capture state) {
    List<String> health = new ArrayList<>();
    health.add(HostFrames.note(BootOrigin.of(state.boot(), state.notes())));
    health.add("dropped=" + losses());
    watcher.timings().forEach(timing -> health.add(timing.label() + timing.isSuccess()));
    return health;
  }

  private void report(Capture state) throws IOException {
    new ReaderReport(clock.millis())
        .agent(watcher, guard, patient.stuck(), failures)
        .host(state)
        .sources(watcher)
        .losses(spool.losses())
        .putInto(spool);
  }

  private List<String> sourceNotes(Capture state) {
    List<String> notes = new ArrayList<>();
    notes.add(HostFrames.note(BootOrigin.of(state.boot(), state.notes())));
    watcher.timings().forEach(timing -> notes.add(HostFrames.note(timing)));
    return notes;
  }

  /**
   * What must be on disk before the kernel goes, the cheapest first: a few bytes of each port tell
   * whether an image is loaded and how isolation is now. A whole look follows if time is left: on
   * real hardware each double word of it is a transaction of its own.
   */
  private void sayGoodbye() throws InterruptedException {
    guard.hurry(true);
    try {
      Capture state = patient.lastLook(watcher::lastLook, lastPatience);
      if (state == null) {
        return;
      }
      if (state.kexecLoaded()) {
        event(
            state,
            KexecEvent.Step.GOING_DOWN,
            List.of(
                "the reader was told to stop while a kexec image was loaded",
                "/run/nologin=" + (tree.exists("/run/nologin") ? 1 : 0)));
        spool.put(GOING_DOWN, state.boot().id());
      }
      Capture fresh = state.withHost(state.host(), watcher.nextSequence(), clock.millis());
      putState(fresh);
      long stuck = patient.stuck();
      Capture whole = patient.lastLook(watcher::snapshotNow, lastPatience);
      // One with a hole, since there was no time to wait, is no news.
      if (patient.stuck() == stuck && !fresh.saysTheSameAs(whole)) {
        putState(whole);
      }
    } catch (IOException failed) {
      LOG.warn("no last snapshot: {}", Program.describe(failed));
    }
  }

  /** Ends {@link #run} after a last snapshot, in 150 ms at most; a look under way is given up. */
  public void stop() throws InterruptedException {
    stopping.countDown();
    guard.hurry(true);
    patient.abandon();
    if (!stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("the last snapshot was not taken in {} ms", STOP_LIMIT.toMillis());
    }
  }
}
