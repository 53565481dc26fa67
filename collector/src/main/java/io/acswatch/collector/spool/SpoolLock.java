package io.acswatch.collector.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private final List<FileChannel> files = new ArrayList<>();

  private SpoolLock() {}

  /** Takes the lock of {@code reader} or {@code sender}; fails if another process has it. */
  public static SpoolLock take(Path directory, String role) throws IOException {
    Path spool = directory.toRealPath();
    Path beside = spool.resolveSibling(spool.getFileName() + "." + role + ".lock");
    SpoolLock lock = new SpoolLock();
    try {
      if (Files.exists(beside) || Files.isWritable(beside.getParent())) {
        lock.add(beside, spool, role);
      }
      lock.add(spool.resolve(role + ".lock"), spool, role);
      return lock;
    } catch (IOException refused) {
      lock.close();
      throw refused;
    }
  }

  private void add(Path path, Path spool, String role) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    files.add(file);
    giveToOwner(path, spool);
    try {
      if (file.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException ofThisProcess) {
      // answered below
    }
    throw new FileSystemException(
        path.toString(), null, "another " + role + " works on this spool; stop it first");
  }

  /** Gives what root has made to the spool's owner, as whom the role may run from then on. */
  public static void giveToOwner(Path made, Path spool) throws IOException {
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
  public void close() throws IOException {
    for (FileChannel file : files) {
      file.close(); // which gives the lock free
    }
  }
}
