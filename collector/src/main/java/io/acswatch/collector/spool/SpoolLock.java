package io.acswatch.collector.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a second reader or sender out of a spool. The kernel takes the lock away when the process
 * ends, however it ends.
 *
 * <p>It is a file beside the spool, so that it holds though the spool is removed; and one in it,
 * for whoever may not write beside it: there the spool is a mount or another's directory.
 */
public final class SpoolLock implements AutoCloseable {
  private final Path spool;
  private final String role;
  private final List<Held> held = new ArrayList<>();

  /** A lock file; its key tells whether it is still the file at its path. */
  private record Held(Path path, FileChannel file, Object key) {}

  private SpoolLock(Path spool, String role) {
    this.spool = spool;
    this.role = role;
  }

  /** Takes the lock of {@code reader} or {@code sender}; fails if another process has it. */
  public static SpoolLock take(Path directory, String role) throws IOException {
    Path spool = directory.toRealPath();
    Path beside = spool.resolveSibling(spool.getFileName() + "." + role + ".lock");
    SpoolLock lock = new SpoolLock(spool, role);
    try {
      if (Files.exists(beside) || Files.isWritable(beside.getParent())) {
        lock.held.add(lock.hold(beside));
      }
      lock.held.add(lock.hold(spool.resolve(role + ".lock")));
      return lock;
    } catch (IOException refused) {
      lock.close();
      throw refused;
    }
  }

  /**
   * Takes again what somebody has removed; who has removed all of them would let a second process
   * in.
   *
   * @throws FileSystemException if another process was faster: it works on the spool now
   */
  synchronized void renew() throws IOException {
    for (int i = 0; i < held.size(); i++) {
      Held before = held.get(i);
      if (!before.key().equals(key(before.path()))) {
        held.set(i, hold(before.path()));
        before.file().close();
      }
    }
  }

  private Held hold(Path path) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      giveToOwner(path, spool);
      if (file.tryLock() != null) {
        return new Held(path, file, key(path));
      }
    } catch (OverlappingFileLockException ofThisProcess) {
      // answered below
    } catch (IOException failed) {
      file.close();
      throw failed;
    }
    file.close();
    throw new FileSystemException(
        path.toString(), null, "another " + role + " works on this spool; stop it first");
  }

  /** Of the file that is at a path now; something that equals no file where there is none. */
  private static Object key(Path path) throws IOException {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path : key;
    } catch (NoSuchFileException gone) {
      return "";
    }
  }

  /** Gives what root has made to the spool's owner, as whom the role may run from then on. */
  static void giveToOwner(Path made, Path spool) throws IOException {
    giveToOwner(made, spool, Files.isDirectory(made) ? "rwxrwx---" : "rw-rw----");
  }

  static void giveToOwner(Path made, Path spool, String permissions) throws IOException {
    try {
      PosixFileAttributes as = Files.readAttributes(made, PosixFileAttributes.class);
      if (!as.owner().getName().equals("root")) {
        return;
      }
      PosixFileAttributes wanted = Files.readAttributes(spool, PosixFileAttributes.class);
      PosixFileAttributeView view = Files.getFileAttributeView(made, PosixFileAttributeView.class);
      view.setPermissions(PosixFilePermissions.fromString(permissions));
      view.setGroup(wanted.group());
      view.setOwner(wanted.owner());
    } catch (UnsupportedOperationException | FileSystemException notOurs) {
      // made by another user, or on a file system without permissions: it stays as it is
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Held one : held) {
      one.file().close(); // which gives the lock free
    }
  }
}
