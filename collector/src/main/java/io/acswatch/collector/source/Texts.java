package io.acswatch.collector.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the texts of a host are read from. */
interface Texts {
  /** The text of a small file without white space around it; null if there is no such file. */
  @Nullable String text(String path) throws IOException;

  /** The text of a small file, or {@code otherwise} if it is absent or cannot be read. */
  default String textOr(String path, String otherwise) {
    try {
      String text = text(path);
      return text == null ? otherwise : text;
    } catch (IOException unreadable) {
      return otherwise;
    }
  }
}
