package io.acswatch.wire.json;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.Boot;
import java.time.Instant;
import java.util.List;

/** Alerts to test with. */
final class Alerts {
  private static final String FINGERPRINT = "0123456789abcdef0123456789abcdef";
  private static final Boot BEFORE =
      new Boot(
          "4a5c1dad-8445-4bd0-b36b-a075a394b101",
          "6.1.0-56-cloud-amd64",
          "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
          "console=ttyS0 quiet intel_iommu=on",
          176,
          0);
  private static final Boot AFTER =
      new Boot(
          "0fd5bb3f-7a49-4a3f-8a1a-cd8bb8fca9a2",
          "7.3.4-cloud-amd64",
          "#1 SMP PREEMPT_DYNAMIC Debian 7.3.4-1 (2026-11-20)",
          "console=ttyS0 quiet intel_iommu=on \"pci=disable_acs_redir=00:02.0\"",
          Boot.KEXEC_LOADER,
          0);

  private Alerts() {}

  /** Two VMs merged; every field has a value. */
  static IsolationAlert merged() {
    return new IsolationAlert(
        FINGERPRINT,
        1,
        AlertCode.GROUP_MERGED_CROSS_VM,
        Severity.CRITICAL,
        AlertStatus.RAISED,
        "rack7-host12",
        new IsolationAlert.Interval(
            Boundary.LIVE_UPDATE,
            moment(BEFORE, "2026-11-23T07:48:09.250Z"),
            moment(AFTER, "2026-11-23T07:48:31Z")),
        Instant.parse("2026-11-23T07:48:31Z").toEpochMilli(),
        List.of(
            device("0000:05:00.0", "0000:04:00.0", "pci0000:00/02.0/00.0/01.0/00.0", "vm-blue", 6),
            device("0000:06:00.0", "0000:06:00.0", "pci0000:00/02.0/00.0/02.0/00.0", "vm-red", 9),
            new AlertDevice(
                PciAddress.parse("0000:07:00.0"),
                PciAddress.parse("0000:07:00.0"),
                new DevicePath("pci0000:00/02.0/00.0/03.0/00.0"),
                "",
                "",
                11,
                6)),
        List.of("vm-blue", "vm-red"),
        new Cause(
            Cause.Kind.ACS_CONTROL_CHANGED,
            new RegisterChange(
                PciAddress.parse("0000:00:02.0"),
                new DevicePath("pci0000:00/02.0"),
                PortType.ROOT_PORT,
                0x14E,
                0x001D,
                0x0011),
            List.of(
                new RegisterChange(
                    PciAddress.parse("0000:03:00.0"),
                    new DevicePath("pci0000:00/02.0/00.0/01.0"),
                    PortType.DOWNSTREAM_PORT,
                    0x14E,
                    0x001D,
                    0x0019)),
            "Root port 0000:00:02.0 lost RR and CR, so requests between the devices below it no"
                + " longer pass the IOMMU."),
        "Devices of 2 VMs (vm-blue, vm-red) share IOMMU group 6 on rack7-host12 after the live"
            + " update",
        "Stop one of the VMs, set RR and CR at 0000:00:02.0 with setpci, then remove and rescan the"
            + " devices below it.",
        null);
  }

  private static IsolationAlert.Moment moment(Boot boot, String time) {
    return new IsolationAlert.Moment(boot, Instant.parse(time).toEpochMilli());
  }

  private static AlertDevice device(
      String address, String addressBefore, String path, String owner, int groupBefore) {
    return new AlertDevice(
        PciAddress.parse(address),
        PciAddress.parse(addressBefore),
        new DevicePath(path),
        owner,
        "vfio-pci",
        groupBefore,
        6);
  }

  /** A new device; whatever may be unknown is. */
  static IsolationAlert sparse() {
    Boot boot = new Boot("b", "7.3.4", "", "", Boot.UNKNOWN_LOADER, Boot.UNKNOWN_LOADER);
    return new IsolationAlert(
        FINGERPRINT,
        7,
        AlertCode.DEVICE_NEW,
        Severity.INFO,
        AlertStatus.RESOLVED,
        "",
        new IsolationAlert.Interval(
            Boundary.REGROUPING,
            new IsolationAlert.Moment(boot, 0),
            new IsolationAlert.Moment(boot, 0)),
        0,
        List.of(
            new AlertDevice(
                PciAddress.parse("10000:01:00.0"),
                null,
                new DevicePath("pci?/10000:01:00.0"),
                "",
                "",
                null,
                null)),
        List.of(),
        null,
        "0000:05:00.0 is \"new\"\nor so: \u20ac",
        "",
        null);
  }

  /** Merged without a register that explains it. */
  static IsolationAlert unexplained() {
    return mergedBecauseOf(
        new Cause(Cause.Kind.UNEXPLAINED, null, List.of(), "Nothing recorded explains it."));
  }

  /** A register that is as it was explains it. */
  static IsolationAlert notEnforced() {
    return mergedBecauseOf(
        new Cause(
            Cause.Kind.ACS_NOT_ENFORCED,
            new RegisterChange(
                PciAddress.parse("0000:00:02.0"),
                new DevicePath("pci0000:00/02.0"),
                PortType.ROOT_PORT,
                0x14E,
                0x0011,
                0x0011),
            List.of(),
            "0000:00:02.0 does not enforce ACS."));
  }

  private static IsolationAlert mergedBecauseOf(Cause cause) {
    IsolationAlert merged = merged();
    return new IsolationAlert(
        merged.fingerprint(),
        2,
        merged.code(),
        merged.severity(),
        AlertStatus.UPDATED,
        merged.host(),
        merged.interval(),
        merged.raisedAtMillis(),
        merged.devices(),
        merged.vms(),
        cause,
        merged.headline(),
        merged.nextStep(),
        null);
  }

  static List<IsolationAlert> all() {
    return List.of(merged(), sparse(), unexplained(), notEnforced());
  }
}
