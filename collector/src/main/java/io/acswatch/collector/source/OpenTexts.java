package io.acswatch.collector.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The short texts that every fast look reads, their files kept open: opening them is most of what
 * reading them costs. The kernel makes the text anew for each read from the start of the file.
 *
 * <p>An open file of sysfs keeps nothing in place; when what it tells of goes, reading it fails,
 * and it is opened anew. Only for the machine itself: below another root a file may be replaced by
 * another one of its name, which whoever has the old one open does not see.
 *
 * <p>Not thread-safe: belongs to one look after the other.
 */
final class OpenTexts implements Texts {
  /** More than any of them has: a boot id has 37 bytes. */
  private static final int MAX_LENGTH = 64;

  private final HostTree tree;
  private final Map<String, FileChannel> open = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_LENGTH);
  private final byte[] bytes = new byte[MAX_LENGTH];

  OpenTexts(HostTree tree) {
    this.tree = tree;
  }

  @Override
  public @Nullable String text(String path) throws IOException {
    if (!tree.isWholeSystem()) {
      return tree.text(path);
    }
    FileChannel kept = open.get(path);
    if (kept != null) {
      try {
        return read(kept);
      } catch (IOException gone) {
        forget(path);
      }
    }
    if (!tree.exists(path)) {
      return null;
    }
    try {
      return read(file(path));
    } catch (NoSuchFileException gone) {
      return null;
    }
  }

  FileChannel file(String path) throws IOException {
    FileChannel file = open.get(path);
    if (file == null) {
      file = FileChannel.open(tree.file(path), StandardOpenOption.READ);
      open.put(path, file);
    }
    return file;
  }

  private String read(FileChannel file) throws IOException {
    buffer.clear();
    int length = Math.max(0, file.read(buffer, 0));
    buffer.flip().get(bytes, 0, length);
    return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }

  void forget(String path) {
    FileChannel file = open.remove(path);
    if (file != null) {
      try {
        file.close();
      } catch (IOException gone) {
        // there is nothing to be lost
      }
    }
  }
}
