package io.acswatch.streams.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The page's files, by a list that names each: no path from outside is ever looked up. They are
 * plain HTML, CSS and modules, served as they are in the source tree.
 */
public final class StaticFiles {
  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("app.css", CSS),
          Map.entry("tree.css", CSS),
          Map.entry("app.js", SCRIPT),
          Map.entry("api.js", SCRIPT),
          Map.entry("alert.js", SCRIPT),
          Map.entry("incidents.js", SCRIPT),
          Map.entry("alerts.js", SCRIPT),
          Map.entry("column.js", SCRIPT),
          Map.entry("dom.js", SCRIPT),
          Map.entry("fleet.js", SCRIPT),
          Map.entry("host.js", SCRIPT),
          Map.entry("marks.js", SCRIPT),
          Map.entry("model.js", SCRIPT),
          Map.entry("picture.js", SCRIPT),
          Map.entry("theme.js", SCRIPT),
          Map.entry("tree.js", SCRIPT),
          Map.entry("words.js", SCRIPT),
          Map.entry("icon.svg", "image/svg+xml"));

  private static final Map<String, byte[]> READ = new ConcurrentHashMap<>();

  private StaticFiles() {}

  /** The file at a path; null if there is none. */
  public static @Nullable Answer answer(String path) {
    return switch (path) {
      case "/", "/alerts", "/host" -> resource("index.html", HTML);
      default -> {
        String name = path.startsWith("/assets/") ? path.substring("/assets/".length()) : "";
        String type = TYPES.get(name);
        yield type == null ? null : resource(name, type);
      }
    };
  }

  static Answer resource(String name, String type) {
    return new Answer(200, type, READ.computeIfAbsent(name, StaticFiles::read));
  }

  private static byte[] read(String name) {
    try (InputStream file = StaticFiles.class.getResourceAsStream("page/" + name)) {
      if (file == null) {
        throw new IllegalStateException("the program lacks its file page/" + name);
      }
      return file.readAllBytes();
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }
}
