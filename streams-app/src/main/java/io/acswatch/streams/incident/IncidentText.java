package io.acswatch.streams.incident;

import io.acswatch.client.Incident;

/** What an incident says to people. */
final class IncidentText {
  private IncidentText() {}

  /** One sentence: what, on how many hosts, and what they have in common. */
  static String headline(Incident incident, int hosts, int openHosts) {
    StringBuilder text = new StringBuilder();
    text.append(incident.code())
        .append(" on ")
        .append(hosts)
        .append(hosts == 1 ? " host" : " hosts");
    if (openHosts != hosts) {
      text.append(", open on ").append(openHosts);
    }
    text.append(hosts == 1 ? ", with kernel " : ", all with kernel ").append(incident.kernel());
    if (incident.platform() != null) {
      text.append(" on platform ").append(incident.platform());
    }
    if (incident.place() != null) {
      text.append(", at ").append(incident.place());
    }
    if (!incident.bits().isEmpty()) {
      text.append(", bits ").append(String.join(" ", incident.bits()));
    }
    return text.toString();
  }
}
