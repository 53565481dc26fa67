package io.acswatch.wire.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The files that the page is made of. */
public final class PageFiles {
  private PageFiles() {}

  /** A file by its name; null if there is none. */
  public static byte @Nullable [] read(String name) {
    try (InputStream file = PageFiles.class.getResourceAsStream(name)) {
      return file == null ? null : file.readAllBytes();
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /** A file that is there. */
  public static byte[] require(String name) {
    byte[] file = read(name);
    if (file == null) {
      throw new IllegalStateException("the program lacks the page's file " + name);
    }
    return file;
  }
}
