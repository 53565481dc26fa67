package io.acswatch.streams.command;

import io.acswatch.cli.DurationConverter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment as people say it: so long ago ({@code 30m}, {@code 7d}), a day, or an instant. */
final class TimeOption implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    return parse(text, Instant.now());
  }

  static Instant parse(String text, Instant now) {
    try {
      if (text.matches("\\d.*[smhd]")) {
        return now.minus(new DurationConverter().convert(text));
      }
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeException | TypeConversionException notATime) {
      throw new TypeConversionException(
          "'" + text + "' is no time, expected 30m, 2h, 7d, 2026-11-23 or 2026-11-23T20:39:00Z");
    }
  }
}
