package io.acswatch.standalone;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * The directory in which an embedded broker keeps its log; held exclusively from {@code open} to
 * {@code close}.
 *
 * <p>Kafka locks its log directories too, but only after the controller has opened the metadata log
 * in the same place. Two processes must not get that far, hence a lock of our own, taken first.
 */
public final class DataDirectory implements AutoCloseable {
  /** Its presence also says that this directory is ours, even if formatting was cut short. */
  private static final String LOCK = "acswatch.lock";

  private static final String FORMATTED = "meta.properties";

  private final Path path;
  private final boolean temporary;
  private final FileChannel channel;

  private DataDirectory(Path path, boolean temporary, FileChannel channel) {
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Opens a fresh directory that {@code close} deletes. */
  public static DataDirectory temporary() {
    try {
      return open(Files.createTempDirectory("acswatch-broker-"), true);
    } catch (IOException e) {
      throw new CommandFailure("cannot create a temporary directory: " + Program.reason(e), e);
    }
  }

  /** Opens {@code path}, creating it if need be; what it holds is kept by {@code close}. */
  static DataDirectory kept(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
      throw new CommandFailure("data directory " + absolute + " is not a directory");
    }
    try {
      Files.createDirectories(absolute);
      refuseForeign(absolute);
    } catch (IOException e) {
      throw new CommandFailure(
          "data directory " + absolute + " cannot be used: " + Program.reason(e), e);
    }
    return open(absolute, false);
  }

  /** A wrong path must not fill somebody's directory with Kafka's files. */
  private static void refuseForeign(Path path) throws IOException {
    if (Files.exists(path.resolve(LOCK)) || Files.exists(path.resolve(FORMATTED))) {
      return;
    }
    try (Stream<Path> entries = Files.list(path)) {
      if (entries.findAny().isPresent()) {
        throw new CommandFailure(
            "data directory " + path + " holds other files; name an empty or a new directory");
      }
    }
  }

  private static DataDirectory open(Path path, boolean temporary) {
    Path lock = path.resolve(LOCK);
    try {
      FileChannel channel =
          FileChannel.open(
              lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        String holder = Files.readString(lock).strip();
        channel.close();
        throw new CommandFailure(
            "data directory %s is in use by process %s"
                .formatted(path, holder.isEmpty() ? "?" : holder));
      }
      channel.truncate(0);
      byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(pid), 0);
      return new DataDirectory(path, temporary, channel);
    } catch (IOException e) {
      throw new CommandFailure(
          "data directory " + path + " is not writable: " + Program.reason(e), e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) { // another broker in this very process
      return false;
    }
  }

  public Path path() {
    return path;
  }

  boolean isFormatted() {
    return Files.exists(path.resolve(FORMATTED));
  }

  /** Gives up the lock; a temporary directory is deleted with all it holds. */
  @Override
  public void close() throws IOException {
    if (temporary) {
      Utils.delete(path.toFile());
    }
    channel.close();
  }
}
