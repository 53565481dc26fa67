package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostGlance;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostReader.WatchedWord;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.OwnershipClaim;
import io.acswatch.wire.text.OwnersReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a snapshot is due and takes it: at the start, at once when a fast look shows that
 * boot, kexec, an ACS Control word or the owners changed, soon after device events if they changed
 * anything, and every so often in any case. Has no clock: the time comes with each tick.
 */
final class HostWatcher {
  private static final Logger LOG = LoggerFactory.getLogger(HostWatcher.class);

  private final CollectorConfig config;
  private final HostReader reader;
  private final String host;
  private List<OwnershipClaim> owners = List.of();
  private @Nullable Object ownersStamp;
  private @Nullable Capture last;
  private @Nullable HostGlance lastGlance;
  private List<WatchedWord> watched = List.of();
  private long lastNanos;
  private long lastSequence;

  HostWatcher(CollectorConfig config, HostReader reader) {
    this.config = config;
    this.reader = reader;
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
    Object stamp = ownersStamp();
    HostGlance earlier = lastGlance;
    long age = nanos - lastNanos;
    boolean due =
        earlier == null
            || glance.isUrgentAfter(earlier)
            || !String.valueOf(stamp).equals(String.valueOf(ownersStamp))
            || age >= config.snapshotInterval().toNanos();
    boolean eventsOnly = !due && !glance.equals(earlier);
    if (!due && !(eventsOnly && age >= config.settleInterval().toNanos())) {
      return null;
    }
    Capture capture = snapshot(stamp);
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
    return snapshot(ownersStamp());
  }

  private static HostGlance withWordsOf(HostGlance glance, List<WatchedWord> watched) {
    return new HostGlance(
        glance.bootId(),
        glance.kexecLoaded(),
        glance.ueventSequence(),
        watched.stream().map(WatchedWord::lastSeen).toList());
  }

  private Capture snapshot(@Nullable Object stamp) throws IOException {
    readOwners(stamp);
    // The uptime orders all snapshots of a boot, whoever takes them; nothing has to be remembered.
    long sequence = Math.max(reader.uptimeMillis(), lastSequence + 1);
    Capture capture = reader.read(host, sequence, owners);
    lastSequence = sequence;
    return capture;
  }

  private @Nullable Object ownersStamp() {
    Path file = config.owners();
    if (file == null) {
      return null;
    }
    try {
      return Files.getLastModifiedTime(file) + " " + Files.size(file);
    } catch (IOException absent) {
      return "absent";
    }
  }

  private void readOwners(@Nullable Object stamp) {
    Path file = config.owners();
    if (file == null) {
      return;
    }
    ownersStamp = stamp;
    try {
      owners = OwnersReader.read(file);
    } catch (IOException damaged) {
      LOG.warn("{}; the {} claims read before stand", damaged.getMessage(), owners.size());
    }
  }
}
