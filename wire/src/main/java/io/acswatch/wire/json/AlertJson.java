package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Alerts as JSON: one line, fields always in the same order, all of them always there; {@code null}
 * where a value is unknown or there is none. Numbers are JSON numbers, addresses and times text.
 *
 * <p>Within one {@link #SCHEMA_VERSION} fields are added and never renamed, removed or given
 * another meaning.
 */
public final class AlertJson {
  public static final int SCHEMA_VERSION = 1;

  /** Class path name of the JSON Schema of what {@link #write} gives. */
  public static final String SCHEMA_RESOURCE = "/io/acswatch/wire/json/alert-v1.schema.json";

  private AlertJson() {}

  /** An alert as one line of JSON, without a line feed. */
  public static String write(IsolationAlert alert, AlertLinks links) {
    return Json.object(json -> writeTo(json, alert, links));
  }

  /**
   * The same in UTF-8; UncheckedIOException if it has more bytes than {@code limit}. It names each
   * device with its owner, so a frame with few long names may lead to an alert many times as large.
   */
  public static byte[] writeBytes(IsolationAlert alert, AlertLinks links, int limit) {
    return Json.bytes(limit, json -> writeTo(json, alert, links));
  }

  public static void writeTo(JsonGenerator json, IsolationAlert alert, AlertLinks links)
      throws IOException {
    writeTo(json, alert);
    links.writeTo(json, alert);
  }

  private static void writeTo(JsonGenerator json, IsolationAlert alert) throws IOException {
    IsolationAlert.Interval interval = alert.interval();
    json.writeNumberField("schema_version", SCHEMA_VERSION);
    json.writeStringField("fingerprint", alert.fingerprint());
    json.writeNumberField("revision", alert.revision());
    json.writeStringField("code", alert.code().name());
    json.writeStringField("severity", alert.severity().label());
    json.writeStringField("status", alert.status().name());
    json.writeStringField("host", alert.host());
    json.writeStringField("boundary", interval.boundary().name());
    json.writeStringField("boot_before", interval.before().boot().id());
    json.writeStringField("boot_after", interval.after().boot().id());
    Json.object(json, "kernel_before", interval.before().boot(), AlertJson::writeKernel);
    Json.object(json, "kernel_after", interval.after().boot(), AlertJson::writeKernel);
    Json.time(json, "taken_before", interval.before().takenAtMillis());
    Json.time(json, "taken_after", interval.after().takenAtMillis());
    Json.objects(json, "devices", alert.devices(), AlertJson::writeDevice);
    Json.texts(json, "vms", alert.vms());
    Json.object(json, "cause", alert.cause(), AlertJson::writeCause);
    json.writeStringField("headline", alert.headline());
    json.writeStringField("next_step", alert.nextStep());
    Json.object(json, "evidence", alert.evidence(), EvidenceJson::write);
    Json.time(json, "raised_at", alert.raisedAtMillis());
  }

  private static void writeKernel(JsonGenerator json, Boot boot) throws IOException {
    json.writeStringField("release", boot.kernelRelease());
    json.writeStringField("version", boot.kernelVersion());
    json.writeStringField("command_line", boot.commandLine());
    writeLoader(json, "bootloader_type", boot.loader().type());
    writeLoader(json, "bootloader_version", boot.loader().version());
    ModelChoice choice = ModelChoice.of(boot, null);
    json.writeStringField("model", choice.model().label());
    json.writeStringField("model_reason", choice.reason());
  }

  private static void writeLoader(JsonGenerator json, String name, int number) throws IOException {
    Json.number(json, name, number == Boot.UNKNOWN_LOADER ? null : number);
  }

  static void writeDevice(JsonGenerator json, AlertDevice device) throws IOException {
    PciAddress before = device.addressBefore();
    json.writeStringField("address", device.address().toString());
    Json.text(json, "address_before", before == null ? "" : before.toString());
    json.writeStringField("path", device.path().text());
    Json.text(json, "owner", device.owner());
    Json.text(json, "driver", device.driver());
    Json.number(json, "group_before", device.groupBefore());
    Json.number(json, "group_after", device.groupAfter());
  }

  private static void writeCause(JsonGenerator json, Cause cause) throws IOException {
    json.writeStringField("kind", cause.kind().name());
    writeRegister(json, cause.register());
    Json.objects(json, "also_changed", cause.alsoChanged(), AlertJson::writeRegister);
    json.writeStringField("explanation", cause.explanation());
  }

  private static void writeRegister(JsonGenerator json, @Nullable RegisterChange change)
      throws IOException {
    Json.text(json, "port", change == null ? "" : change.port().toString());
    Json.text(json, "port_path", change == null ? "" : change.path().text());
    Json.text(json, "port_type", change == null ? "" : change.portType().label());
    Json.number(json, "register_offset", change == null ? null : change.registerOffset());
    Json.number(json, "before", change == null ? null : change.before());
    Json.number(json, "after", change == null ? null : change.after());
    Json.texts(json, "bits", change == null ? List.of() : change.bitNames());
  }

  /** Reads an alert back; fields it does not know are skipped. */
  public static IsolationAlert read(String json) throws InputException {
    return AlertParser.read(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads an alert in UTF-8 back; fields it does not know are skipped. */
  public static IsolationAlert read(byte[] json) throws InputException {
    return AlertParser.read(json);
  }
}
