package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostGlance;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostReader.WatchedRegister;
import io.acswatch.collector.source.SourceTimings;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.collector.source.ownership.SourceHealth;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a snapshot is due and takes it, in two tempos. At every tick it looks at boot,
 * kexec, device events, owners and the ACS Control registers that matter; what changed there is due
 * at once, device events when they settled. Every sweep interval it looks at all that facts depend
 * on, every snapshot interval at every byte, and keeps it to itself if nothing is new; what was not
 * told for a snapshot interval it tells again. Once after the start, when no device came or went
 * for a while, it tells all too. Has no clock: the time comes with each tick.
 */
final class HostWatcher {
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CollectorConfig config;
  private final HostReader reader;
  private final OwnershipReader owners;
  private final String host;
  private @Nullable Capture last;
  private @Nullable HostGlance lastGlance;
  private List<WatchedRegister> watched = List.of();
  private boolean otherOwners;
  private boolean wasQuiet;
  private long quietSinceNanos;
  private @Nullable String lastUeventSequence;
  private long lastSweepNanos;
  private long lastWholeNanos;
  private long lastToldNanos;
  private long lookedAtMillis;
  private long lastSequence;
  private volatile long sweeps;

  HostWatcher(CollectorConfig config, HostReader reader) {
    this.config = config;
    this.reader = reader;
    owners = new OwnershipReader(reader.tree(), config.owners(), reader.clock(), reader.guard());
    host = config.hostId().isEmpty() ? reader.hostName() : config.hostId();
  }

  /** Id of the host, empty if it has no name and none is configured. */
  String host() {
    return host;
  }

  /**
   * Looks at the host, and takes a snapshot if one is due.
   *
   * @param nanos the time, from any beginning
   * @return the snapshot, if it is to be sent
   */
  @Nullable Capture tick(long nanos) throws IOException {
    HostGlance glance = reader.glance(watched);
    HostGlance earlier = lastGlance;
    otherOwners |= owners.hasChanged(nanos);
    boolean first = earlier == null;
    boolean urgent = first || otherOwners || glance.isUrgentAfter(earlier);
    boolean events = !first && !glance.ueventSequence().equals(earlier.ueventSequence());
    boolean quiet = isQuiet(glance.ueventSequence(), nanos);
    long interval = config.snapshotInterval().toNanos();
    boolean due = first || quiet || nanos - lastToldNanos >= interval;
    boolean whole = first || quiet || nanos - lastWholeNanos >= interval;
    long age = nanos - lastSweepNanos;
    boolean settled = events && age >= config.settleInterval().toNanos();
    if (!urgent && !due && !whole && !settled && age < config.sweepInterval().toNanos()) {
      return null;
    }
    Capture capture = snapshot(whole);
    synchronized (this) {
      reader.guard().goOn(); // what nobody waits for any more changes nothing
      // The glance is older than the snapshot: what changed between the two shows in the next one.
      lastGlance = glance.withKernelLogOf(capture.notes());
      lastSweepNanos = nanos;
      lastWholeNanos = whole ? nanos : lastWholeNanos;
      lookedAtMillis = capture.takenAtMillis();
      otherOwners = false;
      wasQuiet |= quiet;
      Capture before = last;
      boolean changed = before == null || !before.saysTheSameAs(capture);
      if (!due && !urgent && !changed) {
        return null;
      }
      if (changed) {
        watched = WatchedRegisters.of(capture);
        lastGlance = withWordsOf(lastGlance, watched);
      }
      last = capture;
      lastToldNanos = nanos;
      return capture;
    }
  }

  /** True until it was told: when no device came or went for a while after the start. */
  private boolean isQuiet(String ueventSequence, long nanos) {
    if (!ueventSequence.equals(lastUeventSequence)) {
      lastUeventSequence = ueventSequence;
      quietSinceNanos = nanos;
    }
    return !wasQuiet && nanos - quietSinceNanos >= QUIET_NANOS;
  }

  Capture snapshotNow() throws IOException {
    Capture capture = snapshot(false);
    synchronized (this) {
      reader.guard().goOn();
      last = capture;
    }
    return capture;
  }

  /**
   * The last snapshot with what decides isolation as it is now: kexec, and the words that fast
   * looks look at. Reads a few bytes, where a snapshot reads 4 KiB of each function.
   *
   * @return null if there is no snapshot yet
   */
  @Nullable Capture lastLook() throws IOException {
    Capture base;
    List<WatchedRegister> registers;
    synchronized (this) {
      base = last;
      registers = watched;
    }
    if (base == null) {
      return null;
    }
    HostGlance glance = reader.glance(registers);
    Capture now =
        new Capture(
            base.host(),
            base.phase(),
            base.boot(),
            reader.clock().millis(),
            nextSequence(),
            glance.kexecLoaded(),
            base.scanOrder(),
            WatchedRegisters.patched(base.functions(), registers, glance.controlWords()),
            base.owners(),
            withLog(base.notes(), glance.kernelLog()));
    synchronized (this) {
      reader.guard().goOn();
      last = now;
    }
    return now;
  }

  private static List<String> withLog(List<String> notes, List<String> kernelLog) {
    List<String> latest = new ArrayList<>(notes);
    latest.removeIf(Capture::isOfKernelLog);
    latest.addAll(kernelLog);
    return latest;
  }

  /** The last snapshot under a new number, for when it could not be told; null if there is none. */
  @Nullable Capture lastAnew() {
    Capture base = last();
    return base == null ? null : base.withHost(base.host(), nextSequence(), base.takenAtMillis());
  }

  private static HostGlance withWordsOf(HostGlance glance, List<WatchedRegister> watched) {
    return new HostGlance(
        glance.bootId(),
        glance.kexecLoaded(),
        glance.ueventSequence(),
        watched.stream().map(WatchedRegister::lastSeen).toList(),
        glance.kernelLog());
  }

  private Capture snapshot(boolean whole) throws IOException {
    sweeps++; // one look at a time
    return reader.read(host, nextSequence(), owners.read().toOwnershipClaims(), whole);
  }

  synchronized long nextSequence() {
    // The uptime orders all frames of a boot, whoever takes them; nothing has to be remembered.
    lastSequence = Math.max(reader.uptimeMillis(), lastSequence + 1);
    return lastSequence;
  }

  /** Wall clock of the last look at all functions. */
  synchronized long lookedAtMillis() {
    return lookedAtMillis;
  }

  /** The last snapshot that was to be sent, null before the first. */
  synchronized @Nullable Capture last() {
    return last;
  }

  long sweeps() {
    return sweeps;
  }

  long dwords() {
    return reader.dwords();
  }

  List<SourceTimings.Timing> timings() {
    List<SourceTimings.Timing> timings = new ArrayList<>(reader.timings().last());
    owners.health().forEach(health -> timings.add(health.timing()));
    return timings;
  }

  int ownerConflicts() {
    return owners.last().conflicts().size();
  }

  List<SourceHealth> ownerHealth() {
    return owners.health();
  }
}
