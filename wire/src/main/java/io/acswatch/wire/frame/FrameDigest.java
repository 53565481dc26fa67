package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.SEQUENCE_AT;
import static io.acswatch.wire.frame.FrameLayout.TAKEN_AT_AT;

import io.acswatch.pci.snapshot.ContentDigest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/** Makes the digest by which an {@code unchanged} frame names the content of a snapshot. */
public final class FrameDigest {
  /** Where the bytes that differ between repetitions end: number and time lie side by side. */
  private static final int REST_AT = SEQUENCE_AT + Long.BYTES;

  private FrameDigest() {}

  /** The first half of SHA-256 over all bytes of a snapshot's frame but its time and its number. */
  public static ContentDigest of(byte[] frame) {
    MessageDigest sha256 = ContentDigest.sha256();
    sha256.update(frame, 0, TAKEN_AT_AT);
    sha256.update(frame, REST_AT, frame.length - REST_AT);
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest()).order(ByteOrder.LITTLE_ENDIAN);
    return new ContentDigest(digest.getLong(), digest.getLong());
  }
}
