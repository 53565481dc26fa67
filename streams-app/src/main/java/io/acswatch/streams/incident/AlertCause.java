package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.snapshot.ContentDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What hosts have in common whose alerts have one cause. All but the code may be empty.
 *
 * @param platform what kind of machine the host is
 * @param place place of the port at fault; of an alert that names no cause, of its first device
 */
public record AlertCause(
    String code, String platform, String kernel, String kind, String place, List<String> bits) {
  /** Code of the incident of a kernel that groups by rules that are not known, once for each. */
  static final String KERNEL_RULES_UNKNOWN = "KERNEL_RULES_UNKNOWN";

  private static final String MISMATCH = "KERNEL_GROUP_MISMATCH";

  public AlertCause {
    bits = List.copyOf(bits);
  }

  /** The cause of an alert; null if it is for the record only, or names no platform. */
  static @Nullable AlertCause of(ToldAlert alert) {
    if (!alert.isOpen()) {
      return null;
    }
    ToldAlert.Cause cause = alert.cause();
    return of(
        alert.code(),
        alert.severity().isAtLeast(Severity.WARNING),
        alert.evidence() == null ? "" : text(alert.evidence().platform()),
        alert.kernelAfter() == null ? "" : text(alert.kernelAfter().release()),
        cause == null ? "" : text(cause.kind()),
        cause == null ? firstDevice(alert) : text(cause.portPath()),
        cause == null || cause.bits() == null ? List.of() : cause.bits());
  }

  /** The same of an alert that has just been made, so that it is in the same incident. */
  public static @Nullable AlertCause of(IsolationAlert alert) {
    Cause cause = alert.cause();
    RegisterChange register = cause == null ? null : cause.register();
    String place = register == null ? "" : register.path().text();
    if (cause == null && !alert.devices().isEmpty()) {
      place = alert.devices().get(0).path().text();
    }
    return of(
        alert.code().name(),
        alert.severity() != io.acswatch.pci.alert.Severity.INFO,
        alert.evidence() == null ? "" : alert.evidence().basis().platform(),
        alert.interval().after().boot().kernelRelease(),
        cause == null ? "" : cause.kind().name(),
        place,
        register == null ? List.of() : register.bitNames());
  }

  private static @Nullable AlertCause of(
      String code,
      boolean isWarning,
      String platform,
      String kernel,
      String kind,
      String place,
      List<String> bits) {
    if (code.equals(MISMATCH)) {
      return new AlertCause(KERNEL_RULES_UNKNOWN, "", kernel, "", "", List.of());
    }
    return isWarning && !platform.isEmpty()
        ? new AlertCause(code, platform, kernel, kind, place, bits)
        : null;
  }

  /** How many hosts make an incident of it: of a kernel whose rules are not known, one does. */
  int hostsToOpen() {
    return code.equals(KERNEL_RULES_UNKNOWN) ? 1 : 2;
  }

  /** How urgent an alert is as a part of this: for itself a mismatch is for the record only. */
  Severity severityOf(ToldAlert alert) {
    return code.equals(KERNEL_RULES_UNKNOWN) ? Severity.WARNING : alert.severity();
  }

  private static String firstDevice(ToldAlert alert) {
    List<ToldAlert.Device> devices = alert.devices();
    return devices == null || devices.isEmpty() ? "" : text(devices.get(0).path());
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** What {@link #of(List)} makes it of again. */
  List<String> fields() {
    List<String> fields = new ArrayList<>(List.of(code, platform, kernel, kind, place));
    fields.addAll(bits);
    return fields;
  }

  static AlertCause of(List<String> in) {
    return new AlertCause(
        in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.subList(5, in.size()));
  }

  /** The same for the same cause; 32 hex digits. */
  public String id() {
    return ContentDigest.idOf(
        String.join("\n", code, platform, kernel, kind, place, String.join(" ", bits)));
  }
}
