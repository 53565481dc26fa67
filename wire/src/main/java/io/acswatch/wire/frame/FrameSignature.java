package io.acswatch.wire.frame;

import io.acswatch.pci.snapshot.ContentDigest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The signature of a frame: by Ed25519, with the public key that it belongs to, in a header of its
 * record. {@code FORMAT.md} says which bytes are signed.
 *
 * <p>A public key as text is {@code ed25519:} and its 32 bytes in Base64, 43 characters: short
 * enough for people to compare as it is.
 */
public final class FrameSignature {
  /** The record header: 32 bytes of public key, 64 bytes of signature. */
  public static final String HEADER = "acswatch.signature";

  public static final int BYTES = 96;

  private static final String ALGORITHM = "Ed25519";
  private static final int KEY_BYTES = 32;
  private static final byte[] PURPOSE = "acswatch frame 1\0".getBytes(StandardCharsets.US_ASCII);

  /** What X.509 puts before the 32 bytes of a key. */
  private static final byte[] X509_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final String TEXT_HEAD = "ed25519:";

  private FrameSignature() {}

  /** Signs a frame of a host. */
  public static byte[] sign(KeyPair pair, byte[] host, byte[] frame)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(ALGORITHM);
    signature.initSign(pair.getPrivate());
    signature.update(message(host, frame));
    byte[] signed = Arrays.copyOf(bytes(pair.getPublic()), BYTES);
    signature.sign(signed, KEY_BYTES, BYTES - KEY_BYTES);
    return signed;
  }

  /** True if the holder of the key that a signature names has signed this frame of this host. */
  public static boolean isOf(byte[] signature, byte[] host, byte[] frame) {
    if (signature.length != BYTES) {
      return false;
    }
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(publicKey(signature));
      check.update(message(host, frame));
      return check.verify(signature, KEY_BYTES, BYTES - KEY_BYTES);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  /** The key that a signature of {@link #BYTES} names, as text. */
  public static String keyOf(byte[] signature) {
    return text(Arrays.copyOf(signature, KEY_BYTES));
  }

  public static String text(PublicKey key) {
    return text(bytes(key));
  }

  private static String text(byte[] key) {
    return TEXT_HEAD + Base64.getEncoder().withoutPadding().encodeToString(key);
  }

  /** A key from its text, as people may have copied it; IllegalArgumentException if it is none. */
  public static PublicKey publicKey(String text) {
    String stripped = text.strip();
    try {
      byte[] key =
          stripped.startsWith(TEXT_HEAD)
              ? Base64.getDecoder().decode(stripped.substring(TEXT_HEAD.length()))
              : new byte[0];
      if (key.length == KEY_BYTES) {
        PublicKey found = publicKey(key);
        Signature.getInstance(ALGORITHM).initVerify(found); // no point of the curve is no key
        return found;
      }
    } catch (IllegalArgumentException | GeneralSecurityException malformed) {
      // said below
    }
    throw new IllegalArgumentException("expected ed25519: and 43 characters of Base64");
  }

  private static PublicKey publicKey(byte[] startsWithKey) throws GeneralSecurityException {
    byte[] encoded = Arrays.copyOf(X509_HEAD, X509_HEAD.length + KEY_BYTES);
    System.arraycopy(startsWithKey, 0, encoded, X509_HEAD.length, KEY_BYTES);
    return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
  }

  private static byte[] bytes(PublicKey key) {
    byte[] encoded = key.getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
  }

  /** A digest, for Ed25519 passes twice over what it signs, and copies it. */
  private static byte[] message(byte[] host, byte[] frame) throws GeneralSecurityException {
    byte[] digest = ContentDigest.sha256().digest(frame);
    byte[] message = Arrays.copyOf(PURPOSE, PURPOSE.length + host.length + digest.length);
    System.arraycopy(host, 0, message, PURPOSE.length, host.length);
    System.arraycopy(digest, 0, message, PURPOSE.length + host.length, digest.length);
    return message;
  }
}
