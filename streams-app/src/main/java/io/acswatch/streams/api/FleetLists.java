package io.acswatch.streams.api;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostStatus;
import io.acswatch.streams.fleet.HostSummary;
import io.acswatch.streams.fleet.OpenAlert;
import io.acswatch.wire.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Hosts and alerts of this instance that match a request, as lines that can be merged. */
final class FleetLists {
  /** Parameters of both lists. */
  static final int DEFAULT_LIMIT = 100;

  static final int MAX_LIMIT = 1_000;
  static final int MAX_OFFSET = 100_000;

  static final Set<String> HOST_PARAMETERS =
      Set.of("q", "status", "severity", "sort", "offset", "limit");
  static final Set<String> ALERT_PARAMETERS =
      Set.of("q", "host", "vm", "code", "severity", "offset", "limit");

  private static final long MOST = 99_999_999_999_999L;

  private final FleetIndex fleet;

  FleetLists(FleetIndex fleet) {
    this.fleet = fleet;
  }

  ListPart hosts(Parameters asked, int limit) throws ApiException {
    String q = asked.text("q").toLowerCase(Locale.ROOT);
    Set<HostStatus> statuses = asked.constants("status", HostStatus.class);
    Set<Severity> severities = asked.constants("severity", Severity.class);
    String sort = asked.word("sort", "urgency", "host", "heard", "functions");
    List<FleetIndex.Listed> matching = new ArrayList<>();
    for (FleetIndex.Listed host : fleet.hosts()) {
      boolean matches =
          (statuses.isEmpty() || statuses.contains(host.status()))
              && (severities.isEmpty() || hasAny(host.summary(), severities))
              && (q.isEmpty() || host.summary().host().toLowerCase(Locale.ROOT).contains(q));
      if (matches) {
        matching.add(host);
      }
    }
    return ListPart.of(
        matching,
        host -> key(sort, host),
        host -> Json.object(json -> ListJson.host(json, host)),
        limit);
  }

  private static boolean hasAny(HostSummary host, Set<Severity> severities) {
    return host.open().stream().anyMatch(alert -> severities.contains(alert.severity()));
  }

  private static int calm(FleetIndex.Listed host) {
    Severity worst = host.summary().worst();
    return worst == null ? Severity.values().length : worstFirst(worst);
  }

  /** Texts that sort as the hosts do; the host id last makes the order a total one. */
  private static String key(String sort, FleetIndex.Listed host) {
    HostSummary summary = host.summary();
    String id = summary.host();
    return switch (sort) {
      case "host" -> id;
      case "heard" -> ListPart.digits(host.heardMillis()) + " " + id;
      case "functions" -> ListPart.digits(MOST - summary.functions()) + " " + id;
      default ->
          calm(host)
              + " "
              + ListPart.digits(MOST - summary.open().size())
              + (host.status() == HostStatus.FRESH ? " 1 " : " 0 ")
              + id;
    };
  }

  private static int worstFirst(Severity severity) {
    return Severity.values().length - 1 - severity.ordinal();
  }

  ListPart alerts(Parameters asked, int limit) throws ApiException {
    String q = asked.text("q").toLowerCase(Locale.ROOT);
    String host = asked.text("host");
    String vm = asked.text("vm");
    Set<Severity> severities = asked.constants("severity", Severity.class);
    Set<AlertCode> codes = asked.constants("code", AlertCode.class);
    List<OpenAlert> matching = new ArrayList<>();
    for (FleetIndex.Listed listed : fleet.hosts()) {
      if (!host.isEmpty() && !host.equals(listed.summary().host())) {
        continue;
      }
      for (OpenAlert alert : listed.summary().open()) {
        boolean matches =
            (severities.isEmpty() || severities.contains(alert.severity()))
                && (codes.isEmpty() || codes.contains(alert.code()))
                && (vm.isEmpty() || alert.vms().contains(vm))
                && (q.isEmpty() || text(alert).contains(q));
        if (matches) {
          matching.add(alert);
        }
      }
    }
    return ListPart.of(
        matching,
        FleetLists::key,
        alert -> Json.object(json -> ListJson.alert(json, alert)),
        limit);
  }

  /** The order of {@link OpenAlert#MOST_URGENT_FIRST}. */
  private static String key(OpenAlert alert) {
    return worstFirst(alert.severity())
        + " "
        + ListPart.digits(MOST - alert.takenAtMillis())
        + " "
        + alert.host()
        + " "
        + alert.fingerprint();
  }

  private static String text(OpenAlert alert) {
    return (alert.host() + '\n' + alert.headline() + '\n' + String.join("\n", alert.vms()))
        .toLowerCase(Locale.ROOT);
  }
}
