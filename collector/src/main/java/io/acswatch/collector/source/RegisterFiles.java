package io.acswatch.collector.source;

import io.acswatch.collector.source.HostReader.WatchedRegister;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words that every fast look reads, of functions whose files are kept open, as {@link
 * OpenTexts} does and for the same reasons.
 *
 * <p>Not thread-safe: belongs to one look after the other.
 */
final class RegisterFiles {
  private final HostTree tree;
  private final ConfigReader config;
  private final OpenTexts texts;
  private final Map<String, FileChannel> spaces = new HashMap<>();
  private List<WatchedRegister> words = List.of();

  RegisterFiles(HostTree tree, ConfigReader config) {
    this.tree = tree;
    this.config = config;
    texts = new OpenTexts(tree);
  }

  /** The other texts that a look reads. */
  OpenTexts texts() {
    return texts;
  }

  /** Closes the files of functions that are not among these. */
  void keepOnly(List<WatchedRegister> watched) {
    if (watched == words) {
      return; // the same list as at the last look
    }
    words = watched;
    Set<String> kept = new HashSet<>();
    watched.forEach(word -> kept.add(PciSource.directory(word.address())));
    List.copyOf(spaces.keySet()).stream().filter(d -> !kept.contains(d)).forEach(this::forget);
  }

  /** The word as it is now; -1 as of {@link ConfigReader#readWord(String, int)}. */
  int read(String directory, WatchedRegister word) {
    if (!tree.isWholeSystem()) {
      return config.readWord(directory, word.offset());
    }
    try {
      String status = texts.textOr(directory + ConfigReader.RUNTIME_STATUS, "");
      if (!status.equals(ConfigReader.ACTIVE)) {
        return config.readWord(directory, word.offset()); // looks at the bridge above too
      }
      int read = config.readWord(space(directory), word.offset());
      // Reading one that is active wakes nobody, so that its power need be looked at only if it
      // says something else than before: without power all bits read as ones.
      return read == word.lastSeen() || !config.isCold(directory) ? read : -1;
    } catch (IOException gone) {
      forget(directory);
      return config.readWord(directory, word.offset());
    }
  }

  private FileChannel space(String directory) throws IOException {
    FileChannel space = spaces.get(directory);
    if (space == null) {
      space = FileChannel.open(tree.file(directory + ConfigReader.CONFIG), StandardOpenOption.READ);
      spaces.put(directory, space);
    }
    return space;
  }

  private void forget(String directory) {
    texts.forget(directory + ConfigReader.RUNTIME_STATUS);
    FileChannel space = spaces.remove(directory);
    if (space != null) {
      try {
        space.close();
      } catch (IOException gone) {
        // there is nothing to be lost
      }
    }
  }
}
