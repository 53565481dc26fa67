package io.acswatch.wire.text;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigHeader;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The {@code dev} lines of a capture, with the {@code read_status} lines that go with them. */
final class DeviceLines {
  /** A dev line; its group type is known only when all lines are. */
  private record Device(int line, CapturedFunction function) {}

  private record Status(int line, ReadStatus status) {}

  private static final int ADDRESS = 1;
  private static final int GROUP = 2;
  private static final int LENGTH = 3;
  private static final int CONFIG = 4;
  private static final int SYSFS_PATH = 5;
  private static final int VENDOR = 6;
  private static final int DEVICE = 7;
  private static final int CLASS = 8;
  private static final int DRIVER = 9;
  private static final int PHYSFN = 10;
  private static final int ENABLED_VFS = 11;
  private static final int TOTAL_VFS = 12;
  private static final int ARI_ENABLED = 13;
  private static final int REMOVABLE = 14;

  private final LineSource lines;
  private final TreeMap<PciAddress, Device> devices = new TreeMap<>();
  private final Map<PciAddress, Status> statuses = new HashMap<>();

  DeviceLines(LineSource lines) {
    this.lines = lines;
  }

  int count() {
    return devices.size();
  }

  boolean contains(PciAddress address) {
    return devices.containsKey(address);
  }

  void add(String line) throws InputException {
    TabFields fields = TabFields.split(lines, line, CaptureFormat.DEVICE_FIELDS);
    PciAddress address = fields.address(ADDRESS, "address");
    ConfigSpace config = config(fields);
    CapturedFunction function =
        new CapturedFunction(
            address,
            fields.optionalName(SYSFS_PATH, "path"),
            config,
            ReadStatus.COMPLETE,
            ids(fields, config),
            kernelView(fields),
            fields.optionalName(REMOVABLE, "removable"));
    Device other = devices.putIfAbsent(address, new Device(lines.lineNumber(), function));
    if (other != null) {
      throw lines.error("dev: second line for " + address + ", the first is line " + other.line());
    }
    if (devices.size() > FrameLimits.MAX_FUNCTIONS) {
      throw lines.error("more than " + FrameLimits.MAX_FUNCTIONS + " dev lines");
    }
  }

  private static ConfigSpace config(TabFields fields) throws InputException {
    int length = (int) fields.number(LENGTH, "config length", 0, ConfigSpace.EXTENDED_LENGTH);
    byte[] bytes = fields.bytes(CONFIG, "config", length);
    return LineSparseConfigSpace.copyOf(new ArrayConfigSpace(Arrays.copyOf(bytes, length)));
  }

  private static PciIds ids(TabFields fields, ConfigSpace config) throws InputException {
    PciIds own = idsOf(config);
    return new PciIds(
        fields.isAbsent(VENDOR) ? own.vendor() : fields.hex(VENDOR, "vendor", 0xFFFF),
        fields.isAbsent(DEVICE) ? own.device() : fields.hex(DEVICE, "device", 0xFFFF),
        fields.isAbsent(CLASS) ? own.classCode() : fields.hex(CLASS, "class", 0xFF_FFFF));
  }

  /** Ids that the configuration space itself gives; 0 where it is too short to have a header. */
  static PciIds idsOf(ConfigSpace config) {
    if (config.length() < ConfigSpace.UNPRIVILEGED_LENGTH) {
      return new PciIds(0, 0, 0);
    }
    ConfigHeader header = new ConfigHeader().wrap(config);
    return new PciIds(header.vendor(), header.device(), header.classCode());
  }

  private static KernelView kernelView(TabFields fields) throws InputException {
    return new KernelView(
        fields.isAbsent(GROUP)
            ? KernelView.NO_GROUP
            : (int) fields.number(GROUP, "group", 0, Integer.MAX_VALUE),
        "",
        fields.optionalName(DRIVER, "driver"),
        new KernelView.Sriov(
            fields.isAbsent(PHYSFN) ? null : fields.address(PHYSFN, "physfn"),
            optionalNumber(fields, ENABLED_VFS, "sriov_numvfs", CaptureFormat.MAX_VFS),
            optionalNumber(fields, TOTAL_VFS, "sriov_totalvfs", CaptureFormat.MAX_VFS)),
        optionalNumber(fields, ARI_ENABLED, "ari_enabled", 1) == 1,
        false,
        Preservation.NONE);
  }

  private static int optionalNumber(TabFields fields, int index, String name, int highest)
      throws InputException {
    return fields.isAbsent(index) ? 0 : (int) fields.number(index, name, 0, highest);
  }

  void addReadStatus(String line) throws InputException {
    TabFields fields = TabFields.split(lines, line, CaptureFormat.READ_STATUS_FIELDS);
    PciAddress address = fields.address(1, "address");
    Status status;
    try {
      status = new Status(lines.lineNumber(), ReadStatus.valueOf(fields.text(2)));
    } catch (IllegalArgumentException unknown) {
      throw fields.refused(2, "status", "one of " + Arrays.toString(ReadStatus.values()));
    }
    if (statuses.putIfAbsent(address, status) != null) {
      throw lines.error("read_status: second line for " + address);
    }
    if (statuses.size() > FrameLimits.MAX_FUNCTIONS) {
      throw lines.error("more than " + FrameLimits.MAX_FUNCTIONS + " read_status lines");
    }
  }

  /** All functions in order of address, with what the group and status lines add. */
  List<CapturedFunction> functions(GroupLines groups) throws InputException {
    groups.checkMembers(devices.keySet());
    for (Map.Entry<PciAddress, Status> entry : statuses.entrySet()) {
      if (!devices.containsKey(entry.getKey())) {
        throw lines.errorAt(
            entry.getValue().line(),
            "read_status names " + entry.getKey() + ", which no dev line describes");
      }
    }
    List<CapturedFunction> functions = new ArrayList<>(devices.size());
    for (Device device : devices.values()) {
      CapturedFunction function = device.function();
      KernelView kernel = function.kernel();
      String type = groups.typeFor(function.address(), kernel.group(), device.line());
      Status told = statuses.get(function.address());
      ReadStatus status = told == null ? ReadStatus.COMPLETE : told.status();
      functions.add(
          function
              .withConfig(function.config(), status)
              .withKernel(function.sysfsPath(), kernel.withGroupType(type)));
    }
    return functions;
  }
}
