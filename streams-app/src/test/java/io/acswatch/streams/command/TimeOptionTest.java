package io.acswatch.streams.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TimeOptionTest {
  private static final Instant NOW = Instant.parse("2026-11-23T20:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "90s, 2026-11-23T19:58:30Z",
    "30m, 2026-11-23T19:30:00Z",
    "2h, 2026-11-23T18:00:00Z",
    "7d, 2026-11-16T20:00:00Z",
    "2026-11-01, 2026-11-01T00:00:00Z",
    "2026-11-01T12:30:00.5Z, 2026-11-01T12:30:00.500Z"
  })
  void readsWhatPeopleSay(String text, Instant expected) {
    assertEquals(expected, TimeOption.parse(text, NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "7w", "-1h", "1234567890d", "yesterday", "2026-13-01", "noon"})
  void refusesWhatIsNoTime(String text) {
    assertThrows(TypeConversionException.class, () -> TimeOption.parse(text, NOW));
  }
}
