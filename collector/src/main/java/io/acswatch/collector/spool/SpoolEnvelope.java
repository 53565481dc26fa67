package io.acswatch.collector.spool;

import io.acswatch.wire.frame.FrameSignature;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands around a frame in a file, little-endian:
 *
 * <pre>
 *   00 magic "ACSP"   04 version   08 frame length   0C CRC-32C   10 the frame, its signature
 * </pre>
 *
 * The checksum is of bytes 00 to 0B and of all from 10 on. Version 1 has no signature, version 2
 * has.
 */
final class SpoolEnvelope {
  static final int LENGTH = 16;

  private static final int MAGIC = 'A' | 'C' << 8 | 'S' << 16 | 'P' << 24;
  private static final int UNSIGNED = 1;
  private static final int SIGNED = 2;
  private static final int CHECKED_HEAD = 12;

  private SpoolEnvelope() {}

  static byte[] wrap(SpooledFrame spooled) {
    byte[] frame = spooled.bytes();
    byte[] signature = spooled.signature() == null ? new byte[0] : spooled.signature();
    ByteBuffer file =
        ByteBuffer.allocate(LENGTH + frame.length + signature.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(MAGIC).putInt(spooled.signature() == null ? UNSIGNED : SIGNED).putInt(frame.length);
    file.putInt(0).put(frame).put(signature);
    return file.putInt(CHECKED_HEAD, checksum(file.array())).array();
  }

  private static int checksum(byte[] file) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, CHECKED_HEAD);
    crc.update(file, LENGTH, file.length - LENGTH);
    return (int) crc.getValue();
  }

  /** Takes the frame out of a file; null if any byte of it is not as it was written. */
  static @Nullable SpooledFrame unwrap(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < LENGTH || bytes.getInt() != MAGIC) {
      return null;
    }
    int version = bytes.getInt();
    int end = file.length - (version == SIGNED ? FrameSignature.BYTES : 0);
    if ((version != UNSIGNED && version != SIGNED)
        || bytes.getInt() != end - LENGTH
        || bytes.getInt() != checksum(file)) {
      return null;
    }
    byte[] signature = version == SIGNED ? Arrays.copyOfRange(file, end, file.length) : null;
    return new SpooledFrame(Arrays.copyOfRange(file, LENGTH, end), signature);
  }
}
