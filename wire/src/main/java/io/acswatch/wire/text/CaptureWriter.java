package io.acswatch.wire.text;

import static io.acswatch.wire.text.CaptureFormat.*;
import static io.acswatch.wire.text.TabFields.ABSENT;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes captures in the {@code pci-capture 1} text format. The opposite of {@link CaptureReader}:
 * what it writes is read back as the same capture, except that notes come before kernel log lines
 * and that a line break inside a text becomes a blank, since the format has none. What {@link
 * CaptureReader} has read it never refuses.
 */
public final class CaptureWriter {
  private final Appendable out;

  private CaptureWriter(Appendable out) {
    this.out = out;
  }

  public static String toText(Capture capture) {
    StringBuilder text = new StringBuilder(1 << 14);
    try {
      write(capture, text);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** Writes a capture, in UTF-8; IllegalArgumentException if a text holds a tab or a line break. */
  public static void write(Capture capture, Appendable out) throws IOException {
    new CaptureWriter(out).write(capture);
  }

  private void write(Capture capture) throws IOException {
    out.append(HEADER).append('\n');
    Boot boot = capture.boot();
    value(PHASE, capture.phase());
    if (!capture.host().isEmpty()) {
      value(HOST, capture.host());
    }
    if (capture.takenAtMillis() > 0) {
      value(TAKEN_AT, Instant.ofEpochMilli(capture.takenAtMillis()).toString());
    }
    if (capture.sequence() > 0) {
      value(SEQUENCE, Long.toString(capture.sequence()));
    }
    for (String note : capture.notes()) {
      if (!note.startsWith(Capture.KERNEL_LOG_PREFIX)) {
        value(NOTE, note);
      }
    }
    value(KERNEL_RELEASE, boot.kernelRelease());
    value(KERNEL_VERSION, boot.kernelVersion());
    value(COMMAND_LINE, boot.commandLine());
    value(BOOT_ID, boot.id());
    value(BOOTLOADER_TYPE, loader(boot.loader().type()));
    value(BOOTLOADER_VERSION, loader(boot.loader().version()));
    value(KEXEC_LOADED, capture.kexecLoaded() ? "1" : "0");
    if (!capture.scanOrder().isEmpty()) {
      value(SCAN_ORDER, scanOrder(capture.scanOrder()));
    }
    groups(capture.functions());
    for (CapturedFunction function : capture.functions()) {
      device(function);
    }
    for (CapturedFunction function : capture.functions()) {
      if (function.readStatus() != ReadStatus.COMPLETE) {
        fields(READ_STATUS, function.address().toString(), function.readStatus().name());
      }
    }
    for (OwnershipClaim claim : capture.owners()) {
      fields(OWNER, claim.address().toString(), claim.vm(), claim.source());
    }
    for (String note : capture.notes()) {
      if (note.startsWith(Capture.KERNEL_LOG_PREFIX)) {
        value(KERNEL_LOG, note.substring(Capture.KERNEL_LOG_PREFIX.length()));
      }
    }
    value(END, Integer.toString(capture.functions().size()));
  }

  private void value(String key, String text) throws IOException {
    out.append(key).append('\t').append(text.replace('\n', ' ').replace('\r', ' ')).append('\n');
  }

  private void fields(String key, String... fields) throws IOException {
    out.append(key);
    for (String field : fields) {
      if (field.indexOf('\t') >= 0 || field.indexOf('\n') >= 0 || field.indexOf('\r') >= 0) {
        throw new IllegalArgumentException(
            key + ": \"" + field + "\", expected no tab or line break in it");
      }
      out.append('\t').append(field);
    }
    out.append('\n');
  }

  private static String loader(int number) {
    return number == Boot.UNKNOWN_LOADER ? ABSENT : Integer.toString(number);
  }

  private static String scanOrder(List<PciAddress> order) {
    StringBuilder text = new StringBuilder(order.size() * 8);
    for (PciAddress address : order) {
      String full = address.toString();
      text.append(text.isEmpty() ? "" : " ")
          .append(address.domain() == 0 ? full.substring("0000:".length()) : full);
    }
    return text.toString();
  }

  private void groups(List<CapturedFunction> functions) throws IOException {
    Map<Integer, String> types = new TreeMap<>();
    Map<Integer, StringBuilder> members = new TreeMap<>();
    for (CapturedFunction function : functions) {
      KernelView kernel = function.kernel();
      if (kernel.hasGroup()) {
        types.putIfAbsent(kernel.group(), kernel.groupType());
        StringBuilder text = members.computeIfAbsent(kernel.group(), n -> new StringBuilder());
        text.append(text.isEmpty() ? "" : " ").append(function.address());
      }
    }
    for (Map.Entry<Integer, String> type : types.entrySet()) {
      Integer number = type.getKey();
      fields(GROUP, number.toString(), optional(type.getValue()), members.get(number).toString());
    }
  }

  private void device(CapturedFunction function) throws IOException {
    KernelView kernel = function.kernel();
    boolean sriov = kernel.sriov().enabledVfs() != 0 || kernel.sriov().totalVfs() != 0;
    PciAddress pf = kernel.sriov().physicalFunction();
    fields(
        DEVICE,
        function.address().toString(),
        kernel.hasGroup() ? Integer.toString(kernel.group()) : ABSENT,
        Integer.toString(function.config().length()),
        hexWithoutTrailingZeros(function.config().toByteArray()),
        optional(function.sysfsPath()),
        "0x%04x".formatted(function.ids().vendor()),
        "0x%04x".formatted(function.ids().device()),
        "0x%06x".formatted(function.ids().classCode()),
        optional(kernel.driver()),
        pf == null ? ABSENT : pf.toString(),
        sriov ? Integer.toString(kernel.sriov().enabledVfs()) : ABSENT,
        sriov ? Integer.toString(kernel.sriov().totalVfs()) : ABSENT,
        kernel.ariEnabled() ? "1" : "0",
        optional(function.removable()));
  }

  private static String optional(String text) {
    return text.isEmpty() ? ABSENT : text;
  }

  private static String hexWithoutTrailingZeros(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return HexFormat.of().formatHex(bytes, 0, end);
  }
}
