package io.acswatch.simulate;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import java.time.Instant;
import java.util.List;

/**
 * An alert that must come, or one that came, by what both sides know of it.
 *
 * @param takenAtMillis when the snapshot was taken that showed it
 * @param change port at fault with the word before and after, {@code 0000:15:03.0 001d->0019}, or
 *     empty
 */
record ExpectedAlert(
    long takenAtMillis,
    String host,
    AlertStatus status,
    AlertCode code,
    String change,
    List<String> vms) {
  ExpectedAlert {
    vms = List.copyOf(vms);
  }

  static ExpectedAlert of(IsolationAlert alert) {
    RegisterChange register = alert.cause() == null ? null : alert.cause().register();
    String change =
        register == null
            ? ""
            : change(register.port().toString(), register.before(), register.after());
    return new ExpectedAlert(
        alert.interval().after().takenAtMillis(),
        alert.host(),
        alert.status(),
        alert.code(),
        change,
        alert.vms());
  }

  static String change(String port, int before, int after) {
    return "%s %04x->%04x".formatted(port, before, after);
  }

  /** One line, fields separated by tabs. */
  @Override
  public String toString() {
    return String.join(
        "\t",
        Instant.ofEpochMilli(takenAtMillis).toString(),
        host,
        status.name(),
        code.name(),
        change.isEmpty() ? "-" : change,
        vms.isEmpty() ? "-" : String.join(",", vms));
  }
}
