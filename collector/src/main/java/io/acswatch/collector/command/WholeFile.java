package io.acswatch.collector.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file so that it is there in full or, if that fails, as it was before. */
final class WholeFile {
  private WholeFile() {}

  static void write(Path file, String text) throws IOException {
    try {
      writeOrLeave(file, text);
    } catch (FileSystemException namesTheFile) {
      throw namesTheFile;
    } catch (IOException failed) {
      throw new IOException(file + ": " + failed.getMessage(), failed);
    }
  }

  private static void writeOrLeave(Path file, String text) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.writeString(file, text); // a pipe or a terminal cannot be replaced
      return;
    }
    Path name = file.getFileName();
    Path part = file.resolveSibling("." + name + "." + ProcessHandle.current().pid() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
