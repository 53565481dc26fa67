package io.acswatch.collector.source;

import io.acswatch.collector.source.HostReader.WatchedWord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that every fast look reads, kept open: opening them is four fifths of what a look
 * costs. An open file of sysfs keeps nothing in place; when its function goes, reading it fails,
 * and it is opened anew at the next look.
 *
 * <p>Only for sysfs itself. Below another root a file may be replaced by another one of its name,
 * which whoever has the old one open does not see.
 *
 * <p>Not thread-safe: belongs to one look after the other.
 */
final class WordFiles implements AutoCloseable {
  private static final int STATUS_LENGTH = 16;

  private final HostTree tree;
  private final ConfigReader config;
  private final Map<String, Files> open = new HashMap<>();
  private final ByteBuffer status = ByteBuffer.allocateDirect(STATUS_LENGTH);
  private final byte[] statusBytes = new byte[STATUS_LENGTH];
  private List<WatchedWord> words = List.of();

  WordFiles(HostTree tree, ConfigReader config) {
    this.tree = tree;
    this.config = config;
  }

  /** The open files of one function. */
  private record Files(FileChannel config, FileChannel runtimeStatus, FileChannel powerState)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      config.close();
      runtimeStatus.close();
      powerState.close();
    }
  }

  /** Closes the files of functions that are not among these. */
  void keepOnly(List<WatchedWord> watched) {
    if (watched == words) {
      return; // the same list as at the last look
    }
    words = watched;
    List<String> kept = new ArrayList<>();
    watched.forEach(word -> kept.add(PciSource.directory(word.address())));
    for (String directory : List.copyOf(open.keySet())) {
      if (!kept.contains(directory)) {
        forget(directory);
      }
    }
  }

  /** As {@link ConfigReader#readWord(String, int)}. */
  int readWord(String directory, int offset) {
    try {
      Files files = open.get(directory);
      if (files == null) {
        files = open(directory);
        open.put(directory, files);
      }
      String runtime = text(files.runtimeStatus);
      if (!PowerState.isActive(runtime)) {
        return config.readWord(directory, offset); // looks at the bridge above too
      }
      return PowerState.isCold(text(files.powerState)) ? -1 : config.readWord(files.config, offset);
    } catch (IOException gone) {
      forget(directory);
      return config.readWord(directory, offset);
    }
  }

  private Files open(String directory) throws IOException {
    FileChannel space = null;
    FileChannel runtime = null;
    try {
      runtime = open(directory, ConfigReader.RUNTIME_STATUS);
      space = open(directory, ConfigReader.CONFIG);
      return new Files(space, runtime, open(directory, ConfigReader.POWER_STATE));
    } catch (IOException failed) {
      close(space);
      close(runtime);
      throw failed;
    }
  }

  private FileChannel open(String directory, String file) throws IOException {
    return FileChannel.open(tree.file(directory + file), StandardOpenOption.READ);
  }

  private String text(FileChannel file) throws IOException {
    status.clear();
    int length = Math.max(0, file.read(status, 0));
    status.flip().get(statusBytes, 0, length);
    return new String(statusBytes, 0, length, StandardCharsets.US_ASCII).strip();
  }

  private void forget(String directory) {
    Files files = open.remove(directory);
    if (files != null) {
      close(files);
    }
  }

  private static void close(@Nullable AutoCloseable files) {
    if (files != null) {
      try {
        files.close();
      } catch (Exception gone) {
        // there is nothing to be lost
      }
    }
  }

  @Override
  public void close() {
    List.copyOf(open.keySet()).forEach(this::forget);
  }
}
