package io.acswatch.pci.snapshot;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Digest of all that the frame of a snapshot says, but for when it was taken and its number. Two
 * snapshots with one digest say the same.
 *
 * @param first bytes 0 to 7, little-endian
 * @param second bytes 8 to 15, little-endian
 */
public record ContentDigest(long first, long second) {
  /** Of a snapshot whose frame is not known: no frame has it. */
  public static final ContentDigest UNKNOWN = new ContentDigest(0, 0);

  private static final int ID_BYTES = 16;

  /** 32 hex digits that are the same for the same text. */
  public static String idOf(String text) {
    byte[] digest = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, ID_BYTES);
  }

  /** The function that all digests here come of. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
