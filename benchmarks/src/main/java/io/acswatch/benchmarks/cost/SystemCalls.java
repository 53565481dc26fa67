package io.acswatch.benchmarks.cost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * System calls that a process made, by {@code strace -c}.
 *
 * @param all of them, those of the JVM's own threads included
 * @param onFiles those of them that look at files
 */
record SystemCalls(long all, long onFiles) {
  private static final Set<String> FILE_CALLS =
      Set.of(
          "open",
          "openat",
          "close",
          "read",
          "pread64",
          "lseek",
          "stat",
          "fstat",
          "lstat",
          "newfstatat",
          "statx",
          "access",
          "faccessat",
          "faccessat2",
          "readlink",
          "readlinkat",
          "getdents64");

  private static final int STARTING_SECONDS = 20;

  /** True if there is a strace to ask. */
  static boolean canBeCounted() throws IOException, InterruptedException {
    try {
      return new ProcessBuilder("strace", "-V")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  /** Counts for some seconds. */
  static SystemCalls of(long pid, int seconds, Path summary)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "timeout",
            "--signal=INT",
            Integer.toString(seconds),
            "strace",
            "-f",
            "-c",
            "-o",
            summary.toString(),
            "-p",
            Long.toString(pid));
    Process strace =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!strace.waitFor(seconds + STARTING_SECONDS, TimeUnit.SECONDS)) {
      strace.destroyForcibly();
    }
    return parse(Files.readAllLines(summary));
  }

  /**
   * Reads the table; a line is {@code % time, seconds, usecs/call, calls, [errors,] syscall}.
   *
   * @throws IOException if there is no such line
   */
  static SystemCalls parse(List<String> lines) throws IOException {
    long all = 0;
    long onFiles = 0;
    for (String line : lines) {
      String[] columns = line.strip().split("\\s+");
      String name = columns[columns.length - 1];
      if (columns.length >= 5 && columns[0].matches("[0-9.]+") && !name.equals("total")) {
        long calls = Long.parseLong(columns[3]);
        all += calls;
        onFiles += FILE_CALLS.contains(name) ? calls : 0;
      }
    }
    if (all == 0) {
      throw new IOException("strace counted nothing; may it trace this process?");
    }
    return new SystemCalls(all, onFiles);
  }
}
