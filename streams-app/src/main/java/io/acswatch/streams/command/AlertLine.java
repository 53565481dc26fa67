package io.acswatch.streams.command;

import io.acswatch.client.Alert;
import io.acswatch.client.Severity;
import io.acswatch.wire.json.AlertText;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An alert on one line, for a terminal:
 *
 * <pre>
 * 2026-11-23T20:39:37.874Z critical raised   3f9a0c17 demo-host GROUP_MERGED_CROSS_VM Devices of ...
 * </pre>
 *
 * <p>The hex digits are the beginning of the fingerprint.
 */
public final class AlertLine {
  private static final String RESET = "\u001b[0m";
  private static final String DIM = "\u001b[2m";
  private static final String RED = "\u001b[1;31m";
  private static final String YELLOW = "\u001b[1;33m";
  private static final String GREEN = "\u001b[32m";

  private static final int SHORT = 8;

  private AlertLine() {}

  /**
   * The line, without a line feed.
   *
   * @param recordMillis when the broker took it; shown where the alert names no time
   * @param colour with ANSI escapes
   */
  public static String of(Alert alert, long recordMillis, boolean colour) {
    String time = time(alert.takenAfter(), recordMillis);
    String severity = "%-8s".formatted(alert.severity().label());
    String rest =
        "%-8s %s %s %s %s"
            .formatted(
                alert.status().name().toLowerCase(Locale.ROOT),
                alert.fingerprint().substring(0, Math.min(SHORT, alert.fingerprint().length())),
                AlertText.printable(alert.host()),
                AlertText.printable(alert.code()),
                AlertText.printable(alert.headline()));
    if (!colour) {
      return time + " " + severity + " " + rest;
    }
    String style = alert.isOpen() ? style(alert.severity()) : GREEN;
    return DIM + time + RESET + " " + style + severity + RESET + " " + rest;
  }

  private static String time(@Nullable String taken, long recordMillis) {
    return taken == null ? Instant.ofEpochMilli(recordMillis).toString() : taken;
  }

  static String coloured(Severity severity, String text) {
    return style(severity) + text + RESET;
  }

  private static String style(Severity severity) {
    return switch (severity) {
      case CRITICAL, HIGH -> RED;
      case WARNING -> YELLOW;
      case INFO -> GREEN;
    };
  }
}
