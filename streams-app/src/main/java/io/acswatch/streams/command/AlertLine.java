package io.acswatch.streams.command;

import io.acswatch.cli.Ink;
import io.acswatch.client.Alert;
import io.acswatch.client.Severity;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An alert on one line, or in full, for a terminal:
 *
 * <pre>
 * 2026-11-23T20:39:37.874Z critical raised   3f9a0c17 demo-host GROUP_MERGED_CROSS_VM Devices of ...
 * </pre>
 *
 * <p>The hex digits are the beginning of the fingerprint.
 */
final class AlertLine {
  private static final int SHORT = 8;

  private AlertLine() {}

  /**
   * The line, without a line feed.
   *
   * @param recordMillis when the broker took it; shown where the alert names no time
   */
  static String of(Alert alert, long recordMillis, boolean colour) {
    Ink ink = new Ink(colour);
    String taken = alert.takenAfter();
    return "%s %s %-8s %s %s %s %s"
        .formatted(
            ink.paint(
                Ink.Style.DIM,
                taken == null ? Instant.ofEpochMilli(recordMillis).toString() : taken),
            severity(ink, alert.severity(), alert.isOpen()),
            alert.status().name().toLowerCase(Locale.ROOT),
            beginning(alert.fingerprint()),
            AlertText.printable(alert.host()),
            AlertText.printable(alert.code()),
            AlertText.printable(alert.headline()));
  }

  /**
   * All of it as text that ends in a line feed.
   *
   * @throws InputException if a later acswatch wrote it with words that this one does not know
   */
  static String inFull(Alert alert, byte[] json, boolean colour) throws InputException {
    Ink ink = new Ink(colour);
    Map<String, String> further = new LinkedHashMap<>();
    if (alert.runbookUrl() != null) {
      further.put("runbook", alert.runbookUrl());
    }
    if (alert.pictureUrl() != null) {
      further.put("picture", alert.pictureUrl());
    }
    return AlertText.render(
        AlertJson.read(json),
        further,
        (look, text) -> ink.paint(Ink.Style.valueOf(look.name()), text));
  }

  static String beginning(String id) {
    return id.substring(0, Math.min(SHORT, id.length()));
  }

  /** Eight characters wide; coloured by how urgent it is while it is open. */
  static String severity(Ink ink, Severity severity, boolean open) {
    Ink.Style style =
        switch (severity) {
          case CRITICAL, HIGH -> Ink.Style.ALARM;
          case WARNING -> Ink.Style.NOTICE;
          case INFO -> Ink.Style.PLAIN;
        };
    return ink.paint(open ? style : Ink.Style.DIM, "%-8s".formatted(severity.label()));
  }
}
