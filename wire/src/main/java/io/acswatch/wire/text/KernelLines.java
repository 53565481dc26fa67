package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises lines of which the kernel is the source: its IOMMU groups, in the forms that people
 * list them in, and its log.
 *
 * <pre>
 *   /sys/kernel/iommu_groups/7/devices/0000:00:15.1
 *   IOMMU Group 7 00:15.1 Serial bus controller [0c80]: ...
 *   IOMMU Group 7:
 *           00:15.1 Serial bus controller [0c80]: ...
 *   [    0.53] pci 0000:00:15.1: Adding to iommu group 7
 *   [    0.53] iommu: Adding device 0000:00:15.1 to group 7        (up to 5.2)
 *   [    0.00] Linux version 6.1.0-49-amd64 (...) #1 SMP ...
 *   [    0.00] Command line: BOOT_IMAGE=...
 * </pre>
 */
final class KernelLines {
  private static final String ADDRESS =
      "((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7])";
  private static final String NUMBER = "(\\d{1,9})";
  private static final Pattern PATH =
      Pattern.compile(".*iommu_groups/" + NUMBER + "/devices/" + ADDRESS + "(?:\\s.*)?");
  private static final Pattern JOINED =
      Pattern.compile(".* " + ADDRESS + ": Adding to iommu group " + NUMBER);
  private static final Pattern JOINED_ONCE =
      Pattern.compile(".*iommu: Adding device " + ADDRESS + " to group " + NUMBER);
  private static final Pattern GROUP =
      Pattern.compile("(?i)\\W*(?:iommu[ _-]*)?group[ :#=]*" + NUMBER + "\\b[\\s:)\\]-]*(.*)");
  private static final Pattern LISTED =
      Pattern.compile(
          "(?:\\[[0-9a-f]{4}:[0-9a-f]{4}\\]\\s*(?:\\[\\w+\\]\\s*)?)?" + ADDRESS + "(?:\\s+(.*))?");
  private static final Pattern VERSION =
      Pattern.compile("(?:.*[\\]:] )?Linux version (\\S+) .*?(#\\d+.*)");
  private static final Pattern COMMAND_LINE =
      Pattern.compile("(?:.*[\\]:] )?(?:Kernel command|Command) line: (.*)");
  private static final Pattern UNAME =
      Pattern.compile(
          "Linux \\S+ (\\d\\S+) (#\\d+.*?)"
              + "(?: (?:x86_64|aarch64|i[3-6]86|armv\\w+|ppc64(?:le)?|s390x|riscv64)(?: .*)?)?");
  private static final Pattern BARE_COMMAND_LINE = Pattern.compile("BOOT_IMAGE=.*");

  /** Before the content of a file: a prompt, or what supportconfig and pvereport write. */
  private static final Pattern FILE =
      Pattern.compile("(?:.*[#$%>] ?)?(?:cat )?(/proc/cmdline|/sys/kernel/kexec_loaded)");

  private static final Pattern PVE_KERNEL =
      Pattern.compile("proxmox-ve: .*\\(running kernel: (\\S+)\\)");
  private static final Pattern PVE_VM = Pattern.compile("# cat /etc/pve/qemu-server/(\\d+)\\.conf");
  private static final Pattern PVE_DEVICE = Pattern.compile("hostpci\\d+: (?:host=)?([^,]+).*");
  private static final Pattern PVE_PLACE =
      Pattern.compile("((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F])(\\.[0-7])?");

  private final String source;
  private final PostedHost host;
  private boolean any;
  private int group = -1;
  private int memberIndentation = -1;
  private String file = ""; // whose content is the next line
  private String vm = ""; // whose configuration these lines are

  KernelLines(String source, PostedHost host) {
    this.source = source;
    this.host = host;
  }

  /** True if some line was one of the kernel's. */
  boolean any() {
    return any;
  }

  /** A line that begins with a device: below a group's heading the device is of that group. */
  void device(@Nullable PciAddress address, int indentation) {
    if (group < 0 || address == null) {
      return;
    }
    if (memberIndentation < 0) {
      memberIndentation = indentation;
    }
    if (indentation == memberIndentation) {
      host.group(address, group, source);
    } else {
      group = -1;
    }
  }

  /** Takes a line that is the kernel's; false if it is none. */
  boolean take(String line) {
    boolean taken = content(line) || group(line) || log(line) || proxmox(line);
    any |= taken;
    return taken;
  }

  private boolean content(String line) {
    Matcher matcher = FILE.matcher(line);
    if (matcher.matches()) {
      file = matcher.group(1);
      return true;
    }
    if (file.isEmpty() || line.isEmpty()) {
      return false;
    }
    if (file.equals("/proc/cmdline")) {
      host.commandLine(line, source);
    } else if (line.equals("1")) {
      host.kexecLoaded();
    }
    file = "";
    return true;
  }

  /** What a report of Proxmox VE tells: the kernel, and the devices that VMs are given. */
  private boolean proxmox(String line) {
    Matcher matcher = PVE_KERNEL.matcher(line);
    if (matcher.matches()) {
      host.release(matcher.group(1), "", source);
      return true;
    }
    matcher = PVE_VM.matcher(line);
    if (matcher.matches()) {
      vm = matcher.group(1);
      return true;
    }
    if (line.startsWith("#") || line.startsWith("[") || line.startsWith("====")) {
      vm = ""; // another file, or a snapshot of the VM
    }
    matcher = PVE_DEVICE.matcher(line);
    if (vm.isEmpty() || !matcher.matches()) {
      return false;
    }
    for (String place : matcher.group(1).split(";")) {
      Matcher at = PVE_PLACE.matcher(place.strip());
      if (at.matches()) {
        String first = at.group(1) + (at.group(2) == null ? ".0" : at.group(2));
        PciAddress address = PciAddress.parseOrNull(first, 0, first.length());
        if (address != null) {
          host.addOwner(source, new OwnershipClaim(address, vm, "proxmox"), at.group(2) == null);
        }
      }
    }
    return true;
  }

  private boolean group(String line) {
    Matcher matcher = PATH.matcher(line);
    if (matcher.matches()) {
      member(matcher.group(2), matcher.group(1), "");
      return true;
    }
    // "IOMMU group: 7" without a device is a line of lspci -vv, below the device's own heading.
    matcher = GROUP.matcher(line);
    if (!matcher.matches() || line.startsWith("IOMMU group: ")) {
      return false;
    }
    String rest = matcher.group(2).strip();
    Matcher device = LISTED.matcher(rest);
    if (device.matches()) {
      member(device.group(1), matcher.group(1), device.group(2));
      group = -1;
      return true;
    }
    group = rest.isEmpty() ? Integer.parseInt(matcher.group(1)) : -1;
    memberIndentation = -1;
    return rest.isEmpty();
  }

  private void member(String address, String number, @Nullable String words) {
    PciAddress member = PciAddress.parseOrNull(address, 0, address.length());
    if (member != null) {
      host.group(member, Integer.parseInt(number), source);
      host.add(
          new Listed(source, 0, host.function(member, words == null ? "" : words), null, null));
    }
  }

  private boolean log(String line) {
    Matcher matcher = JOINED.matcher(line);
    if (!matcher.matches()) {
      matcher = JOINED_ONCE.matcher(line);
    }
    if (matcher.matches()) {
      member(matcher.group(1), matcher.group(2), "");
      return true;
    }
    if ((matcher = VERSION.matcher(line)).matches() || (matcher = UNAME.matcher(line)).matches()) {
      host.release(matcher.group(1), matcher.group(2), source);
      return true;
    }
    if ((matcher = COMMAND_LINE.matcher(line)).matches()) {
      host.commandLine(matcher.group(1).strip(), source);
      return true;
    }
    if (BARE_COMMAND_LINE.matcher(line).matches()) {
      host.commandLine(line.strip(), source);
      return true;
    }
    return note(line);
  }

  private boolean note(String line) {
    if (line.contains("DMAR: ") && line.contains("dmar0")) {
      host.note(Boot.IOMMU_NOTE + "dmar0", source);
      return true;
    }
    if (line.contains("AMD-Vi: ")) {
      host.note(Boot.IOMMU_NOTE + "ivhd0", source);
      return true;
    }
    if (line.contains(BootClass.HANDOVER_FOUND)
        || Preservation.ofLogLine(line) != Preservation.NONE) {
      host.note(Capture.KERNEL_LOG_PREFIX + line.strip(), source);
      return true;
    }
    return false;
  }
}
