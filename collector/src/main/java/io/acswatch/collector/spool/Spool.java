package io.acswatch.collector.spool;

import io.acswatch.cli.Program;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames that wait on disk for a broker, one file each. A file is there whole or not at all: it is
 * written under a temporary name, forced to disk, renamed, and the directory forced to disk. What
 * is damaged all the same is found by its checksum and set aside, and keeps nothing else from being
 * sent.
 *
 * <p>One process adds and one takes, each holding its {@link SpoolLock}; both may be this one.
 */
public final class Spool {
  public static final String DAMAGED = "damaged";

  private static final String TEMPORARY = ".tmp";
  private static final int DAMAGED_KEPT = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private final Path directory;
  private final SpoolLimits limits;
  private final Force force;
  private final Map<SpoolLoss, Long> losses = new EnumMap<>(SpoolLoss.class);
  private final List<SpoolLock> locks = new CopyOnWriteArrayList<>();
  private long lastOrder;
  private boolean unforced;
  private int timesMade;

  @FunctionalInterface
  interface Force {
    void directory(Path directory) throws IOException;
  }

  private Spool(Path directory, SpoolLimits limits, Force force) {
    this.directory = directory;
    this.limits = limits;
    this.force = force;
    // All reasons from the start, so that the first loss is an increase and not a new series.
    for (SpoolLoss reason : SpoolLoss.values()) {
      losses.put(reason, 0L);
    }
  }

  /** Opens the spool in {@code directory}, which is made if it is not there. */
  public static Spool open(Path directory, SpoolLimits limits) throws IOException {
    return open(directory, limits, Spool::forceNames);
  }

  static Spool open(Path directory, SpoolLimits limits, Force force) throws IOException {
    make(directory);
    return new Spool(directory, limits, force);
  }

  /** True if it was not there. */
  private static boolean make(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return false;
    }
    Files.createDirectories(directory);
    SpoolLock.giveToOwner(directory, directory.toRealPath().getParent());
    return true;
  }

  public Path directory() {
    return directory;
  }

  /**
   * Takes the lock of {@code reader} or {@code sender}, which this spool keeps from then on; fails
   * if another process has it.
   */
  public SpoolLock lock(String role) throws IOException {
    SpoolLock lock = SpoolLock.take(directory, role);
    locks.add(lock);
    return lock;
  }

  /** Bytes of frames that it takes before some of them go. */
  public long limitBytes() {
    return limits.bytes();
  }

  /**
   * Puts a frame in. When this returns it is there and on disk; others may go for it. Where the
   * disk took the frame but not its name, it is there all the same, and a crash may lose it: that
   * is logged.
   *
   * @throws IOException if it cannot be written: then nothing of it is there
   */
  public synchronized SpoolEntry add(
      String bootId, FrameType type, SpooledFrame frame, long nowMillis) throws IOException {
    List<SpoolEntry> waiting = new ArrayList<>(entries());
    if (!waiting.isEmpty()) {
      lastOrder = Math.max(lastOrder, waiting.get(waiting.size() - 1).order());
    }
    String name = SpoolEntry.name(lastOrder + 1, tag(bootId), type);
    byte[] file = SpoolEnvelope.wrap(frame);
    Path path = directory.resolve(name);
    SpoolEntry added =
        new SpoolEntry(lastOrder + 1, tag(bootId), type, path, file.length, nowMillis);
    waiting.add(added);
    // First make room: a full disk must not keep the newest out for the sake of the oldest.
    give(SpoolPolicy.tooOld(waiting, nowMillis - limits.age().toMillis()), SpoolLoss.AGE);
    waiting.removeIf(entry -> entry != added && !Files.exists(entry.path()));
    give(SpoolPolicy.tooMany(waiting, limits.bytes()), SpoolLoss.BYTES);
    try {
      write(path, file);
    } catch (IOException full) {
      if (!makeRoom(waiting, added)) {
        throw full;
      }
      write(path, file);
    }
    lastOrder++;
    return added;
  }

  /** The disk is full below our own limit: halve what waits. False if nothing can go. */
  private boolean makeRoom(List<SpoolEntry> waiting, SpoolEntry added) throws IOException {
    long half = waiting.stream().mapToLong(SpoolEntry::bytes).sum() / 2;
    List<SpoolEntry> going = new ArrayList<>(SpoolPolicy.tooMany(waiting, half));
    going.remove(added);
    give(going, SpoolLoss.DISK_FULL);
    return !going.isEmpty();
  }

  private void give(List<SpoolEntry> entries, SpoolLoss reason) throws IOException {
    for (SpoolEntry entry : entries) {
      if (Files.deleteIfExists(entry.path())) {
        losses.merge(reason, 1L, Long::sum);
      }
    }
  }

  /** Puts a small file beside the frames, whole but not forced to disk. */
  public void put(String name, String text) throws IOException {
    replace(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8), false);
  }

  private void write(Path path, byte[] bytes) throws IOException {
    replace(path, bytes, true);
    try {
      force.directory(directory);
      unforced = false;
    } catch (IOException failed) {
      if (!unforced) {
        LOG.warn(
            "{}: cannot be forced to disk ({}); a crash may lose frames",
            directory,
            Program.reason(failed));
      }
      unforced = true;
    }
  }

  private void replace(Path path, byte[] bytes, boolean forced) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + TEMPORARY);
    try {
      try (FileChannel file =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
          file.write(rest);
        }
        if (forced) {
          file.force(true);
        }
      }
      SpoolLock.giveToOwner(temporary, directory);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      Files.deleteIfExists(temporary);
      throw failed;
    }
  }

  private static void forceNames(Path directory) throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static String tag(String bootId) {
    CRC32C crc = new CRC32C();
    crc.update(bootId.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /**
   * What waits, in the order in which it was put in. A directory that somebody has removed is made
   * again: what waited in it is lost, what comes is not. Fails if its lock was removed and another
   * process has it now.
   */
  public List<SpoolEntry> entries() throws IOException {
    if (make(directory)) {
      timesMade++;
      LOG.warn("{} was removed with what waited in it, and is made again", directory);
    }
    for (SpoolLock lock : locks) {
      lock.renew();
    }
    return entriesOf(directory);
  }

  /** How often the directory was made again; what waited in it before is lost. */
  public int timesMade() {
    return timesMade;
  }

  /** What lies in the directory of a spool, in the order in which it was put in; for a reader. */
  public static List<SpoolEntry> entriesOf(Path directory) throws IOException {
    List<SpoolEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.frame")) {
      for (Path file : files) {
        SpoolEntry entry = entry(file);
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    entries.sort(Comparator.comparingLong(SpoolEntry::order));
    return entries;
  }

  private static @Nullable SpoolEntry entry(Path file) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return SpoolEntry.of(file, attributes.size(), attributes.lastModifiedTime().toMillis());
    } catch (NoSuchFileException gone) {
      return null;
    }
  }

  /** The frame of an entry; null if it is gone, or was damaged and is set aside now. */
  public @Nullable SpooledFrame read(SpoolEntry entry) throws IOException {
    byte[] file;
    try {
      file = Files.readAllBytes(entry.path());
    } catch (NoSuchFileException gone) {
      return null;
    }
    SpooledFrame frame = SpoolEnvelope.unwrap(file);
    if (frame == null) {
      setAside(entry, SpoolLoss.DAMAGED);
    }
    return frame;
  }

  /** The frame in a file, for a reader; InputException if the file is not as it was written. */
  public static SpooledFrame frameOf(Path file) throws IOException {
    SpooledFrame frame = SpoolEnvelope.unwrap(Files.readAllBytes(file));
    if (frame == null) {
      throw new InputException(file.toString(), "damaged: not what a spool has written");
    }
    return frame;
  }

  /**
   * Moves a file that is of no use out of the way, for people to look at; the oldest of these go.
   */
  public synchronized void setAside(SpoolEntry entry, SpoolLoss reason) throws IOException {
    Path damaged = Files.createDirectories(directory.resolve(DAMAGED));
    SpoolLock.giveToOwner(damaged, directory);
    List<Path> kept = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(damaged)) {
      files.forEach(kept::add);
    }
    kept.sort(null);
    for (int i = 0; i <= kept.size() - DAMAGED_KEPT; i++) {
      Files.deleteIfExists(kept.get(i));
    }
    Path name = entry.path().getFileName();
    if (name != null) {
      Files.move(entry.path(), damaged.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      losses.merge(reason, 1L, Long::sum);
    }
  }

  public void remove(SpoolEntry entry) throws IOException {
    Files.deleteIfExists(entry.path());
  }

  /** Deletes what a process that was killed left half written; only for the one who adds. */
  public void clean() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.frame" + TEMPORARY)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Frames that were given up by this process, by reason. */
  public synchronized Map<SpoolLoss, Long> losses() {
    return Map.copyOf(losses);
  }
}
