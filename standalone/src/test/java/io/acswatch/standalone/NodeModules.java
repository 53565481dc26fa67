package io.acswatch.standalone;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The node packages that tests run with, of the versions in {@code src/test/node}. Installed once,
 * under {@code target}; a test that needs them is skipped where they cannot be had.
 */
final class NodeModules {
  private static final Path WANTED = Path.of("src", "test", "node");
  private static final Path DIRECTORY = Path.of("target", "node").toAbsolutePath();
  private static final long MINUTES = 2;

  private NodeModules() {}

  /** The directory that holds {@code node_modules}. */
  static synchronized Path directory() throws IOException, InterruptedException {
    assumeTrue(Tools.isInstalled("node"), "node is missing (Debian: nodejs)");
    Files.createDirectories(DIRECTORY);
    // Tests run in several JVMs, and the first one that needs the packages installs them.
    try (FileChannel channel = FileChannel.open(DIRECTORY.resolve("lock"), CREATE, WRITE);
        FileLock lock = channel.lock()) {
      if (!isInstalled()) {
        assumeTrue(lock.isValid() && Tools.isInstalled("npm"), "npm is missing (Debian: npm)");
        for (String file : List.of("package.json", "package-lock.json")) {
          Files.copy(
              WANTED.resolve(file), DIRECTORY.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        install();
      }
    }
    return DIRECTORY;
  }

  private static boolean isInstalled() throws IOException {
    Path done = DIRECTORY.resolve("node_modules/.package-lock.json");
    Path copy = DIRECTORY.resolve("package-lock.json");
    return Files.exists(done)
        && Files.exists(copy)
        && Files.mismatch(copy, WANTED.resolve("package-lock.json")) < 0;
  }

  private static void install() throws IOException, InterruptedException {
    Path log = DIRECTORY.resolve("npm.log");
    Process npm =
        new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            .directory(DIRECTORY.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = npm.waitFor(MINUTES, TimeUnit.MINUTES);
    npm.destroyForcibly();
    assumeTrue(ended && npm.exitValue() == 0, () -> "npm ci failed, see " + log);
  }
}
