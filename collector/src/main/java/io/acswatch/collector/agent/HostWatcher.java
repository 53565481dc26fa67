package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostGlance;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostReader.WatchedWord;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.collector.source.ownership.SourceHealth;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.CaptureDelta;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a snapshot is due and takes it, in two tempos. At every tick it looks at boot,
 * kexec, device events, owners and the ACS Control words that matter; what changed there is due at
 * once, device events when they settled. Every sweep interval it looks at everything, and keeps it
 * to itself if nothing is new; every snapshot interval it tells all. Once after the start, when no
 * device came or went for a while, it tells all too. Has no clock: the time comes with each tick.
 */
final class HostWatcher {
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CollectorConfig config;
  private final HostReader reader;
  private final OwnershipReader owners;
  private final String host;
  private @Nullable Capture last;
  private @Nullable HostGlance lastGlance;
  private List<WatchedWord> watched = List.of();
  private boolean wasQuiet;
  private long quietSinceNanos;
  private @Nullable String lastUeventSequence;
  private long lastSweepNanos;
  private long lastFullNanos;
  private long lastSequence;
  private long sweeps;

  HostWatcher(CollectorConfig config, HostReader reader) {
    this.config = config;
    this.reader = reader;
    owners = new OwnershipReader(reader.tree(), config.owners(), reader.clock());
    host = config.hostId().isEmpty() ? reader.hostName() : config.hostId();
  }

  /** Id of the host, empty if it has no name and none is configured. */
  String host() {
    return host;
  }

  /**
   * What there is to send.
   *
   * @param capture the host
   * @param before the one sent before it, null if there is none
   * @param full send it whole
   */
  record Sighting(Capture capture, @Nullable Capture before, boolean full) {}

  /**
   * Looks at the host, and takes a snapshot if one is due.
   *
   * @param nanos the time, from any beginning
   * @return the snapshot, if there is something to send
   */
  @Nullable Sighting tick(long nanos) throws IOException {
    HostGlance glance = reader.glance(watched);
    HostGlance earlier = lastGlance;
    boolean otherOwners = owners.hasChanged(nanos);
    boolean first = earlier == null;
    boolean urgent = first || otherOwners || glance.isUrgentAfter(earlier);
    boolean events = !first && !glance.ueventSequence().equals(earlier.ueventSequence());
    boolean quiet = becomesQuiet(glance.ueventSequence(), nanos);
    boolean full = first || quiet || nanos - lastFullNanos >= config.snapshotInterval().toNanos();
    long age = nanos - lastSweepNanos;
    boolean settled = events && age >= config.settleInterval().toNanos();
    if (!urgent && !full && !settled && age < config.sweepInterval().toNanos()) {
      return null;
    }
    Capture capture = snapshot();
    // The glance is older than the snapshot: what changed between the two shows in the next one.
    lastGlance = glance;
    lastSweepNanos = nanos;
    Capture before = last;
    boolean otherBoot = before == null || !before.boot().equals(capture.boot());
    boolean loaded = before != null && before.kexecLoaded() != capture.kexecLoaded();
    boolean changed = otherBoot || loaded || !CaptureDelta.between(before, capture).isEmpty();
    if (!full && !urgent && !changed) {
      return null;
    }
    if (changed) {
      watched = WatchedWords.of(capture);
      lastGlance = withWordsOf(glance, watched);
    }
    last = capture;
    boolean whole = full || otherBoot || loaded;
    if (whole) {
      lastFullNanos = nanos;
    }
    return new Sighting(capture, before, whole);
  }

  /** True once: when no device came or went for a while after the start. */
  private boolean becomesQuiet(String ueventSequence, long nanos) {
    if (!ueventSequence.equals(lastUeventSequence)) {
      lastUeventSequence = ueventSequence;
      quietSinceNanos = nanos;
    }
    if (wasQuiet || nanos - quietSinceNanos < QUIET_NANOS) {
      return false;
    }
    wasQuiet = true;
    return true;
  }

  /** Takes a snapshot, whatever happened or did not. */
  Capture snapshotNow() throws IOException {
    last = snapshot();
    return last;
  }

  /** Makes the next snapshot a full one, since what was sent before it may be lost. */
  void tellAll() {
    lastFullNanos -= config.snapshotInterval().toNanos();
  }

  private static HostGlance withWordsOf(HostGlance glance, List<WatchedWord> watched) {
    return new HostGlance(
        glance.bootId(),
        glance.kexecLoaded(),
        glance.ueventSequence(),
        watched.stream().map(WatchedWord::lastSeen).toList());
  }

  private Capture snapshot() throws IOException {
    sweeps++;
    return reader.read(host, nextSequence(), owners.read().toOwnershipClaims());
  }

  /** A number for the next frame, of whatever type. */
  long nextSequence() {
    // The uptime orders all frames of a boot, whoever takes them; nothing has to be remembered.
    lastSequence = Math.max(reader.uptimeMillis(), lastSequence + 1);
    return lastSequence;
  }

  /** The last snapshot that was to be sent, null before the first. */
  @Nullable Capture last() {
    return last;
  }

  /** Looks at everything since the start. */
  long sweeps() {
    return sweeps;
  }

  /** How the sources of owners do. */
  List<SourceHealth> ownerHealth() {
    return owners.health();
  }
}
