package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ReadGuard;
import io.acswatch.collector.source.ownership.SourceHealth;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.KexecEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  /** How long {@link #stop} takes at most: it must not hold up a kexec. */
  static final Duration STOP_LIMIT = Duration.ofMillis(200);

  private static final Logger LOG = LoggerFactory.getLogger(SpoolingReader.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String GOING_DOWN = "going-down";

  private final CollectorConfig config;
  private final Spool spool;
  private final Clock clock;
  private final ReadGuard guard;
  private final PatientReader patient;
  private final HostTree tree;
  private final HostWatcher watcher;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private long lastBeatNanos;
  private long lastLosses;
  private long failures;
  private boolean began;
  private @Nullable String failing;

  /**
   * A reader of one host into one spool.
   *
   * @throws IOException if the host has no name and no id is configured
   */
  public SpoolingReader(CollectorConfig config, Spool spool, Clock clock) throws IOException {
    this.config = config;
    this.spool = spool;
    this.clock = clock;
    guard = new ReadGuard(config.denied(), config.readsPerSecond());
    patient = new PatientReader(guard, PATIENCE);
    tree = new HostTree(config.root());
    watcher = new HostWatcher(config, new HostReader(tree, clock, guard));
    if (watcher.host().isEmpty()) {
      throw new IOException("the host has no name; set --host-id or " + CollectorConfig.HOST_ID);
    }
  }

  /** Id of the host as it stands in all frames. */
  public String host() {
    return watcher.host();
  }

  /**
   * Reads until {@link #stop}.
   *
   * @throws IOException if the very first look fails: wrong root, no PCI bus
   */
  public void run() throws IOException, InterruptedException {
    try {
      spool.clean();
      tick(System.nanoTime());
      long glance = config.glanceInterval().toMillis();
      while (!stopping.await(glance, TimeUnit.MILLISECONDS)) {
        tickAndGoOn();
      }
      sayGoodbye();
    } finally {
      patient.close();
      stopped.countDown();
    }
  }

  private void tickAndGoOn() throws InterruptedException {
    try {
      tick(System.nanoTime());
      failing = null;
    } catch (IOException | RuntimeException failed) {
      failures++;
      if (!failed.toString().equals(failing)) {
        failing = failed.toString();
        LOG.warn("no look at the host, or no place for it: {}", failing);
      }
      watcher.tellAll();
    }
  }

  /** One look, at the time {@code nanos}; puts into the spool what there is to say. */
  void tick(long nanos) throws IOException, InterruptedException {
    Capture before = watcher.last();
    HostWatcher.Sighting sighting = patient.look(() -> watcher.tick(nanos));
    if (sighting != null) {
      put(HostFrames.of(sighting, config.deltas()));
      Capture now = sighting.capture();
      if (!began) {
        began = true;
        beginBoot(now);
      } else if (before != null && before.kexecLoaded() != now.kexecLoaded()) {
        event(
            now,
            now.kexecLoaded() ? KexecEvent.Step.LOADED : KexecEvent.Step.UNLOADED,
            List.of("kexec_loaded=" + (now.kexecLoaded() ? 1 : 0)));
      }
    }
    beatIfDue(nanos);
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
    put(HostFrames.event(state, watcher.nextSequence(), clock.millis(), step, notes));
  }

  private void put(HostFrames frame) throws IOException {
    spool.add(frame.bootId(), frame.type(), frame.bytes(), clock.millis());
    long losses = losses();
    if (losses != lastLosses) {
      LOG.warn("{} frames given up: the spool is full", losses - lastLosses);
      lastLosses = losses;
      // Deltas may have lost what they build on.
      watcher.tellAll();
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
    HostFrames.Waiting depth =
        new HostFrames.Waiting(
            waiting.size(), waiting.stream().mapToLong(SpoolEntry::bytes).sum(), losses());
    put(
        HostFrames.heartbeat(
            state, watcher.nextSequence(), clock.millis(), depth, sourceNotes(state)));
    ReaderReport.of(watcher, guard, patient.stuck(), failures, spool.losses(), clock.millis())
        .writeTo(spool.directory());
  }

  private List<String> sourceNotes(Capture state) {
    List<String> notes = new ArrayList<>();
    notes.add("source=pci success=1 functions=" + state.functions().size());
    for (SourceHealth health : watcher.ownerHealth()) {
      notes.add(HostFrames.note(health));
    }
    return notes;
  }

  /**
   * What must be on disk before the kernel goes: first, since it is little, that it goes; then how
   * things are.
   */
  private void sayGoodbye() throws InterruptedException {
    Capture state = watcher.last();
    guard.hurry(true);
    try {
      if (state != null && state.kexecLoaded()) {
        event(
            state,
            KexecEvent.Step.GOING_DOWN,
            List.of(
                "the reader was told to stop while a kexec image was loaded",
                "/run/nologin=" + (tree.exists("/run/nologin") ? 1 : 0)));
        Files.writeString(spool.directory().resolve(GOING_DOWN), state.boot().id());
      }
      put(HostFrames.snapshot(patient.look(watcher::snapshotNow), config.deltas()));
    } catch (IOException failed) {
      LOG.warn("no last snapshot: {}", failed.toString());
    }
  }

  /**
   * Lets {@link #run} take the last snapshot and return. Comes back when it has, and after 200 ms
   * in any case.
   */
  public void stop() throws InterruptedException {
    stopping.countDown();
    if (!stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("the last snapshot was not taken in {} ms", STOP_LIMIT.toMillis());
    }
  }
}
