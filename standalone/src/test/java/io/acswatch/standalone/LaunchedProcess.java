package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A child process with its output in files: {@code ./acswatch} on what this build has put under
 * {@code target/acswatch}, or any other command. Killed by {@code close} if it has not ended.
 */
final class LaunchedProcess implements AutoCloseable {
  private static final Path LAUNCHER = Path.of("..", "acswatch").toAbsolutePath().normalize();

  private final Process process;
  private final Path out;
  private final Path err;

  private LaunchedProcess(Path scratch, Map<String, String> environment, List<String> command)
      throws IOException {
    out = Files.createTempFile(scratch, "out-", ".txt");
    err = Files.createTempFile(scratch, "err-", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(scratch.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("ACSWATCH_NO_BUILD", "yes");
    builder.environment().putAll(environment);
    process = builder.start();
    process.getOutputStream().close();
  }

  /** Starts {@code ./acswatch} with these arguments. */
  static LaunchedProcess acswatch(Path scratch, String... arguments) throws IOException {
    return new LaunchedProcess(scratch, Map.of(), concat(List.of(LAUNCHER.toString()), arguments));
  }

  /** The same, with these variables on top of the test's own. */
  static LaunchedProcess acswatch(
      Path scratch, Map<String, String> environment, String... arguments) throws IOException {
    return new LaunchedProcess(
        scratch, environment, concat(List.of(LAUNCHER.toString()), arguments));
  }

  /** Starts any program, with these variables on top of the test's own. */
  static LaunchedProcess program(Path scratch, Map<String, String> environment, String... command)
      throws IOException {
    return new LaunchedProcess(scratch, environment, List.of(command));
  }

  /** Starts a class of the libraries this build has put together. */
  static LaunchedProcess java(Path scratch, String mainClass, String... arguments)
      throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String libraries = Path.of("target", "acswatch", "lib").toAbsolutePath() + "/*";
    return new LaunchedProcess(
        scratch, Map.of(), concat(List.of(java, "-cp", libraries, mainClass), arguments));
  }

  /** Starts a class of this test's own class path, with the flags of this process. */
  static LaunchedProcess thisJava(Path scratch, String mainClass, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.matches("--add-.*|--enable-native.*|--sun-misc.*"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    return new LaunchedProcess(scratch, Map.of(), concat(command, arguments));
  }

  private static List<String> concat(List<String> first, String... more) {
    return Stream.concat(first.stream(), Arrays.stream(more)).toList();
  }

  /** Waits for its end; fails the test if it does not come. */
  int exitCode() throws InterruptedException {
    return exitCode(LIMIT);
  }

  /** The same for one that may take longer, or must not take as long. */
  int exitCode(Duration limit) throws InterruptedException {
    assertTrue(
        process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS), () -> "runs still: " + all());
    return process.exitValue();
  }

  /** Waits for its end, which must be a success; gives what it has written to standard output. */
  String succeeded() throws InterruptedException {
    assertEquals(0, exitCode(), this::all);
    return out();
  }

  /** Reads along until so much is on standard output, then ends it; gives all of the output. */
  String stopAfter(Predicate<String> enough) throws InterruptedException {
    Awaitility.await()
        .atMost(LIMIT)
        .failFast("ended by itself", () -> !isAlive() && !enough.test(out()))
        .untilAsserted(() -> assertTrue(enough.test(out()), this::all));
    terminate();
    exitCode();
    return out();
  }

  /** Asks it to end: SIGTERM. */
  void terminate() {
    process.destroy();
  }

  long pid() {
    return process.pid();
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
