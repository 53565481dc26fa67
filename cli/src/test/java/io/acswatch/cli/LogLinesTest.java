package io.acswatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long now;

  private LogLines lines(boolean journal) {
    return new LogLines(written, journal, () -> now);
  }

  private List<String> written() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void countsWhatComesAgainWithinAMinute() {
    LogLines lines = lines(false);
    for (int second = 0; second <= 60; second++) {
      now = Duration.ofSeconds(second).toNanos();
      lines.println("12:00:%02d WARN Client - node %d cannot be reached".formatted(second, second));
    }
    lines.println("12:00:60 WARN Client - something else");

    assertEquals(
        List.of(
            "12:00:00 WARN Client - node 0 cannot be reached",
            "12:00:60 WARN Client - node 60 cannot be reached (and 59 more like it)",
            "12:00:60 WARN Client - something else"),
        written());
  }

  @Test
  void tellsTheJournalHowSeriousALineIs() {
    LogLines lines = lines(true);
    lines.println("12:00:00 ERROR Spool - damaged");
    lines.println("12:00:00 WARN Spool - full");
    lines.println("12:00:00 INFO Spool - open");

    assertEquals(
        List.of(
            "<3>12:00:00 ERROR Spool - damaged",
            "<4>12:00:00 WARN Spool - full",
            "<6>12:00:00 INFO Spool - open"),
        written());
  }
}
