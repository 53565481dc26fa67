package io.acswatch.collector.source;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How the last reading of each source of a host went. Thread-safe. */
public final class SourceTimings {
  private final Map<Source, Timing> last = new EnumMap<>(Source.class);

  /** What a host is read from, owners apart. */
  public enum Source {
    /** Boot id, kernel and command line. */
    BOOT,
    /** Loaded images, and what the kernel before handed over. */
    KEXEC,
    GROUPS,
    /** Functions: configuration space and attributes. */
    PCI,
    SCAN_ORDER,
    GLANCE;

    /** Lower case with dashes, as metrics and reports name it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** One reading; metrics and reports name it {@code label}. */
  public record Timing(String label, boolean isSuccess, Duration took) {}

  @FunctionalInterface
  interface Reading<T> {
    T read() throws IOException;
  }

  <T> T of(Source source, Reading<T> reading) throws IOException {
    long begin = System.nanoTime();
    boolean success = false;
    try {
      T result = reading.read();
      success = true;
      return result;
    } finally {
      note(
          source, new Timing(source.label(), success, Duration.ofNanos(System.nanoTime() - begin)));
    }
  }

  private synchronized void note(Source source, Timing timing) {
    last.put(source, timing);
  }

  /** The last reading of each source that was read at all. */
  public synchronized List<Timing> last() {
    return List.copyOf(last.values());
  }
}
