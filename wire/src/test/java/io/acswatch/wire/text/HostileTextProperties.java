package io.acswatch.wire.text;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.CaptureContent;
import io.acswatch.wire.frame.Captures;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the text: a value or an exception with one line of explanation. */
class HostileTextProperties {
  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void damagedCapturesAreReadOrRefused(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] text = Captures.text("small").getBytes(StandardCharsets.UTF_8);
    for (int k = random.nextInt(1, 6); k > 0; k--) {
      int at = random.nextInt(text.length);
      switch (random.nextInt(3)) {
        case 0 -> text[at] = (byte) random.nextInt();
        case 1 -> text[at] = (byte) "\t\n -0f\r\0\u000b\u001b".charAt(random.nextInt(10));
        default -> {
          int length = random.nextInt(1, 200);
          int from = random.nextInt(text.length - length);
          System.arraycopy(text, from, text, Math.min(at, text.length - length), length);
        }
      }
    }
    tryAll(text);
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void randomBytesAreRefused(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[random.nextInt(500)];
    random.nextBytes(bytes);
    tryAll(bytes);
  }

  private interface Reading {
    void run() throws InputException;
  }

  private static void tryAll(byte[] bytes) {
    attempt(() -> writesAndReadsAgain(CaptureReader.read("hostile", stream(bytes))));
    attempt(() -> OwnersReader.read("hostile", stream(bytes)));
    attempt(
        () -> {
          PostedHost host = new PostedHost();
          host.addText("hostile", stream(bytes));
          writesAndReadsAgain(host.toCapture());
        });
  }

  private static ByteArrayInputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  /** What was read is never refused by the writer, nor by the reader after it. */
  private static void writesAndReadsAgain(Capture capture) {
    String text = assertDoesNotThrow(() -> CaptureWriter.toText(capture));
    CaptureContent.assertSame(
        capture, assertDoesNotThrow(() -> CaptureReader.readText("again", text)));
  }

  private static void attempt(Reading reading) {
    try {
      reading.run();
    } catch (InputException refused) {
      assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
      assertFalse(refused.getMessage().length() > 400, refused.getMessage());
    }
  }
}
