package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.wire.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
  /** Version of the schema. */
  public static final int SCHEMA_VERSION = 1;

  /** Class path name of the JSON Schema of what {@link #write} gives. */
  public static final String SCHEMA_RESOURCE = "/io/acswatch/wire/json/alert-v1.schema.json";

  private static final JsonFactory JSON = new JsonFactory();

  private AlertJson() {}

  /** An alert as one line of JSON, without a line feed. */
  public static String write(IsolationAlert alert) {
    return new String(writeBytes(alert), StandardCharsets.UTF_8);
  }

  /** The same in UTF-8. */
  public static byte[] writeBytes(IsolationAlert alert) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      writeTo(json, alert);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Writes an alert as an object into a larger text. */
  public static void writeTo(JsonGenerator json, IsolationAlert alert) throws IOException {
    IsolationAlert.Interval interval = alert.interval();
    json.writeStartObject();
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
    writeKernel(json, "kernel_before", interval.before().boot());
    writeKernel(json, "kernel_after", interval.after().boot());
    writeTime(json, "taken_before", interval.before().takenAtMillis());
    writeTime(json, "taken_after", interval.after().takenAtMillis());
    json.writeArrayFieldStart("devices");
    for (AlertDevice device : alert.devices()) {
      writeDevice(json, device);
    }
    json.writeEndArray();
    writeTexts(json, "vms", alert.vms());
    writeCause(json, alert.cause());
    json.writeStringField("headline", alert.headline());
    json.writeStringField("next_step", alert.nextStep());
    EvidenceJson.write(json, alert.evidence());
    json.writeEndObject();
  }

  private static void writeKernel(JsonGenerator json, String name, Boot boot) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("release", boot.kernelRelease());
    json.writeStringField("version", boot.kernelVersion());
    json.writeStringField("command_line", boot.commandLine());
    writeLoader(json, "bootloader_type", boot.bootloaderType());
    writeLoader(json, "bootloader_version", boot.bootloaderVersion());
    ModelChoice choice = ModelChoice.of(boot, null);
    json.writeStringField("model", choice.model().label());
    json.writeStringField("model_reason", choice.reason());
    json.writeEndObject();
  }

  private static void writeLoader(JsonGenerator json, String name, int number) throws IOException {
    writeNumber(json, name, number == Boot.UNKNOWN_LOADER ? null : number);
  }

  static void writeTime(JsonGenerator json, String name, long millis) throws IOException {
    writeText(json, name, millis == 0 ? "" : Instant.ofEpochMilli(millis).toString());
  }

  static void writeDevice(JsonGenerator json, AlertDevice device) throws IOException {
    PciAddress before = device.addressBefore();
    json.writeStartObject();
    json.writeStringField("address", device.address().toString());
    writeText(json, "address_before", before == null ? "" : before.toString());
    json.writeStringField("path", device.path().text());
    writeText(json, "owner", device.owner());
    writeText(json, "driver", device.driver());
    writeNumber(json, "group_before", device.groupBefore());
    writeNumber(json, "group_after", device.groupAfter());
    json.writeEndObject();
  }

  private static void writeCause(JsonGenerator json, @Nullable Cause cause) throws IOException {
    if (cause == null) {
      json.writeNullField("cause");
      return;
    }
    json.writeObjectFieldStart("cause");
    json.writeStringField("kind", cause.kind().name());
    writeRegister(json, cause.register());
    json.writeArrayFieldStart("also_changed");
    for (RegisterChange change : cause.alsoChanged()) {
      json.writeStartObject();
      writeRegister(json, change);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("explanation", cause.explanation());
    json.writeEndObject();
  }

  private static void writeRegister(JsonGenerator json, @Nullable RegisterChange change)
      throws IOException {
    writeText(json, "port", change == null ? "" : change.port().toString());
    writeText(json, "port_path", change == null ? "" : change.path().text());
    writeText(json, "port_type", change == null ? "" : change.portType().label());
    writeNumber(json, "register_offset", change == null ? null : change.registerOffset());
    writeNumber(json, "before", change == null ? null : change.before());
    writeNumber(json, "after", change == null ? null : change.after());
    writeTexts(json, "bits", change == null ? List.of() : change.bitNames());
  }

  static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  static void writeText(JsonGenerator json, String name, String text) throws IOException {
    if (text.isEmpty()) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, text);
    }
  }

  static void writeNumber(JsonGenerator json, String name, @Nullable Integer number)
      throws IOException {
    if (number == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, number);
    }
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
