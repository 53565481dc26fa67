package io.acswatch.streams.topology;

import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.frame.FrameDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a frame says of its host, on its way from {@code decode} to {@code judge}; never leaves the
 * process.
 *
 * @param snapshot null if the host only says that it is as it was
 * @param unchanged that word; null if there is a snapshot
 * @param sign of a frame that only says that the host lives; else null
 * @param digest of the snapshot, or of the one that the host named
 */
record Observation(
    String host,
    @Nullable Snapshot snapshot,
    @Nullable Unchanged unchanged,
    @Nullable Sign sign,
    ContentDigest digest,
    byte[] frame) {
  static Observation of(Snapshot snapshot, byte[] frame) {
    return new Observation(snapshot.host(), snapshot, null, null, FrameDigest.of(frame), frame);
  }

  static Observation of(String host, Sign sign, byte[] frame) {
    return new Observation(host, null, null, sign, ContentDigest.UNKNOWN, frame);
  }

  static Observation of(Unchanged unchanged, byte[] frame) {
    return new Observation(unchanged.host(), null, unchanged, null, unchanged.digest(), frame);
  }

  /** Its place among the frames of its host. */
  Sign place() {
    if (snapshot != null) {
      return Sign.of(snapshot);
    }
    return unchanged != null ? Sign.of(unchanged) : Objects.requireNonNull(sign);
  }
}
