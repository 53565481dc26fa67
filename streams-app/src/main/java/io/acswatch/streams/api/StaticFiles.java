package io.acswatch.streams.api;

import io.acswatch.wire.page.PageFiles;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The page's files: plain HTML, CSS and modules, served as they are in the source tree. A name from
 * outside is looked up only if it is a word and one of three endings.
 */
public final class StaticFiles {
  private static final String HTML = "text/html; charset=utf-8";
  private static final Pattern ASSET = Pattern.compile("/assets/([a-z]{1,30}\\.(css|js|svg))");
  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final Map<String, byte[]> READ = new ConcurrentHashMap<>();

  private StaticFiles() {}

  /** The file at a path; null if there is none. */
  public static @Nullable HttpAnswer answer(String path) {
    if (path.equals("/") || path.equals("/alerts") || path.equals("/host")) {
      return page(200);
    }
    Matcher asset = ASSET.matcher(path);
    return asset.matches() && PageFiles.read(asset.group(1)) != null
        ? resource(asset.group(1), Objects.requireNonNull(TYPES.get(asset.group(2))))
        : null;
  }

  /** The page, which says by its own address what it shows; also where nothing is. */
  public static HttpAnswer page(int code) {
    return new HttpAnswer(code, HTML, resource("index.html", HTML).body());
  }

  static HttpAnswer resource(String name, String type) {
    return new HttpAnswer(200, type, READ.computeIfAbsent(name, PageFiles::require));
  }
}
