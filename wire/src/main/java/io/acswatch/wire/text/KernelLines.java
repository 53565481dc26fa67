package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  private static final Pattern LINK =
      Pattern.compile(".*" + ADDRESS + "/iommu_group -> .*iommu_groups/" + NUMBER + "/?");
  private static final Pattern DIRECTORY =
      Pattern.compile(".*iommu_groups/" + NUMBER + "(?:/devices)?/?:?");
  private static final Pattern IN_DIRECTORY =
      Pattern.compile("(?:.*\\s)?" + ADDRESS + "(?: -> .*)?");
  private static final Pattern JOINED =
      Pattern.compile("(.*): (?:Adding to|(Removing from)) iommu group " + NUMBER + "(?:\\D.*)?");
  private static final Pattern JOINED_ONCE =
      Pattern.compile(
          ".*iommu: (?:Adding|(Removing)) device (\\S+) (?:to|from) group "
              + NUMBER
              + "(?:\\D.*)?");
  private static final Pattern ANY = Pattern.compile("(?<![0-9a-fA-F:.])" + ADDRESS + "(?![.\\w])");
  private static final Pattern GROUP =
      Pattern.compile("(?i)\\W*(?:iommu[ _-]*)?group[ :#=]*" + NUMBER + "\\b[\\s:)\\]-]*(.*)");
  private static final Pattern LISTED =
      Pattern.compile(
          "(?:\\[([0-9a-f]{4}:[0-9a-f]{4})\\]\\s*)?(?:\\[\\w+\\]\\s*)?"
              + ADDRESS
              + "(?:\\s+(.*))?");
  private static final Pattern OF_LSPCI = Pattern.compile("IOMMU group: \\d+");
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
  private final Listings listings;
  private boolean any;
  private int line;
  private int group = -1;
  private int memberIndentation = -1;
  private boolean isAfterGap;
  private boolean inDirectory;
  private List<String> columns = List.of();
  private boolean hasOtherDevices;
  private String file = ""; // whose content is the next line
  private String vm = ""; // whose configuration these lines are
  private String release = "";
  private String version = "";
  private String commandLine = "";

  KernelLines(String source, PostedHost host, Listings listings) {
    this.source = source;
    this.host = host;
    this.listings = listings;
  }

  /** True if some line was one of the kernel's. */
  boolean any() {
    return any;
  }

  /** True if a log has groups of devices that are not PCI. */
  boolean hasOtherDevices() {
    return hasOtherDevices;
  }

  /** Gives the host what the last boot in a log says. */
  void tell() {
    host.release(release, version, source);
    host.commandLine(commandLine, source);
  }

  /** Group of a line that begins with a device: below a group's heading it is of that group. */
  int groupOf(int indentation) {
    if (group >= 0 && memberIndentation < 0) {
      memberIndentation = indentation;
    }
    if (indentation < memberIndentation || isAfterGap && indentation == 0) {
      group = -1;
    }
    return group;
  }

  /**
   * Takes a line that is the kernel's; false if it is none.
   *
   * @param number where it begins
   * @param indentation how many characters of space are before it
   * @param ofFunction it may be one of those that {@code lspci -v} prints of a function
   */
  boolean take(String text, int number, int indentation, boolean ofFunction) throws InputException {
    line = number;
    isAfterGap = memberIndentation >= 0 && (isAfterGap || text.isEmpty());
    boolean taken =
        content(text)
            || !(ofFunction && OF_LSPCI.matcher(text).matches()) && group(text)
            || log(text)
            || tableRow(text)
            || proxmox(text);
    if (!taken && indentation == 0 && !text.isEmpty() && !text.startsWith("total ")) {
      group = -1;
    }
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

  /** A row of {@code pvesh get /nodes/NAME/hardware/pci}. */
  private boolean tableRow(String line) throws InputException {
    List<String> cells = Arrays.stream(line.split("[│|]")).map(String::strip).toList();
    if (cells.contains("iommugroup") && cells.contains("id")) {
      columns = cells;
      return true;
    }
    if (cells.size() < 2 || cells.size() != columns.size()) {
      return false;
    }
    String number = cells.get(columns.indexOf("iommugroup"));
    String address = cells.get(columns.indexOf("id"));
    boolean hasGroup = number.matches("\\d{1,9}");
    if (hasGroup && address.matches(ADDRESS)) {
      member(address, number, "");
    }
    return hasGroup;
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
        PciAddress address = PciAddress.parseOrNull(first);
        if (address != null) {
          host.addOwner(source, new OwnershipClaim(address, vm, "proxmox"), at.group(2) == null);
        }
      }
    }
    return true;
  }

  private boolean group(String line) throws InputException {
    Matcher matcher = PATH.matcher(line);
    if (matcher.matches()) {
      member(matcher.group(2), matcher.group(1), "");
      return true;
    }
    if ((matcher = LINK.matcher(line)).matches()) {
      member(matcher.group(1), matcher.group(2), "");
      return true;
    }
    if ((matcher = DIRECTORY.matcher(line)).matches()) {
      begin(matcher.group(1));
      inDirectory = true;
      return true;
    }
    if (inDirectory && group >= 0 && (matcher = IN_DIRECTORY.matcher(line)).matches()) {
      member(matcher.group(1), Integer.toString(group), "");
      return true;
    }
    matcher = GROUP.matcher(line);
    if (!matcher.matches()) {
      return false;
    }
    String rest = matcher.group(2).strip();
    Matcher device = LISTED.matcher(rest);
    if (device.matches()) {
      String words = device.group(3) == null ? "" : device.group(3);
      // Some lists have the ids in front.
      member(
          device.group(2),
          matcher.group(1),
          device.group(1) == null ? words : words + " [" + device.group(1) + "]");
      begin(matcher.group(1)); // and others of it may stand below
      memberIndentation = 1;
      return true;
    }
    group = -1;
    if (rest.isEmpty()) {
      begin(matcher.group(1));
    }
    return rest.isEmpty();
  }

  private void begin(String number) {
    group = Integer.parseInt(number);
    memberIndentation = -1;
    isAfterGap = false;
    inDirectory = false;
  }

  private void member(String address, String number, String words) throws InputException {
    PciAddress member = PciAddress.parseOrNull(address);
    if (member != null) {
      listings.add(Listed.named(source, line, host.function(member, words)));
      listings.group(member, Integer.parseInt(number));
    }
  }

  private boolean log(String line) {
    Matcher matcher = JOINED.matcher(line);
    boolean joined = matcher.matches();
    if (!joined) {
      matcher = JOINED_ONCE.matcher(line);
    }
    if (joined || matcher.matches()) {
      Matcher each = ANY.matcher(matcher.group(joined ? 1 : 2));
      boolean isRemoved = matcher.group(joined ? 2 : 1) != null;
      boolean anyDevice = false;
      while (each.find()) {
        PciAddress member = PciAddress.parseOrNull(each.group());
        if (member != null) {
          listings.logged(member, Integer.parseInt(matcher.group(3)), isRemoved);
          anyDevice = true;
        }
      }
      hasOtherDevices |= !anyDevice;
      return anyDevice;
    }
    if ((matcher = VERSION.matcher(line)).matches()) {
      if (!matcher.group(1).equals(release) || !matcher.group(2).equals(version)) {
        commandLine = "";
      }
      listings.booted();
      release = matcher.group(1);
      version = matcher.group(2);
      return true;
    }
    if ((matcher = UNAME.matcher(line)).matches()) {
      host.release(matcher.group(1), matcher.group(2), source);
      return true;
    }
    if ((matcher = COMMAND_LINE.matcher(line)).matches()) {
      commandLine = matcher.group(1).strip();
      return true;
    }
    if (BARE_COMMAND_LINE.matcher(line).matches()) {
      host.commandLine(line.strip(), source);
      return true;
    }
    return note(line);
  }

  private boolean note(String line) {
    String note = "";
    if (line.contains("DMAR: ") && line.contains("dmar0")) {
      note = Boot.IOMMU_NOTE + "dmar0";
    } else if (line.contains("AMD-Vi: ")) {
      note = Boot.IOMMU_NOTE + "ivhd0";
    } else if (line.contains(BootClass.HANDOVER_FOUND)
        || Preservation.ofLogLine(line) != Preservation.NONE) {
      note = Capture.KERNEL_LOG_PREFIX + line.strip();
    }
    if (!note.isEmpty()) {
      host.note(note, source);
    }
    return !note.isEmpty();
  }
}
