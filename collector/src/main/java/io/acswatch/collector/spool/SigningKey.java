package io.acswatch.collector.spool;

import io.acswatch.wire.frame.FrameSignature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key pair by which a host signs its frames, in a file of the spool that nobody but the reader
 * may read: the public key in the first line, then the private one as PEM.
 *
 * <p>The reader signs, not the sender: it has no network, so who breaks into the sender from there
 * can hold frames back, and cannot make any.
 */
public final class SigningKey {
  public static final String FILE = "signing.key";

  private static final String ALGORITHM = "Ed25519";
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----\n";
  private static final String END = "\n-----END PRIVATE KEY-----\n";
  private static final int MOST_BYTES = 4096;

  private final KeyPair pair;

  private SigningKey(KeyPair pair) {
    this.pair = pair;
  }

  /**
   * The key of a spool.
   *
   * @param known the one that was used until now; it is written again if its file is gone, as with
   *     a spool that was removed. Where null, a missing key is made.
   */
  public static SigningKey keep(Path spool, @Nullable SigningKey known) throws IOException {
    Path file = spool.resolve(FILE);
    boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    if (there) {
      return known == null ? read(spool) : known;
    }
    try {
      SigningKey key =
          known == null
              ? new SigningKey(KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair())
              : known;
      key.write(file);
      return key;
    } catch (GeneralSecurityException noSuch) {
      throw new IOException("this Java cannot sign by " + ALGORITHM, noSuch);
    }
  }

  /** The key of a spool as it is; fails if there is none, it is damaged or not for this user. */
  public static SigningKey read(Path spool) throws IOException {
    Path file = spool.resolve(FILE);
    String text;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
    }
    try {
      int begin = text.indexOf(BEGIN);
      int end = text.indexOf(END);
      String secret = text.substring(begin + BEGIN.length(), end);
      KeyPair pair =
          new KeyPair(
              FrameSignature.publicKey(text.substring(0, begin)),
              KeyFactory.getInstance(ALGORITHM)
                  .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(secret))));
      byte[] nothing = {};
      if (FrameSignature.isOf(FrameSignature.sign(pair, nothing, nothing), nothing, nothing)) {
        return new SigningKey(pair);
      }
    } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException bad) {
      // said below
    }
    throw new IOException(
        file
            + " is damaged; remove it, and the reader makes another key, which operators must"
            + " trust");
  }

  public String text() {
    return FrameSignature.text(pair.getPublic());
  }

  public byte[] sign(String host, byte[] frame) {
    try {
      return FrameSignature.sign(pair, host.getBytes(StandardCharsets.UTF_8), frame);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // this pair has signed before
    }
  }

  private void write(Path file) throws IOException {
    String secret = Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded());
    byte[] text = (text() + "\n" + BEGIN + secret + END).getBytes(StandardCharsets.US_ASCII);
    Path temporary = file.resolveSibling(FILE + ".tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel out =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      out.write(ByteBuffer.wrap(text));
      out.force(true);
    }
    SpoolLock.giveToOwner(temporary, file.resolveSibling("."), "rw-------");
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
