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
import io.acswatch.wire.InputException;
import org.jspecify.annotations.Nullable;

final class AlertParser {
  private AlertParser() {}

  static IsolationAlert read(byte[] bytes) throws InputException {
    JsonObject json = JsonObject.parse(bytes);
    if (json.number("schema_version") != AlertJson.SCHEMA_VERSION) {
      throw json.refused(
          "schema_version",
          json.number("schema_version") + ", expected " + AlertJson.SCHEMA_VERSION);
    }
    return new IsolationAlert(
        json.text("fingerprint"),
        json.number("revision"),
        json.constant("code", AlertCode.class),
        json.labelled("severity", "severity", Severity.values(), Severity::label),
        json.constant("status", AlertStatus.class),
        json.text("host"),
        new IsolationAlert.Interval(
            json.constant("boundary", Boundary.class),
            moment(json, "before"),
            moment(json, "after")),
        json.has("raised_at") ? json.time("raised_at") : 0,
        json.list("devices", AlertParser::device),
        json.texts("vms"),
        cause(json.optionalObject("cause")),
        json.text("headline"),
        json.text("next_step"),
        EvidenceJson.read(json));
  }

  private static IsolationAlert.Moment moment(JsonObject json, String side) throws InputException {
    return new IsolationAlert.Moment(boot(json, side), json.time("taken_" + side));
  }

  private static Boot boot(JsonObject json, String side) throws InputException {
    JsonObject kernel = json.object("kernel_" + side);
    return new Boot(
        json.text("boot_" + side),
        kernel.text("release"),
        kernel.text("version"),
        kernel.text("command_line"),
        loader(kernel.optionalNumber("bootloader_type")),
        loader(kernel.optionalNumber("bootloader_version")));
  }

  private static int loader(@Nullable Integer number) {
    return number == null ? Boot.UNKNOWN_LOADER : number;
  }

  static AlertDevice device(JsonObject json) throws InputException {
    return new AlertDevice(
        address(json, "address"),
        json.isNull("address_before") ? null : address(json, "address_before"),
        new DevicePath(json.text("path")),
        json.optionalText("owner"),
        json.optionalText("driver"),
        json.optionalNumber("group_before"),
        json.optionalNumber("group_after"));
  }

  private static @Nullable Cause cause(@Nullable JsonObject json) throws InputException {
    if (json == null) {
      return null;
    }
    return new Cause(
        json.constant("kind", Cause.Kind.class),
        json.isNull("port") ? null : register(json),
        json.list("also_changed", AlertParser::register),
        json.text("explanation"));
  }

  private static RegisterChange register(JsonObject json) throws InputException {
    return new RegisterChange(
        address(json, "port"),
        new DevicePath(json.text("port_path")),
        portType(json),
        json.number("register_offset"),
        json.number("before"),
        json.number("after"));
  }

  static PortType portType(JsonObject json) throws InputException {
    return json.labelled("port_type", "port type", PortType.values(), PortType::label);
  }

  static PciAddress address(JsonObject json, String name) throws InputException {
    String text = json.text(name);
    try {
      return PciAddress.parse(text);
    } catch (IllegalArgumentException notAnAddress) {
      throw json.refused(name, InputException.quote(text) + " is not an address");
    }
  }
}
