package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What a snapshot's frame says at fixed places, and a digest of the rest: enough to know again,
 * without decoding it, a frame that has been decoded before.
 *
 * <p>The digest covers all bytes but when the snapshot was taken and its number. So if it is that
 * of a frame that was found sound, this one is sound too and has the same facts: that two different
 * frames have one digest has a chance of at most 2^-62 ({@link BlockHash} of each kilobyte, SHA-256
 * of its sums and of the rest). It depends on a key that each process draws for itself: another
 * build, which might read a frame otherwise, knows none of those that this one has decoded.
 *
 * <p>Valid until the next {@link #look}, and while the frame's bytes stay as they are; not
 * thread-safe. No bytes make it throw, and it allocates nothing.
 */
public final class FrameHead {
  public static final int DIGEST_LENGTH = 32;

  /** Where the bytes that differ between repetitions end: number and time lie side by side. */
  private static final int REST_AT = SEQUENCE_AT + Long.BYTES;

  private final CheckedBytes window = new CheckedBytes();
  private final MessageDigest sha256 = sha256();
  private final byte[] digest = new byte[DIGEST_LENGTH];
  private final byte[] lastBlock = new byte[BlockHash.BLOCK_LENGTH];
  private byte[] sums = new byte[64 * BlockHash.SUM_LENGTH];
  private boolean digested;

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** False if the bytes are no snapshot, or too short or odd; decoding tells the rest. */
  public boolean look(byte[] bytes) {
    window.set(bytes);
    digested = false;
    return bytes.length >= HEADER_LENGTH
        && window.readInt(MAGIC_AT) == MAGIC
        && window.readUnsignedByte(TYPE_AT) == FrameType.SNAPSHOT.code()
        && takenAtMillis() >= 0
        && sequence() >= 0;
  }

  /** Wall clock when the snapshot was taken, milliseconds since 1970, 0 if unknown. */
  public long takenAtMillis() {
    return window.readLong(TAKEN_AT_AT);
  }

  /** Number of the snapshot within its boot, from 1; 0 if unknown. */
  public long sequence() {
    return window.readLong(SEQUENCE_AT);
  }

  public int functionCount() {
    return window.readInt(FUNCTION_COUNT_AT);
  }

  /** The digest, {@link #DIGEST_LENGTH} bytes; made when first asked for. */
  public byte[] digest() {
    if (!digested) {
      byte[] bytes = window.array();
      sha256.update(bytes, 0, TAKEN_AT_AT);
      int length = sumUp(bytes);
      sha256.update(sums, 0, length);
      try {
        sha256.digest(digest, 0, DIGEST_LENGTH);
      } catch (DigestException impossible) {
        throw new IllegalStateException(impossible);
      }
      digested = true;
    }
    return digest;
  }

  /**
   * Sums of all blocks of the rest, the last one filled up with zeros; and before them its length.
   */
  private int sumUp(byte[] bytes) {
    int length = bytes.length - REST_AT;
    int blocks = (length + BlockHash.BLOCK_LENGTH - 1) / BlockHash.BLOCK_LENGTH;
    int end = Integer.BYTES + blocks * BlockHash.SUM_LENGTH;
    if (sums.length < end) {
      sums = new byte[Math.max(end, 2 * sums.length)];
    }
    for (int i = 0; i < Integer.BYTES; i++) {
      sums[i] = (byte) (length >>> Byte.SIZE * i);
    }
    int to = Integer.BYTES;
    int at = REST_AT;
    for (; at + BlockHash.BLOCK_LENGTH <= bytes.length; at += BlockHash.BLOCK_LENGTH) {
      BlockHash.sum(bytes, at, sums, to);
      to += BlockHash.SUM_LENGTH;
    }
    if (at < bytes.length) {
      int left = bytes.length - at;
      System.arraycopy(bytes, at, lastBlock, 0, left);
      Arrays.fill(lastBlock, left, lastBlock.length, (byte) 0);
      BlockHash.sum(lastBlock, 0, sums, to);
    }
    return end;
  }
}
