package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostStatus;
import io.acswatch.streams.fleet.HostSummary;
import io.acswatch.streams.fleet.OpenAlert;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.json.KernelJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What of the lists of this instance matches a request, as lines that can be merged. */
public final class FleetLists {
  private static final int MOST_HOSTS = 999_999_999;
  private static final long MOST = 99_999_999_999_999L;

  private final FleetIndex fleet;
  private final Instances instances;

  FleetLists(FleetIndex fleet, Instances instances) {
    this.fleet = fleet;
    this.instances = instances;
  }

  ListPart of(String list, Parameters asked, int limit) throws ApiException {
    return switch (list) {
      case "hosts" -> hosts(asked, limit);
      case "alerts" -> alerts(asked, limit);
      case "kernels" -> kernels(asked, limit);
      default -> incidents(asked, limit);
    };
  }

  private ListPart hosts(Parameters asked, int limit) throws ApiException {
    String q = asked.text("q").toLowerCase(Locale.ROOT);
    Set<HostStatus> statuses = asked.constants("status", HostStatus.class);
    Set<Severity> severities = asked.constants("severity", Severity.class);
    String incident = asked.text("incident");
    List<String> without = List.of(asked.text("without").split(","));
    String sort = asked.word("sort", "urgency", "host", "heard", "functions");
    List<FleetIndex.Listed> matching = new ArrayList<>();
    for (FleetIndex.Listed host : fleet.hosts()) {
      boolean matches =
          (statuses.isEmpty() || statuses.contains(host.status()))
              && (severities.isEmpty() || hasAny(host.summary(), severities))
              && (incident.isEmpty()
                  || host.summary().open().stream()
                      .anyMatch(one -> one.incident().equals(incident)))
              && !isTold(host.summary(), without)
              && (q.isEmpty() || host.summary().host().toLowerCase(Locale.ROOT).contains(q));
      if (matches) {
        matching.add(host);
      }
    }
    return ListPart.of(
        matching, host -> key(sort, host), host -> Json.object(json -> host(json, host)), limit);
  }

  private static boolean hasAny(HostSummary host, Set<Severity> severities) {
    return host.open().stream().anyMatch(alert -> severities.contains(alert.severity()));
  }

  /** True if these incidents tell all critical and high alerts, or else all warnings. */
  private static boolean isTold(HostSummary host, List<String> incidents) {
    Severity worst = host.worst();
    Severity least = worst == Severity.WARNING ? worst : Severity.HIGH;
    return worst != null
        && worst != Severity.INFO
        && host.open().stream()
            .filter(alert -> alert.severity().compareTo(least) >= 0)
            .allMatch(one -> !one.incident().isEmpty() && incidents.contains(one.incident()));
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

  private ListPart alerts(Parameters asked, int limit) throws ApiException {
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
        matching, FleetLists::key, alert -> Json.object(json -> alert(json, alert)), limit);
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

  private ListPart kernels(Parameters asked, int limit) throws ApiException {
    String release = asked.text("release");
    List<KernelKnowledge> matching =
        instances.kernels().stream()
            .filter(kernel -> release.isEmpty() || kernel.release().equals(release))
            .toList();
    return ListPart.of(
        matching,
        kernel -> kernel.release() + " " + kernel.version(),
        kernel -> new String(KernelJson.write(kernel), StandardCharsets.UTF_8),
        limit);
  }

  private ListPart incidents(Parameters asked, int limit) throws ApiException {
    String status = asked.word("status", "open", "closed", "all");
    Set<io.acswatch.client.Severity> severities =
        asked.constants("severity", io.acswatch.client.Severity.class);
    List<Incident> matching =
        instances.incidents(asked.text("host")).stream()
            .filter(one -> status.equals("all") || one.isOpen() == status.equals("open"))
            .filter(one -> severities.isEmpty() || severities.contains(one.severity()))
            .toList();
    try (IncidentSerde serde = new IncidentSerde()) {
      return ListPart.of(
          matching,
          FleetLists::key,
          one -> new String(serde.serialize("incidents", one), StandardCharsets.UTF_8),
          limit);
    }
  }

  /** Texts in the order: open ones first, then the gravest, then those on most hosts. */
  public static String key(Incident incident) {
    return (incident.isOpen() ? "0 " : "1 ")
        + (io.acswatch.client.Severity.CRITICAL.ordinal() - incident.severity().ordinal())
        + " "
        + ListPart.digits(MOST_HOSTS - incident.openHosts())
        + " "
        + incident.incident();
  }

  private static void host(JsonGenerator json, FleetIndex.Listed listed) throws IOException {
    HostSummary host = listed.summary();
    Severity worst = host.worst();
    json.writeStringField("host", host.host());
    json.writeStringField("status", listed.status().label());
    Json.time(json, "heard_at", listed.heardMillis());
    Json.time(json, "taken_at", host.takenAtMillis());
    json.writeNumberField("frames_passed_over", listed.passedOver());
    json.writeStringField("kernel_release", host.kernelRelease());
    json.writeStringField("boot_class", host.bootClass());
    json.writeNumberField("functions", host.functions());
    json.writeNumberField("groups", host.groups());
    json.writeNumberField("vms", host.vms());
    json.writeNumberField("open_alerts", host.open().size());
    Json.text(json, "worst", worst == null ? null : worst.label());
    OpenAlert first = worst == null ? null : host.open().get(0);
    Json.text(json, "headline", first == null ? null : first.headline());
    cause(json, first);
  }

  private static void cause(JsonGenerator json, @Nullable OpenAlert alert) throws IOException {
    Json.text(json, "port", alert == null ? null : alert.port());
    Json.texts(json, "bits", alert == null ? List.of() : alert.bits());
    Json.text(json, "incident", alert == null ? null : alert.incident());
  }

  private static void alert(JsonGenerator json, OpenAlert alert) throws IOException {
    json.writeStringField("fingerprint", alert.fingerprint());
    json.writeStringField("host", alert.host());
    json.writeNumberField("revision", alert.revision());
    json.writeStringField("code", alert.code().name());
    json.writeStringField("severity", alert.severity().label());
    json.writeStringField("status", alert.status().name());
    Json.time(json, "taken_at", alert.takenAtMillis());
    Json.time(json, "raised_at", alert.raisedAtMillis());
    Json.texts(json, "vms", alert.vms());
    json.writeStringField("headline", alert.headline());
    cause(json, alert);
  }
}
