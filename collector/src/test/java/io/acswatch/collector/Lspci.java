package io.acswatch.collector;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;

/** The {@code lspci} of this machine, for tests that hold us against it. */
public final class Lspci {
  private static final String PROGRAM = "/usr/bin/lspci";

  private Lspci() {}

  @FunctionalInterface
  public interface Check {
    void of(Capture capture) throws Exception;
  }

  public static void assumeThere() {
    assumeTrue(Files.isExecutable(Path.of(PROGRAM)), PROGRAM + " is missing (Debian: pciutils)");
  }

  public static List<DynamicTest> onTestCaptures(Check check) {
    return TestCaptures.NAMES.stream()
        .map(name -> dynamicTest(name, () -> check.of(TestCaptures.read(name))))
        .toList();
  }

  public static List<DynamicTest> onTheCorpus(Check check) throws IOException {
    assumeTrue(
        TestCaptures.corpus().isPresent(), "no corpus here; -Dacswatch.corpus=DIR names one");
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : TestCaptures.below(TestCaptures.corpus().orElseThrow())) {
      tests.add(dynamicTest(file.toString(), () -> check.of(CaptureReader.read(file))));
    }
    return tests;
  }

  /** What {@code lspci -xxxx} prints of these functions, in a form that {@code -F} reads. */
  public static String dump(List<CapturedFunction> functions) {
    StringBuilder text = new StringBuilder();
    for (CapturedFunction function : functions) {
      text.append(function.address()).append(" Device\n");
      byte[] bytes = function.config().toByteArray();
      for (int row = 0; row < bytes.length; row += 16) {
        text.append("%02x:".formatted(row));
        for (int i = row; i < Math.min(row + 16, bytes.length); i++) {
          text.append(" %02x".formatted(bytes[i]));
        }
        text.append('\n');
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** What it prints; what it complains of on standard error is of no interest. */
  public static byte[] run(Path directory, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " does not end");
    }
    return Files.readAllBytes(output);
  }
}
