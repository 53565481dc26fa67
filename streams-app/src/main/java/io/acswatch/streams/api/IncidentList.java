package io.acswatch.streams.api;

import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.client.Severity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Incidents of this instance that match a request, as lines that can be merged. */
public final class IncidentList {
  private static final int MOST_HOSTS = 999_999_999;

  private IncidentList() {}

  static ListPart of(Instances instances, Parameters asked, int limit) throws ApiException {
    String status = asked.word("status", "open", "closed", "all");
    Set<Severity> severities = asked.constants("severity", Severity.class);
    List<Incident> matching =
        instances.incidents(asked.text("host")).stream()
            .filter(one -> status.equals("all") || one.isOpen() == status.equals("open"))
            .filter(one -> severities.isEmpty() || severities.contains(one.severity()))
            .toList();
    try (IncidentSerde serde = new IncidentSerde()) {
      return ListPart.of(matching, IncidentList::key, one -> json(serde, one), limit);
    }
  }

  /** Texts in the order: open ones first, then the gravest, then those on most hosts. */
  public static String key(Incident incident) {
    return (incident.isOpen() ? "0 " : "1 ")
        + (Severity.CRITICAL.ordinal() - incident.severity().ordinal())
        + " "
        + ListPart.digits(MOST_HOSTS - incident.openHosts())
        + " "
        + incident.incident();
  }

  private static String json(IncidentSerde serde, Incident incident) {
    return new String(serde.serialize("incidents", incident), StandardCharsets.UTF_8);
  }
}
