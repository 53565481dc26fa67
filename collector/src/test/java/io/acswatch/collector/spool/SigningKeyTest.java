package io.acswatch.collector.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.wire.frame.FrameSignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
  private static final byte[] FRAME = {1, 2, 3};

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve(SigningKey.FILE);
  }

  @Test
  void isMadeOnceAndForTheReaderAlone() throws IOException {
    SigningKey made = SigningKey.keep(directory, null);
    byte[] bytes = Files.readAllBytes(file());

    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    assertEquals(Files.getOwner(directory), Files.getOwner(file()));
    assertEquals(made.text(), SigningKey.keep(directory, null).text());
    assertEquals(made.text(), Files.readAllLines(file()).get(0), "for who has no Java");
    assertArrayEquals(bytes, Files.readAllBytes(file()));
    try (var files = Files.list(directory)) {
      assertEquals(List.of(file()), files.toList());
    }
  }

  @Test
  void signsForTheHostThatItIsTold() throws IOException {
    SigningKey key = SigningKey.keep(directory, null);
    byte[] signature = SigningKey.read(directory).sign("hôst", FRAME);

    assertEquals(key.text(), FrameSignature.keyOf(signature));
    assertTrue(FrameSignature.isOf(signature, "hôst".getBytes(StandardCharsets.UTF_8), FRAME));
    assertFalse(FrameSignature.isOf(signature, new byte[0], FRAME));
  }

  @Test
  void comesBackWithASpoolThatWasRemovedAndNotWithAStart() throws IOException {
    SigningKey key = SigningKey.keep(directory, null);
    Files.delete(file());
    assertEquals(key.text(), SigningKey.keep(directory, key).text());
    assertEquals(key.text(), SigningKey.read(directory).text());

    Files.delete(file());
    assertNotEquals(key.text(), SigningKey.keep(directory, null).text());
  }

  @Test
  void isNeverMadeAnewForAFileThatIsDamaged() throws IOException {
    SigningKey.keep(directory, null);
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length - 1; length += 7) {
      byte[] torn = Arrays.copyOf(whole, length);
      Files.write(file(), torn);
      IOException refused =
          assertThrows(IOException.class, () -> SigningKey.keep(directory, null), "at " + length);
      assertTrue(refused.getMessage().endsWith("another key, which operators must trust"));
      assertArrayEquals(torn, Files.readAllBytes(file()));
    }
  }

  @Test
  void isNoMixtureOfTwo() throws IOException {
    String one = SigningKey.keep(directory, null).text();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    String other = SigningKey.keep(elsewhere, null).text();
    Files.writeString(file(), Files.readString(file()).replace(one, other));

    assertThrows(IOException.class, () -> SigningKey.read(directory));
  }

  /** The sender may write to the spool; what the reader may read elsewhere is none of its keys. */
  @Test
  void isNotFollowedOutOfTheSpool() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    SigningKey.keep(elsewhere, null);
    Files.createSymbolicLink(file(), elsewhere.resolve(SigningKey.FILE));

    assertThrows(IOException.class, () -> SigningKey.keep(directory, null));
  }
}
