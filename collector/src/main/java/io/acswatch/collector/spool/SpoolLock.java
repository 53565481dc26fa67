package io.acswatch.collector.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Keeps a second reader or sender out of a spool. The kernel takes the lock away when the process
 * ends, however it ends.
 */
public final class SpoolLock implements AutoCloseable {
  private final FileChannel file;
  private final FileLock lock;

  private SpoolLock(FileChannel file, FileLock lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Takes the lock of a role.
   *
   * @param role {@code reader} or {@code sender}
   * @throws IOException if another process has it; names the file
   */
  public static SpoolLock take(Path directory, String role) throws IOException {
    Path path = directory.resolve(role + ".lock");
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    letGroupWrite(path);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return new SpoolLock(file, lock);
      }
    } catch (OverlappingFileLockException ofThisProcess) {
      // answered below
    }
    file.close();
    throw new FileSystemException(
        path.toString(), null, "another " + role + " works on this spool; stop it first");
  }

  /**
   * Lets the group of the spool take what is made now: a role that root has tried once is run by a
   * user of its own after that.
   */
  static void letGroupWrite(Path path) throws IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      if (permissions.add(PosixFilePermission.GROUP_WRITE)) {
        Files.setPosixFilePermissions(path, permissions);
      }
    } catch (UnsupportedOperationException | FileSystemException notOurs) {
      // made by another user, or on a file system without permissions: it stays as it is
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    file.close();
  }
}
