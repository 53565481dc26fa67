package io.acswatch.benchmarks.rig;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes a later frame of one that was written: other time and numbers, the same content. Writing it
 * anew would cost more than judging it. Offsets as in {@code FORMAT.md} of {@code wire}.
 */
final class FrameStamp {
  private static final int TAKEN_AT = 0x30;
  private static final int SEQUENCE = 0x38;

  private FrameStamp() {}

  /** Stamps a snapshot. */
  static byte[] snapshot(byte[] frame, long takenAtMillis, long sequence) {
    littleEndian(frame).putLong(TAKEN_AT, takenAtMillis).putLong(SEQUENCE, sequence);
    return frame;
  }

  private static ByteBuffer littleEndian(byte[] frame) {
    return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
  }
}
