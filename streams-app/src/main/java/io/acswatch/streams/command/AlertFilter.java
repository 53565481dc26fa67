package io.acswatch.streams.command;

import io.acswatch.client.Alert;
import io.acswatch.client.Severity;
import java.util.List;

/**
 * Which alerts are wanted; an empty list wants all.
 *
 * @param codes names of codes; any name, since a later acswatch may raise others
 */
public record AlertFilter(
    Severity atLeast, List<String> hosts, List<String> codes, List<String> vms) {
  public AlertFilter {
    hosts = List.copyOf(hosts);
    codes = List.copyOf(codes);
    vms = List.copyOf(vms);
  }

  public boolean wants(Alert alert) {
    return alert.severity().isAtLeast(atLeast)
        && (hosts.isEmpty() || hosts.contains(alert.host()))
        && (codes.isEmpty() || codes.contains(alert.code()))
        && (vms.isEmpty() || alert.vms().stream().anyMatch(vms::contains));
  }
}
