package io.acswatch.streams.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment as people say it: so long ago ({@code 30m}, {@code 7d}), a day, or an instant. */
record TimeOption(Instant at) {
  private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");

  static TimeOption parse(String text, Instant now) {
    Matcher ago = AGO.matcher(text);
    try {
      if (ago.matches()) {
        return new TimeOption(now.minus(duration(Long.parseLong(ago.group(1)), ago.group(2))));
      }
      return new TimeOption(
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text));
    } catch (DateTimeException notATime) {
      throw new TypeConversionException(
          "'" + text + "' is no time, expected 30m, 2h, 7d, 2026-11-23 or 2026-11-23T20:39:00Z");
    }
  }

  private static Duration duration(long amount, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** For picocli. */
  static final class Converter implements ITypeConverter<TimeOption> {
    @Override
    public TimeOption convert(String text) {
      return parse(text, Instant.now());
    }
  }
}
