package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostGlance;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostReader.WatchedWord;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.pci.capture.Capture;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a snapshot is due and takes it: at the start, at once when a fast look shows that
 * boot, kexec, an ACS Control word or the owners changed, soon after device events if they changed
 * anything, and every so often in any case. Has no clock: the time comes with each tick.
 */
final class HostWatcher {
  private final CollectorConfig config;
  private final HostReader reader;
  private final OwnershipReader owners;
  private final String host;
  private @Nullable Capture last;
  private @Nullable HostGlance lastGlance;
  private List<WatchedWord> watched = List.of();
  private long lastNanos;
  private long lastSequence;

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
   * Looks at the host, and takes a snapshot if one is due.
   *
   * @param nanos the time, from any beginning
   * @return the snapshot, if there is something to send
   */
  @Nullable Capture tick(long nanos) throws IOException {
    HostGlance glance = reader.glance(watched);
    boolean otherOwners = owners.hasChanged(nanos);
    HostGlance earlier = lastGlance;
    long age = nanos - lastNanos;
    boolean due =
        earlier == null
            || glance.isUrgentAfter(earlier)
            || otherOwners
            || age >= config.snapshotInterval().toNanos();
    boolean eventsOnly = !due && !glance.equals(earlier);
    if (!due && !(eventsOnly && age >= config.settleInterval().toNanos())) {
      return null;
    }
    Capture capture = snapshot();
    // The glance is older than the snapshot: what changed between the two shows in the next one.
    lastGlance = glance;
    boolean worthSending = !eventsOnly || last == null || !CaptureChange.isSame(last, capture);
    lastNanos = nanos;
    if (!worthSending) {
      return null;
    }
    if (last == null || !CaptureChange.isSame(last, capture)) {
      watched = WatchedWords.of(capture);
      lastGlance = withWordsOf(glance, watched);
    }
    last = capture;
    return capture;
  }

  /** Takes a snapshot, whatever happened or did not. */
  Capture snapshotNow() throws IOException {
    return snapshot();
  }

  private static HostGlance withWordsOf(HostGlance glance, List<WatchedWord> watched) {
    return new HostGlance(
        glance.bootId(),
        glance.kexecLoaded(),
        glance.ueventSequence(),
        watched.stream().map(WatchedWord::lastSeen).toList());
  }

  private Capture snapshot() throws IOException {
    // The uptime orders all snapshots of a boot, whoever takes them; nothing has to be remembered.
    long sequence = Math.max(reader.uptimeMillis(), lastSequence + 1);
    Capture capture = reader.read(host, sequence, owners.read().toOwnershipClaims());
    lastSequence = sequence;
    return capture;
  }
}
