package io.acswatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long now;

  private LogLines lines(boolean journal) {
    return new LogLines(
        written, journal, () -> now, Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC));
  }

  private List<String> written() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void countsWhatComesAgainWithinAMinute() {
    LogLines lines = lines(false);
    for (int second = 0; second <= 60; second++) {
      now = Duration.ofSeconds(second).toNanos();
      lines.println("WARN Client - node " + second + " cannot be reached");
    }
    lines.println("WARN Client - something else");

    assertEquals(
        List.of(
            "1970-01-01T00:00:01Z WARN Client - node 0 cannot be reached",
            "1970-01-01T00:00:01Z WARN Client - node 60 cannot be reached (and 59 more like it)",
            "1970-01-01T00:00:01Z WARN Client - something else"),
        written());
  }

  @Test
  void tellsTheJournalHowSeriousALineIs() {
    LogLines lines = lines(true);
    lines.println("ERROR Spool - damaged");
    lines.println("WARN Spool - full");
    lines.println("INFO Spool - open");

    assertEquals(
        List.of(
            "<3>1970-01-01T00:00:01Z ERROR Spool - damaged",
            "<4>1970-01-01T00:00:01Z WARN Spool - full",
            "<6>1970-01-01T00:00:01Z INFO Spool - open"),
        written());
  }
}
