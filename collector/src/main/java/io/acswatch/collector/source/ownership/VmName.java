package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.HostTree;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the VM that a process runs, by what outlives the process: the UUID or name that the VMM was
 * given, the machine or pod that it runs in. Where there is nothing of the kind the process itself
 * is the name: two processes are two owners, and must not pass for one.
 */
final class VmName {
  /** {@code machine-qemu\x2d7\x2dvm.scope}: the scope that systemd-machined makes for one VM. */
  private static final Pattern MACHINE = Pattern.compile("/machine-([^/]+)\\.scope(?:/|$)");

  /** {@code kubepods-burstable-pod0a1b_2c3d.slice} or {@code kubepods/burstable/pod0a1b-2c3d}. */
  private static final Pattern POD =
      Pattern.compile("[/-]pod(\\p{XDigit}{8}(?:[-_]\\p{XDigit}{4}){3}[-_]\\p{XDigit}{12})");

  private static final Pattern ESCAPED = Pattern.compile("\\\\x(\\p{XDigit}{2})");

  private VmName() {}

  static String of(HostTree tree, SharedReading.ProcessTable table, HostProcess process) {
    HostProcess first = table.firstOfItsKind(process);
    Vmm vmm = Vmm.of(first);
    if (vmm != null) {
      String uuid = clean(vmm.uuid().toLowerCase(Locale.ROOT));
      if (!uuid.isEmpty()) {
        return uuid;
      }
      String name = clean(vmm.name());
      if (!name.isEmpty()) {
        return isNameTaken(table, first, vmm) ? name + "[" + first.pid() + "]" : name;
      }
    }
    return ofControlGroup(tree.textOr("/proc/" + first.pid() + "/cgroup", ""), first);
  }

  /** True if another VM of that name runs: names are given by people. */
  private static boolean isNameTaken(SharedReading.ProcessTable table, HostProcess first, Vmm vmm) {
    for (HostProcess other : table.byPid().values()) {
      Vmm others = Vmm.of(other);
      if (others != null
          && others.uuid().isEmpty()
          && others.name().equals(vmm.name())
          && table.firstOfItsKind(other).pid() != first.pid()) {
        return true;
      }
    }
    return false;
  }

  private static String ofControlGroup(String controlGroup, HostProcess first) {
    Matcher machine = MACHINE.matcher(controlGroup);
    if (machine.find()) {
      return clean("machine " + unescape(machine.group(1)));
    }
    Matcher pod = POD.matcher(controlGroup);
    if (pod.find()) {
      return "pod " + pod.group(1).replace('_', '-').toLowerCase(Locale.ROOT);
    }
    return first.described();
  }

  private static String unescape(String unit) {
    return ESCAPED
        .matcher(unit)
        .replaceAll(
            escape ->
                Matcher.quoteReplacement(
                    Character.toString((char) Integer.parseInt(escape.group(1), 16))));
  }

  /**
   * A name that fits into one field of one line: processes choose their arguments freely. Control
   * characters and line ends become {@code _}; what is longer than 200 characters is cut.
   */
  static String clean(String name) {
    return name.strip()
        .replaceFirst("(?s)^(.{200}).+", "$1")
        .replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}]", "_");
  }
}
