package io.acswatch.streams.api;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostStatus;
import io.acswatch.streams.fleet.HostSummary;
import io.acswatch.streams.fleet.OpenAlert;
import io.acswatch.wire.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
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

  private static final long LATEST = 9_999_999_999_999L;

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
    // Written out is only what is shown: a page of a fleet of ten thousand hosts costs as much as
    // one of a small fleet.
    return new ListPart(
        matching.size(),
        matching.stream()
            .sorted(order(sort))
            .limit(limit)
            .map(
                host ->
                    new ListPart.Line(
                        key(sort, host), Json.object(json -> ListJson.host(json, host))))
            .toList());
  }

  private static boolean hasAny(HostSummary host, Set<Severity> severities) {
    return host.open().stream().anyMatch(alert -> severities.contains(alert.severity()));
  }

  /** The order of the {@link #key keys}, without making them. */
  private static Comparator<FleetIndex.Listed> order(String sort) {
    Comparator<FleetIndex.Listed> order =
        switch (sort) {
          case "host" -> (one, other) -> 0;
          case "heard" -> Comparator.comparingLong(FleetIndex.Listed::heardMillis);
          case "functions" -> Comparator.comparingInt(host -> -host.summary().functions());
          default ->
              Comparator.<FleetIndex.Listed>comparingInt(FleetLists::calm)
                  .thenComparingInt(host -> -host.summary().open().size())
                  .thenComparingInt(FleetLists::rest);
        };
    return order.thenComparing(host -> host.summary().host());
  }

  private static int calm(FleetIndex.Listed host) {
    Severity worst = host.summary().worst();
    return worst == null ? Severity.values().length : worstFirst(worst);
  }

  private static int rest(FleetIndex.Listed host) {
    return host.status() == HostStatus.FRESH ? 1 : 0;
  }

  /** Texts that sort as the hosts do; the host id last makes the order a total one. */
  private static String key(String sort, FleetIndex.Listed host) {
    HostSummary summary = host.summary();
    String id = summary.host();
    return switch (sort) {
      case "host" -> id;
      case "heard" -> "%013d %s".formatted(host.heardMillis(), id);
      case "functions" -> "%09d %s".formatted(999_999_999 - summary.functions(), id);
      default ->
          "%d %06d %d %s".formatted(calm(host), 999_999 - summary.open().size(), rest(host), id);
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
    return new ListPart(
        matching.size(),
        matching.stream()
            .sorted(OpenAlert.MOST_URGENT_FIRST)
            .limit(limit)
            .map(
                alert ->
                    new ListPart.Line(key(alert), Json.object(json -> ListJson.alert(json, alert))))
            .toList());
  }

  private static String key(OpenAlert alert) {
    return "%d %013d %s %s"
        .formatted(
            worstFirst(alert.severity()),
            LATEST - alert.takenAtMillis(),
            alert.host(),
            alert.fingerprint());
  }

  private static String text(OpenAlert alert) {
    return (alert.host() + '\n' + alert.headline() + '\n' + String.join("\n", alert.vms()))
        .toLowerCase(Locale.ROOT);
  }
}
