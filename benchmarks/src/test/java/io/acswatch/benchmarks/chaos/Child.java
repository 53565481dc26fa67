package io.acswatch.benchmarks.chaos;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of the suite, with what it says in a file. */
final class Child {
  private final Process process;
  private final Path log;
  private final long startedMillis = System.currentTimeMillis();

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static Child start(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectInput(new File("/dev/null"));
    builder.environment().putAll(environment);
    return new Child(builder.start(), log);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int exitCode() {
    return process.exitValue();
  }

  long startedMillis() {
    return startedMillis;
  }

  /** SIGKILL; returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM; false if it has not ended by then. */
  boolean terminate(long millis) throws InterruptedException {
    process.destroy();
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** {@code STOP} or {@code CONT}. */
  void signal(String name) throws IOException, InterruptedException {
    Network.run("kill", "-" + name, Long.toString(pid()));
  }

  /** True if it is stopped, as by SIGSTOP. */
  boolean isStopped() {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException gone) {
      return false;
    }
  }

  /** How much it has said. */
  long saidBytes() throws IOException {
    return Files.exists(log) ? Files.size(log) : 0;
  }

  /** True if it said this after so many bytes. */
  boolean hasSaid(String words, long afterBytes) throws IOException {
    byte[] all = Files.readAllBytes(log);
    int from = (int) Math.min(afterBytes, all.length);
    return new String(all, from, all.length - from, StandardCharsets.UTF_8).contains(words);
  }

  /** Most memory it has had, in MiB; 0 if it is gone. */
  long peakMebibytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
        }
      }
    } catch (IOException gone) {
      return 0;
    }
    return 0;
  }

  /** The last lines that it said. */
  String lastWords(int lines) {
    try {
      List<String> all = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException unreadable) {
      return "no log";
    }
  }
}
