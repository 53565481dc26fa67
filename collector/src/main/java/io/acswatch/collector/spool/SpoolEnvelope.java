package io.acswatch.collector.spool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands around a frame in a file, little-endian:
 *
 * <pre>
 *   00 magic "ACSP"   04 version 1   08 frame length   0C CRC-32C   10 the frame
 * </pre>
 *
 * The checksum is of bytes 00 to 0B and of the frame.
 */
final class SpoolEnvelope {
  static final int LENGTH = 16;

  private static final int MAGIC = 'A' | 'C' << 8 | 'S' << 16 | 'P' << 24;
  private static final int VERSION = 1;
  private static final int CHECKED_HEAD = 12;

  private SpoolEnvelope() {}

  static byte[] wrap(byte[] frame) {
    ByteBuffer file = ByteBuffer.allocate(LENGTH + frame.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(MAGIC).putInt(VERSION).putInt(frame.length);
    file.putInt(checksum(file.array(), frame)).put(frame);
    return file.array();
  }

  private static int checksum(byte[] head, byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(head, 0, CHECKED_HEAD);
    crc.update(frame, 0, frame.length);
    return (int) crc.getValue();
  }

  /** Takes the frame out of a file; null if any byte of it is not as it was written. */
  static byte @Nullable [] unwrap(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < LENGTH
        || bytes.getInt() != MAGIC
        || bytes.getInt() != VERSION
        || bytes.getInt() != file.length - LENGTH) {
      return null;
    }
    int expected = bytes.getInt();
    byte[] frame = new byte[file.length - LENGTH];
    bytes.get(frame);
    return checksum(file, frame) == expected ? frame : null;
  }
}
