package io.acswatch.collector.source;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one host, below a root directory: {@code /} for the host itself, another one for a
 * copy of a host's {@code /sys} and {@code /proc}. All paths given and returned are those the host
 * itself would use.
 *
 * <p>Links are followed inside the root, as after a chroot: an absolute target starts at the root,
 * and {@code ..} does not lead out of it. Files are opened for reading only.
 */
public final class HostTree implements Texts {
  private static final int MAX_LINKS = 40; // as the kernel's own limit
  private static final int PAGE = 4096; // what the kernel shows at most by one read, mostly

  private final Path root;
  private final boolean isWholeSystem;

  /** The tree below {@code root}, a directory that can be entered. */
  public HostTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      throw new NoSuchFileException(root.toString());
    }
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(root.toString());
    }
    this.root = root.toRealPath();
    this.isWholeSystem = this.root.getNameCount() == 0;
  }

  /** True if this is the machine itself and no copy below a directory. */
  boolean isWholeSystem() {
    return isWholeSystem;
  }

  /** The file here for {@code path} of the host; NoSuchFileException if there is none. */
  public Path file(String path) throws IOException {
    // The kernel follows the links of its own file system faster and better than we do.
    return isWholeSystem ? Path.of(path) : root.resolve(realPath(path).substring(1));
  }

  /** The path without links, as by {@code readlink -f}; NoSuchFileException if there is none. */
  public String realPath(String path) throws IOException {
    if (isWholeSystem) {
      return Path.of(path).toRealPath().toString();
    }
    Deque<String> pending = new ArrayDeque<>(components(path));
    Deque<String> walked = new ArrayDeque<>();
    int links = 0;
    while (!pending.isEmpty()) {
      String component = pending.removeFirst();
      if (component.equals("..")) {
        walked.pollLast();
        continue;
      }
      Path here = root.resolve(String.join(File.separator, walked)).resolve(component);
      if (Files.isSymbolicLink(here)) {
        if (++links > MAX_LINKS) {
          throw new FileSystemLoopException(path);
        }
        String target = Files.readSymbolicLink(here).toString();
        if (target.startsWith("/")) {
          walked.clear();
        }
        List<String> steps = components(target);
        for (int i = steps.size() - 1; i >= 0; i--) {
          pending.addFirst(steps.get(i));
        }
      } else {
        if (!Files.exists(here)) {
          throw new NoSuchFileException(path);
        }
        walked.addLast(component);
      }
    }
    return "/" + String.join("/", walked);
  }

  private static List<String> components(String path) {
    return Arrays.stream(path.split("/")).filter(c -> !c.isEmpty() && !c.equals(".")).toList();
  }

  public boolean exists(String path) {
    try {
      return Files.exists(file(path));
    } catch (IOException absent) {
      return false;
    }
  }

  /**
   * True if there is certainly no such file. Many of sysfs are there for few devices only, and an
   * exception for each that is not costs more than all other reading.
   */
  private boolean isAbsent(String path) {
    return isWholeSystem && !new File(path).exists();
  }

  @Override
  public @Nullable String text(String path) throws IOException {
    if (isAbsent(path)) {
      return null;
    }
    try (InputStream stream = Files.newInputStream(file(path))) {
      return all(stream).strip();
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /**
   * Reads with room for all of it from the first byte on. Numbers below {@code /proc/sys} are shown
   * by the first read alone (linux {@code kernel/sysctl.c}, {@code do_proc_dointvec}), and the
   * library's own methods ask for one byte first where a file says it has no length.
   */
  private static String all(InputStream stream) throws IOException {
    byte[] bytes = new byte[PAGE];
    int length = 0;
    int read;
    while ((read = stream.read(bytes, length, bytes.length - length)) > 0) {
      length += read;
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * length);
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** The decimal or {@code 0x} number in a file, or {@code otherwise} if there is none. */
  int number(String path, int otherwise) {
    String text = textOr(path, "");
    try {
      return text.isEmpty() ? otherwise : Integer.decode(text);
    } catch (NumberFormatException notANumber) {
      return otherwise;
    }
  }

  /**
   * What tells a file or directory of the machine apart from any other that had its name before;
   * null below another root, where files are copied and written over.
   */
  @Nullable Object identity(String path) throws IOException {
    return isWholeSystem
        ? Files.readAttributes(file(path), BasicFileAttributes.class).fileKey()
        : null;
  }

  /** The first bytes of a file, at most {@code length}; null if there is no such file. */
  public byte @Nullable [] head(String path, int length) throws IOException {
    try (InputStream stream = Files.newInputStream(file(path))) {
      return stream.readNBytes(length);
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /** When a file was written last; null if that cannot be told. */
  public @Nullable Instant modified(String path) {
    try {
      return Files.getLastModifiedTime(file(path)).toInstant();
    } catch (IOException unknown) {
      return null;
    }
  }

  /** The text that a link holds, which need not be a path; null if there is no such link. */
  public @Nullable String linkTarget(String path) throws IOException {
    try {
      return Files.readSymbolicLink(link(path)).toString();
    } catch (NoSuchFileException | NotLinkException absent) {
      return null;
    }
  }

  public String linkName(String path) {
    if (isAbsent(path)) {
      return "";
    }
    try {
      Path name = Files.readSymbolicLink(link(path)).getFileName();
      return name == null ? "" : name.toString();
    } catch (IOException | UnsupportedOperationException absent) {
      return "";
    }
  }

  private Path link(String path) throws IOException {
    Path parent = file(path.substring(0, path.lastIndexOf('/')));
    return parent.resolve(path.substring(path.lastIndexOf('/') + 1));
  }

  /** The names in a directory, sorted; none if there is no such directory. */
  public List<String> names(String directory) throws IOException {
    if (isAbsent(directory)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(file(directory))) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return List.of();
    } catch (UncheckedIOException brokenOff) {
      throw brokenOff.getCause(); // the directory went while it was listed
    }
    names.sort(null);
    return names;
  }

  /** An exception for a file that must be there and is not; names it with the root before it. */
  NoSuchFileException missing(String path) {
    return new NoSuchFileException(isWholeSystem ? path : root + path);
  }
}
