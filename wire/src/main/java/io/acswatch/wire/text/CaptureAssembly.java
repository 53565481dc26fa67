package io.acswatch.wire.text;

import static io.acswatch.wire.FrameLimits.*;
import static io.acswatch.wire.text.CaptureFormat.*;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the lines of one capture, in any order, and puts it together at the end. */
final class CaptureAssembly {
  private final LineSource lines;
  private final Map<String, String> values = new HashMap<>();
  private final List<PciAddress> scanOrder = new ArrayList<>();
  private final GroupLines groups;
  private final DeviceLines devices;
  private final List<OwnershipClaim> owners = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> kernelLog = new ArrayList<>();
  private long takenAtMillis;
  private long sequence;
  private boolean kexecLoaded;
  private int bootloaderType = Boot.UNKNOWN_LOADER;
  private int bootloaderVersion = Boot.UNKNOWN_LOADER;
  private int scanOrderLine;

  CaptureAssembly(LineSource lines) {
    this.lines = lines;
    groups = new GroupLines(lines);
    devices = new DeviceLines(lines);
  }

  void add(String line) throws InputException {
    int tab = line.indexOf('\t');
    String key = tab < 0 ? line : line.substring(0, tab);
    String value = tab < 0 ? "" : line.substring(tab + 1);
    switch (key) {
      case DEVICE -> devices.add(line);
      case GROUP -> groups.add(line);
      case READ_STATUS -> devices.addReadStatus(line);
      case OWNER -> addTo(owners, key, OwnersReader.claim(lines, line));
      case NOTE -> addTo(notes, key, lines.bounded(key, value, MAX_STRING));
      case KERNEL_LOG ->
          addTo(kernelLog, key, lines.bounded(key, Capture.KERNEL_LOG_PREFIX + value, MAX_STRING));
      case HOST -> once(key, lines.bounded(key, value, MAX_HOST));
      case PHASE -> once(key, lines.bounded(key, value, MAX_NAME));
      case BOOT_ID -> once(key, lines.bounded(key, value, MAX_BOOT_ID));
      case KERNEL_RELEASE, KERNEL_VERSION -> once(key, lines.bounded(key, value, MAX_KERNEL));
      case COMMAND_LINE -> once(key, lines.bounded(key, value, MAX_STRING));
      case BOOTLOADER_TYPE -> bootloaderType = optionalNumber(key, value);
      case BOOTLOADER_VERSION -> bootloaderVersion = optionalNumber(key, value);
      case KEXEC_LOADED -> kexecLoaded = number(key, value, 0, 1) != 0;
      case SEQUENCE -> sequence = number(key, value, 1, Long.MAX_VALUE);
      case TAKEN_AT -> takenAtMillis = instant(key, value);
      case SCAN_ORDER -> addScanOrder(key, value);
      case END -> number(key, value, 0, MAX_FUNCTIONS);
      default -> {
        // a key of another version, a comment or a blank line
      }
    }
  }

  private <T> void addTo(List<T> entries, String key, T entry) throws InputException {
    entries.add(entry);
    if (entries.size() > MAX_ENTRIES) {
      throw lines.error("more than %d %s lines".formatted(MAX_ENTRIES, key));
    }
  }

  private void once(String key, String value) throws InputException {
    if (values.putIfAbsent(key, value) != null) {
      throw lines.error("second " + key + " line");
    }
  }

  private long number(String key, String value, long lowest, long highest) throws InputException {
    once(key, value);
    return TabFields.split(lines, key + '\t' + value, 1).number(1, "value", lowest, highest);
  }

  private int optionalNumber(String key, String value) throws InputException {
    if (value.equals(TabFields.ABSENT)) {
      once(key, value);
      return Boot.UNKNOWN_LOADER;
    }
    return (int) number(key, value, 0, Integer.MAX_VALUE);
  }

  private long instant(String key, String value) throws InputException {
    once(key, value);
    try {
      long millis = OffsetDateTime.parse(value).toInstant().toEpochMilli();
      if (millis >= 0 && millis <= MAX_TIME) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException notAnInstant) {
      // answered below
    }
    throw lines.error(
        "%s=%s, expected an RFC 3339 instant as 2026-11-23T07:48:09.250Z"
            .formatted(key, InputException.quote(value)));
  }

  private void addScanOrder(String key, String value) throws InputException {
    once(key, value);
    scanOrderLine = lines.lineNumber();
    int column = key.length() + 2;
    for (String address : value.split(" ", -1)) {
      if (!address.isEmpty()) {
        scanOrder.add(TabFields.address(lines, column, key, address));
      }
      column += address.length() + 1;
    }
    if (scanOrder.size() > MAX_FUNCTIONS) {
      throw lines.error(
          "%s: addresses=%d, expected at most %d".formatted(key, scanOrder.size(), MAX_FUNCTIONS));
    }
  }

  Capture build() throws InputException {
    checkComplete();
    List<CapturedFunction> functions = devices.functions(groups);
    notes.addAll(kernelLog);
    return new Capture(
        optional(HOST),
        optional(PHASE),
        new Boot(
            required(BOOT_ID),
            required(KERNEL_RELEASE),
            optional(KERNEL_VERSION),
            optional(COMMAND_LINE),
            bootloaderType,
            bootloaderVersion),
        takenAtMillis,
        sequence,
        kexecLoaded,
        scanOrder,
        functions,
        owners,
        notes);
  }

  private void checkComplete() throws InputException {
    String end = values.get(END);
    if (end != null) {
      if (Integer.parseInt(end) != devices.count()) {
        throw lines.errorInWhole(
            "dev lines=%d, expected %s as the end line says: dev lines are missing or too many"
                .formatted(devices.count(), end));
      }
      return;
    }
    required(KERNEL_RELEASE);
    required(BOOT_ID);
    if (devices.count() == 0) {
      throw lines.errorInWhole("no dev line: the file is cut short or not a capture of a host");
    }
    Set<PciAddress> seen = new HashSet<>();
    for (PciAddress address : scanOrder) {
      if (seen.add(address) && !devices.contains(address)) {
        throw lines.errorAt(
            scanOrderLine,
            "scan_order names " + address + ", which no dev line describes: the file is cut short");
      }
    }
  }

  private String optional(String key) {
    return values.getOrDefault(key, "");
  }

  private String required(String key) throws InputException {
    String value = values.get(key);
    if (value == null || value.isEmpty()) {
      throw lines.errorInWhole("no " + key + " line: the file is cut short or not a capture");
    }
    return value;
  }
}
