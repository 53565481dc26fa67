package io.acswatch.streams.command;

import io.acswatch.cli.Ink;
import io.acswatch.client.Incident;
import io.acswatch.wire.json.AlertText;
import java.util.Locale;

/**
 * An incident on one line, and its hosts on another, for a terminal:
 *
 * <pre>
 * 2026-11-23T20:39:37.874Z critical opened   3f9a0c17 GROUP_MERGED_CROSS_VM on 3 hosts, all with ...
 *     rack7-host12 rack7-host13 rack7-host14
 * </pre>
 */
public final class IncidentLine {
  private static final int SHORT = 8;

  private IncidentLine() {}

  /** The lines, without a line feed at the end. */
  public static String of(Incident incident, boolean colour) {
    StringBuilder hosts = new StringBuilder();
    incident.sample().forEach(host -> hosts.append(' ').append(AlertText.printable(host)));
    if (incident.hosts() > incident.sample().size()) {
      hosts.append(" and %d more".formatted(incident.hosts() - incident.sample().size()));
    }
    return "%s %s %-8s %s %s%n   %s"
        .formatted(
            AlertText.printable(incident.openedAt()),
            AlertLine.severity(new Ink(colour), incident.severity(), incident.isOpen()),
            incident.status().name().toLowerCase(Locale.ROOT),
            incident.incident().substring(0, Math.min(SHORT, incident.incident().length())),
            AlertText.printable(incident.headline()),
            hosts);
  }
}
