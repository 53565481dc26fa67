package io.acswatch.collector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * What some tests ask of the machine; a test is skipped, with the reason, where it has not got it.
 */
public final class Machine {
  private Machine() {}

  /** A small file system of its own; a disk that can be full. */
  public record SmallDisk(Path path) implements AutoCloseable {
    @Override
    public void close() {
      run("umount", path.toString());
    }
  }

  /** Mounts a small disk at a new directory. */
  public static SmallDisk smallDisk(Path directory, String size) throws IOException {
    Files.createDirectory(directory);
    String said = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString());
    Assumptions.assumeTrue(
        said.isEmpty(), "no tmpfs can be mounted, which takes root and mount: " + said);
    return new SmallDisk(directory);
  }

  /** Makes a file that blocks whoever reads it. */
  public static void blockingFile(Path file) {
    String said = run("mkfifo", file.toString());
    Assumptions.assumeTrue(said.isEmpty(), "no FIFO can be made: " + said);
  }

  /** Runs a tool to its end; what went wrong, empty if nothing did. */
  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      boolean ended = process.waitFor(20, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0 ? "" : "%s: %s".formatted(command[0], said);
    } catch (IOException missing) {
      return missing.getMessage();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return command[0] + ": stopped";
    }
  }
}
