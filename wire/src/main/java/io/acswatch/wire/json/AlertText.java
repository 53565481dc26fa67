package io.acswatch.wire.json;

import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Alerts for people, on several lines of at most 100 columns (a word longer than that stays whole).
 *
 * <pre>
 *   CRITICAL  Devices of 2 VMs (vm-blue, vm-red) share IOMMU group 6 on rack7-host12
 *
 *     host     rack7-host12
 *     kernel   6.1.0-56-cloud-amd64 -> 7.3.4-cloud-amd64, live update
 *
 *     vm-blue  0000:05:00.0  group 6 -> 6  vfio-pci  pci0000:00/02.0/00.0/01.0/00.0
 *     vm-red   0000:06:00.0  group 9 -> 6  vfio-pci  pci0000:00/02.0/00.0/02.0/00.0
 *
 *     cause    ACS Control of root port 0000:00:02.0 at 0x14e: 001d -> 0011, RR CR cleared
 *     next     Stop one of the VMs, ...
 * </pre>
 */
public final class AlertText {
  private static final int COLUMNS = 100;
  private static final String INDENT = "  ";
  private static final int MIN_LABEL = 8;
  private static final int MAX_LABEL = 36;
  private static final String NO_OWNER = "no VM";

  /** How parts may look on a terminal, in the words that the commands' ink has for it. */
  public enum Look {
    BOLD,
    DIM,
    ALARM,
    NOTICE,
    CALM
  }

  private final StringBuilder out = new StringBuilder(1024);
  private final IsolationAlert alert;
  private final BiFunction<Look, String, String> paint;
  private final int labelWidth;
  private final int groupsWidth;

  private AlertText(IsolationAlert alert, BiFunction<Look, String, String> paint) {
    this.alert = alert;
    this.paint = paint;
    int widest = MIN_LABEL;
    int widestGroups = 0;
    for (AlertDevice device : alert.devices()) {
      widest = Math.max(widest, Math.min(MAX_LABEL, owner(device).length()));
      widestGroups = Math.max(widestGroups, groups(device).length());
    }
    labelWidth = widest;
    groupsWidth = widestGroups;
  }

  /**
   * The alert with each part as {@code paint} shows it on a terminal; it must not change width.
   *
   * @param further lines by their labels, in order; they stand before the last one
   */
  public static String render(
      IsolationAlert alert, Map<String, String> further, BiFunction<Look, String, String> paint) {
    return new AlertText(alert, paint).render(further);
  }

  private String render(Map<String, String> further) {
    Severity severity = alert.severity();
    String word = severity.name();
    out.append(paint.apply(lookOf(severity), word)).append(INDENT);
    String headline = wrapped(printable(alert.headline()), word.length() + INDENT.length());
    out.append(paint.apply(Look.BOLD, headline)).append('\n');
    out.append('\n');
    line("alert", summary());
    line("host", printable(alert.host().isEmpty() ? "unknown" : alert.host()));
    line("kernel", kernels());
    if (alert.interval().after().takenAtMillis() != 0) {
      line(
          "seen",
          time(alert.interval().before().takenAtMillis())
              + " -> "
              + time(alert.interval().after().takenAtMillis()));
    }
    if (alert.raisedAtMillis() != 0
        && alert.raisedAtMillis() != alert.interval().after().takenAtMillis()) {
      line("raised", time(alert.raisedAtMillis()));
    }
    devices();
    cause();
    if (!alert.nextStep().isEmpty()) {
      line("next", printable(alert.nextStep()));
    }
    further.forEach((label, text) -> line(label, printable(text)));
    line("id", alert.fingerprint());
    return out.toString();
  }

  private String summary() {
    return "%s, %s, revision %d"
        .formatted(alert.code(), alert.status().name().toLowerCase(Locale.ROOT), alert.revision());
  }

  private String kernels() {
    Boot before = alert.interval().before().boot();
    Boot after = alert.interval().after().boot();
    String boundary = alert.interval().boundary().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String release = printable(after.kernelRelease());
    return before.id().equals(after.id())
        ? release + ", " + boundary + " within one boot"
        : printable(before.kernelRelease()) + " -> " + release + ", " + boundary;
  }

  private static String time(long millis) {
    return millis == 0 ? "unknown" : Instant.ofEpochMilli(millis).toString();
  }

  private void devices() {
    if (alert.devices().isEmpty()) {
      return;
    }
    out.append('\n');
    Map<String, List<AlertDevice>> byOwner = new TreeMap<>();
    List<AlertDevice> unowned = new ArrayList<>();
    for (AlertDevice device : alert.devices()) {
      if (device.owner().isEmpty()) {
        unowned.add(device);
      } else {
        byOwner.computeIfAbsent(device.owner(), vm -> new ArrayList<>()).add(device);
      }
    }
    byOwner.values().forEach(this::devicesOfOne);
    devicesOfOne(unowned);
    out.append('\n');
  }

  private void devicesOfOne(List<AlertDevice> devices) {
    String label = devices.isEmpty() ? "" : owner(devices.get(0));
    for (AlertDevice device : devices) {
      PciAddress before = device.addressBefore();
      boolean moved = before != null && !before.equals(device.address());
      StringBuilder text = new StringBuilder();
      text.append(device.address()).append(INDENT);
      String groups = groups(device);
      text.append(groups).append(" ".repeat(groupsWidth - groups.length())).append(INDENT);
      if (!device.driver().isEmpty()) {
        text.append(printable(device.driver())).append(INDENT);
      }
      text.append(printable(device.path().text()));
      if (moved) {
        text.append(" (was ").append(before).append(')');
      } else if (before == null) {
        text.append(" (new)");
      }
      line(label, text.toString());
      label = "";
    }
  }

  private static String owner(AlertDevice device) {
    return device.owner().isEmpty() ? NO_OWNER : printable(device.owner());
  }

  private static String groups(AlertDevice device) {
    return "group " + group(device.groupBefore()) + " -> " + group(device.groupAfter());
  }

  private static String group(@Nullable Integer number) {
    return number == null ? "none" : number.toString();
  }

  private void cause() {
    Cause cause = alert.cause();
    if (cause == null) {
      return;
    }
    RegisterChange register = cause.register();
    String label = "cause";
    if (register != null) {
      line(label, change(cause.kind(), register));
      label = "";
    }
    line(label, printable(cause.explanation()));
    label = "also";
    for (RegisterChange change : cause.alsoChanged()) {
      line(label, change(Cause.Kind.ACS_CONTROL_CHANGED, change));
      label = "";
    }
  }

  private static String change(Cause.Kind kind, RegisterChange change) {
    boolean capability =
        kind == Cause.Kind.ACS_CAPABILITY_GONE || kind == Cause.Kind.ACS_CAPABILITY_CHANGED;
    StringBuilder text = new StringBuilder();
    text.append(capability ? "ACS Capability of " : "ACS Control of ");
    text.append(change.portType().label().replace('-', ' ')).append(' ').append(change.port());
    text.append(" at 0x%03x: %04x".formatted(change.registerOffset(), change.before()));
    if (change.after() != change.before()) {
      text.append(" -> %04x".formatted(change.after()));
    }
    appendBits(text, change.lost(), " cleared");
    appendBits(text, change.gained(), " set");
    return text.toString();
  }

  private static void appendBits(StringBuilder text, int bits, String verb) {
    List<String> names = AcsRegisters.flagNames(bits);
    if (!names.isEmpty()) {
      text.append(", ").append(String.join(" ", names)).append(verb);
    }
  }

  private void line(String label, String text) {
    out.append(INDENT).append(label.isEmpty() ? label : paint.apply(Look.DIM, label));
    int pad = labelWidth - label.length();
    if (pad < 0) {
      out.append('\n').append(INDENT);
      pad = labelWidth;
    }
    out.append(" ".repeat(pad)).append(INDENT);
    out.append(wrapped(text, labelWidth + 2 * INDENT.length())).append('\n');
  }

  private static String wrapped(String text, int from) {
    return wrapped(text, from, from);
  }

  /** Words from column {@code first} on; further lines begin at column {@code from}. */
  public static String wrapped(String text, int first, int from) {
    StringBuilder lines = new StringBuilder();
    int column = first;
    // A pair of blanks separates columns: it stays, unless the line ends there.
    for (String word : text.split("(?<=\\S) (?=\\S)")) {
      if (!lines.isEmpty() && column + 1 + word.length() > COLUMNS) {
        lines.append('\n').append(" ".repeat(from));
        column = from;
      } else if (!lines.isEmpty()) {
        lines.append(' ');
        column++;
      }
      lines.append(word);
      column += word.length();
    }
    return lines.toString();
  }

  private static Look lookOf(Severity severity) {
    return switch (severity) {
      case CRITICAL, HIGH -> Look.ALARM;
      case WARNING -> Look.NOTICE;
      case INFO -> Look.CALM;
    };
  }

  /** Text from a host must neither move the cursor of whoever reads it nor turn its direction. */
  public static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", " ");
  }
}
