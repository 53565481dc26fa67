package io.acswatch.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Standard error, for log lines of ours and of Kafka's clients, each with its time. A line that
 * comes again within a minute is counted and not written; the next one after that minute says how
 * many were left out. Under systemd each line begins with its priority, {@code <3>} for an error,
 * {@code <4>} for a warning: journald takes it off and files the line under it (sd-daemon(3)).
 */
final class LogLines extends PrintStream {
  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int KINDS_KEPT = 200;

  /** What differs between lines of one kind: times, offsets, node ids. */
  private static final String NUMBERS = "\\d+";

  private final boolean journal;
  private final LongSupplier nanos;
  private final Clock clock;
  private final Map<String, Kind> kinds =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kind> eldest) {
          return size() > KINDS_KEPT;
        }
      };

  private static final class Kind {
    private long writtenNanos;
    private int leftOut;
  }

  LogLines(OutputStream out, boolean journal, LongSupplier nanos, Clock clock) {
    super(out, true, StandardCharsets.UTF_8);
    this.journal = journal;
    this.nanos = nanos;
    this.clock = clock;
  }

  /** True if systemd reads what this process writes to standard error. */
  static boolean isJournal() {
    return System.getenv("JOURNAL_STREAM") != null;
  }

  @Override
  public void println(String line) {
    synchronized (kinds) {
      long now = nanos.getAsLong();
      Kind kind = kinds.get(line.replaceAll(NUMBERS, "#"));
      if (kind == null) {
        kind = new Kind();
        kinds.put(line.replaceAll(NUMBERS, "#"), kind);
      } else if (now - kind.writtenNanos < WINDOW_NANOS) {
        kind.leftOut++;
        return;
      }
      String count = kind.leftOut == 0 ? "" : " (and %d more like it)".formatted(kind.leftOut);
      kind.writtenNanos = now;
      kind.leftOut = 0;
      // Not by slf4j-simple, whose format of dates loads the locales of the whole world.
      Instant time = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      super.println((journal ? priority(line) : "") + time + " " + line + count);
    }
  }

  private static String priority(String line) {
    return line.startsWith("ERROR ") ? "<3>" : line.startsWith("WARN ") ? "<4>" : "<6>";
  }
}
