package io.acswatch.collector.source;

import io.acswatch.collector.source.HostReader.WatchedRegister;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
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
  private Set<String> directories = Set.of();
  private List<WatchedRegister> words = List.of();

  RegisterFiles(HostTree tree, ConfigReader config) {
    this.tree = tree;
    this.config = config;
    texts = new OpenTexts(tree);
  }

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
    directories.stream().filter(d -> !kept.contains(d)).forEach(this::forget);
    directories = kept;
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
      int read = config.readWord(texts.file(directory + ConfigReader.CONFIG), word.offset());
      // Reading one that is active wakes nobody, so that its power need be looked at only if it
      // says something else than before: without power all bits read as ones.
      return read == word.lastSeen() || !config.isCold(directory) ? read : -1;
    } catch (IOException gone) {
      forget(directory);
      return config.readWord(directory, word.offset());
    }
  }

  private void forget(String directory) {
    texts.forget(directory + ConfigReader.RUNTIME_STATUS);
    texts.forget(directory + ConfigReader.CONFIG);
  }
}
