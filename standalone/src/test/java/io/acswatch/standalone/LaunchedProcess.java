package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A child process with its output in files: {@code ./acswatch} on what this build has put under
 * {@code target/acswatch}, or any other command. Killed by {@code close} if it has not ended.
 */
final class LaunchedProcess implements AutoCloseable {
  private static final Path LAUNCHER = Path.of("..", "acswatch").toAbsolutePath().normalize();

  private final Process process;
  private final Path out;
  private final Path err;

  private LaunchedProcess(Path scratch, List<String> command) throws IOException {
    out = Files.createTempFile(scratch, "out-", ".txt");
    err = Files.createTempFile(scratch, "err-", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(scratch.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("ACSWATCH_NO_BUILD", "yes");
    process = builder.start();
    process.getOutputStream().close();
  }

  /** Starts {@code ./acswatch} with these arguments. */
  static LaunchedProcess acswatch(Path scratch, String... arguments) throws IOException {
    return new LaunchedProcess(scratch, concat(List.of(LAUNCHER.toString()), arguments));
  }

  /** Starts a class of the libraries this build has put together. */
  static LaunchedProcess java(Path scratch, String mainClass, String... arguments)
      throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String libraries = Path.of("target", "acswatch", "lib").toAbsolutePath() + "/*";
    return new LaunchedProcess(
        scratch, concat(List.of(java, "-cp", libraries, mainClass), arguments));
  }

  private static List<String> concat(List<String> first, String... more) {
    return Stream.concat(first.stream(), Arrays.stream(more)).toList();
  }

  /** Waits for its end; fails the test if it does not come within the limit. */
  int exitCode(Duration limit) throws InterruptedException {
    assertTrue(
        process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS), () -> "runs still: " + all());
    return process.exitValue();
  }

  /** Asks it to end: SIGTERM. */
  void terminate() {
    process.destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written to standard output so far. */
  String out() {
    return read(out);
  }

  /** What it has written to standard error so far. */
  String err() {
    return read(err);
  }

  /** Both, for a test that fails. */
  String all() {
    return "standard output:\n" + out() + "\nstandard error:\n" + err();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
