package io.acswatch.streams.fleet;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.incident.AlertCause;
import java.util.Comparator;
import java.util.List;

/**
 * An alert that is raised and not resolved, as far as lists show it.
 *
 * @param takenAtMillis when the snapshot was taken that showed it, milliseconds since 1970, 0 if
 *     unknown
 * @param raisedAtMillis the same of the snapshot that raised it
 * @param bits names of its ACS Control bits that were lost or gained
 * @param incident id of the incident of all alerts with its cause; empty if it joins none
 */
public record OpenAlert(
    String fingerprint,
    String host,
    int revision,
    AlertCode code,
    Severity severity,
    AlertStatus status,
    long takenAtMillis,
    long raisedAtMillis,
    List<String> vms,
    String headline,
    String port,
    List<String> bits,
    String incident) {
  /** The most urgent first, then the latest; a total order. */
  public static final Comparator<OpenAlert> MOST_URGENT_FIRST =
      Comparator.comparing(OpenAlert::severity)
          .reversed()
          .thenComparing(Comparator.comparingLong(OpenAlert::takenAtMillis).reversed())
          .thenComparing(OpenAlert::host)
          .thenComparing(OpenAlert::fingerprint);

  static OpenAlert of(IsolationAlert alert) {
    RegisterChange register = alert.cause() == null ? null : alert.cause().register();
    AlertCause cause = AlertCause.of(alert);
    return new OpenAlert(
        alert.fingerprint(),
        alert.host(),
        alert.revision(),
        alert.code(),
        alert.severity(),
        alert.status(),
        alert.interval().after().takenAtMillis(),
        alert.raisedAtMillis(),
        alert.vms(),
        alert.headline(),
        register == null ? "" : register.port().toString(),
        register == null ? List.of() : register.bitNames(),
        cause == null ? "" : cause.id());
  }
}
