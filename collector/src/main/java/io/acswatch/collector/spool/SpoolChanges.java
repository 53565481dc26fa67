package io.acswatch.collector.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells for one system call whether a spool may hold other files than when it was last listed, so
 * that one in which nothing happens is not listed again and again. Not thread-safe.
 */
public final class SpoolChanges {
  /** Some file systems tell the time of a directory in whole seconds. */
  private static final Duration COARSEST_TIME = Duration.ofSeconds(2);

  private final Path directory;
  private @Nullable FileTime seen;
  private long seenAtNanos;

  /** Of the spool in {@code directory}. */
  public SpoolChanges(Path directory) {
    this.directory = directory;
  }

  /**
   * True if the spool is to be listed: a file came or went, or did so lately, so that another one
   * may have come since without the directory's time telling.
   *
   * @param nanos the time, from any beginning
   */
  public boolean isToBeListed(long nanos) throws IOException {
    FileTime now = Files.getLastModifiedTime(directory);
    if (!now.equals(seen)) {
      seen = now;
      seenAtNanos = nanos;
    }
    return nanos - seenAtNanos < COARSEST_TIME.toNanos();
  }

  /** Lets the spool be listed again: what it held is still there, or something came. */
  public void forget() {
    seen = null;
  }
}
