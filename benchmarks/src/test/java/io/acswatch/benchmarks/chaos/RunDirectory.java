package io.acswatch.benchmarks.chaos;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Where the processes of a run have their files. It is locked while the run lasts; what a run left
 * that was killed is taken away by the next one, processes and all.
 */
final class RunDirectory implements AutoCloseable {
  private static final String PREFIX = "acswatch-chaos-";
  private static final String LOCK = "lock";

  private final Path path;
  private final FileChannel lock;

  private RunDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  static RunDirectory create(Path below) throws IOException {
    clearDead(below);
    Path path = Files.createTempDirectory(below, PREFIX);
    FileChannel lock = open(path);
    lock.lock();
    return new RunDirectory(path, lock);
  }

  Path path() {
    return path;
  }

  private static FileChannel open(Path directory) throws IOException {
    return FileChannel.open(
        directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static void clearDead(Path below) throws IOException {
    try (DirectoryStream<Path> runs = Files.newDirectoryStream(below, PREFIX + "*")) {
      for (Path run : runs) {
        if (Files.exists(run.resolve(LOCK)) && Files.isWritable(run.resolve(LOCK))) {
          try (FileChannel channel = open(run);
              FileLock dead = channel.tryLock()) {
            if (dead != null) {
              killProcessesOf(run);
              clear(run);
              Files.delete(run);
            }
          }
        }
      }
    }
  }

  /** Each has a file of the directory on its command line; Java tells only its first page. */
  private static void killProcessesOf(Path run) {
    ProcessHandle.allProcesses()
        .filter(process -> commandLine(process.pid()).contains(run + "/"))
        .forEach(
            process -> {
              process.destroyForcibly();
              process.onExit().join();
            });
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  /** Deletes what is in a directory. */
  static void clear(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(directory)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Leaves nothing behind. */
  @Override
  public void close() throws IOException {
    clear(path);
    lock.close();
    Files.delete(path);
  }
}
