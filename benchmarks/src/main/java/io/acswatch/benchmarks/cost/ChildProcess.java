package io.acswatch.benchmarks.cost;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command of acswatch in a process of its own, started as a user or a unit would. */
final class ChildProcess implements AutoCloseable {
  /** Where the launcher says that it is. */
  static final String LAUNCHER = "acswatch.launcher";

  private static final Duration STOPPING = Duration.ofSeconds(10);
  private static final double TICKS_PER_SECOND = 100; // USER_HZ
  private static final int USER_TICKS = 11; // of stat, after the name in parentheses
  private static final int SYSTEM_TICKS = 12;

  private final Process process;
  private final Path log;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts {@code acswatch ARGUMENT...}; what it says goes to {@code log}.
   *
   * @throws IOException if it cannot be started, or this was not started by the launcher itself
   */
  static ChildProcess start(Path log, List<String> arguments) throws IOException {
    return start(log, List.of(), arguments, true);
  }

  /** Runs it to its end, allowed to lay down what makes the next starts of its kind cheaper. */
  static void run(Path log, List<String> arguments) throws IOException, InterruptedException {
    try (ChildProcess child = start(log, List.of(), arguments, false)) {
      if (child.process.waitFor() != 0) {
        throw new IOException(Files.readString(log, StandardCharsets.UTF_8).strip());
      }
    }
  }

  /**
   * Starts it with the {@code /sys} below {@code root} as its {@code /sys}, so that it makes the
   * system calls it makes on a host; without the right to mount, it looks below {@code root}.
   */
  static ChildProcess startOn(Path root, Path log, List<String> arguments)
      throws IOException, InterruptedException {
    if (canMount()) {
      String script = "mount --bind \"$0/sys\" /sys && exec \"$@\"";
      return start(
          log, List.of("unshare", "--mount", "sh", "-c", script, root.toString()), arguments, true);
    }
    List<String> below = new ArrayList<>(arguments);
    below.addAll(List.of("--root", root.toString()));
    return start(log, List.of(), below, true);
  }

  /** True if this process may have mounts of its own. */
  static boolean canMount() throws InterruptedException {
    try {
      return new ProcessBuilder("unshare", "--mount", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private static ChildProcess start(
      Path log, List<String> prefix, List<String> arguments, boolean asItIs) throws IOException {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher == null) {
      throw new IOException(LAUNCHER + " is not set: start this with ./acswatch bench");
    }
    List<String> command = new ArrayList<>(prefix);
    command.add(launcher);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    if (asItIs) {
      builder.environment().put("ACSWATCH_NO_BUILD", "1");
    }
    builder.environment().remove("ACSWATCH_JAVA_OPTS");
    return new ChildProcess(builder.redirectOutput(log.toFile()).start(), log);
  }

  long pid() {
    return process.pid();
  }

  /** Processor time it has used, counted by the kernel in hundredths of a second. */
  Processor processor() throws IOException {
    refuseEnd();
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new Processor(
        Long.parseLong(fields[USER_TICKS]) / TICKS_PER_SECOND,
        Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND);
  }

  /** Seconds in its own code and in the kernel, which is where it reads. */
  record Processor(double user, double system) {}

  /** Memory it has resident now and had at most, in bytes. */
  Memory memory() throws IOException {
    refuseEnd();
    List<String> status = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"));
    return new Memory(kilobytes(status, "VmRSS:") << 10, kilobytes(status, "VmHWM:") << 10);
  }

  /**
   * Tells it to stop, as systemd does, and waits.
   *
   * @return milliseconds until it had ended
   */
  double stop() throws IOException, InterruptedException {
    refuseEnd();
    long begin = System.nanoTime();
    process.destroy();
    if (!process.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("did not end in " + STOPPING.toSeconds() + " s");
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  /** Resident bytes. */
  record Memory(long now, long most) {}

  private static long kilobytes(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }

  private void refuseEnd() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "the process ended: " + Files.readString(log, StandardCharsets.UTF_8).strip());
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException impatient) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
