package io.acswatch.streams.state;

import static io.acswatch.streams.state.OldStateLayout.*;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Pending;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.InputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Unpacks a state of version 1 or 2, as they lie on disk and in changelogs until their host shows
 * something new. Little-endian.
 *
 * <pre>
 *   0       2        3       4         8              12            16           20
 *  +-------+--------+-------+---------+--------------+-------------+------------+----------------+
 *  | magic | version| flags | revision| string count | string bytes| alert count| 0              |
 *  +-------+--------+-------+---------+--------------+-------------+------------+----------------+
 *  | end of each string, i32 each | strings, UTF-8                                              |
 *  | baseline, if there is one that is not current | current, if there is one                   |
 *  | pending count i32 | intended owner count i32 | pending | intended owners                   |
 *  | open alerts: length i32, JSON in UTF-8                                                     |
 *  +--------------------------------------------------------------------------------------------+
 *
 *  A snapshot: 60 bytes, then its rows, then 16 bytes for each owner.
 *   0 taken at i64 | 8 sequence i64 | 16 boot class u8 | 17 flags u8 | 18 0 u16
 *  20 loader type i32 | 24 loader version i32
 *  28 host | 32 boot id | 36 kernel release | 40 kernel version | 44 command line   (strings)
 *  48 functions i32 | 52 owners i32 | 56 IOMMUs (string; 0 in version 1)
 *
 *  A row:
 *   0 domain i32 | 4 requester id u16 | 6 read status u8 | 7 port type u8
 *   8 vendor u16 | 10 device u16 | 12 class u24 | 15 flags u8
 *  16 length u16 | 18 header type u8 | 19 revision u8 | 20 subsystem vendor u16 | 22 device u16
 *  24 ACS offset u16 | 26 ACS capability u16 | 28 ACS control u16 | 30 first VF offset u16
 *  32 ACS second dword i32 | 36 VF stride u16 | 38 VFs enabled u16
 *  40 group i32 | 44 path | 48 group type | 52 driver   (strings)
 *  56 VFs in total u16 | 58 PF requester id u16 | 60 PF domain i32 | 64 chipset base i32
 *  68 serial number i64 | 76 bus numbers u24 | 79 oddities u8 | 80 preservation i32
 *
 *  An owner: 0 domain i32 | 4 requester id u16 | 6 0 u16 | 8 VM | 12 source   (strings)
 *  A pending finding: 0 code | 4 path (strings) | 8 since i64 | 16 seen i32
 *  An intended owner: 0 path | 4 VM (strings)
 * </pre>
 *
 * <p>Version 1 has rows that end at 68 and nothing about pending findings and intended owners. A
 * string is the number of its entry.
 */
final class OldStateReader {
  private final int version;
  private final ByteBuffer in;
  private String[] strings = {};

  private OldStateReader(int version, ByteBuffer in) {
    this.version = version;
    this.in = in;
  }

  /**
   * The state that follows a version of 1 or 2 in {@code in}.
   *
   * @throws RuntimeException or InputException if it is damaged
   */
  static HostState read(int version, ByteBuffer in) throws InputException {
    return new OldStateReader(version, in).state();
  }

  private HostState state() throws InputException {
    int flags = in.get();
    int revision = in.getInt();
    int stringCount = in.getInt();
    int stringBytes = in.getInt();
    int alertCount = in.getInt();
    in.getInt();
    readStrings(count(stringCount, Integer.BYTES), stringBytes);
    Snapshot baseline = (flags & HAS_BASELINE) != 0 ? snapshot() : null;
    Snapshot current = (flags & HAS_CURRENT) != 0 ? snapshot() : null;
    List<Pending> pending = version == 1 ? List.of() : new ArrayList<>();
    List<Assignment> intendedOwners = version == 1 ? List.of() : new ArrayList<>();
    if (version > 1) {
      readMemory(pending, intendedOwners);
    }
    List<IsolationAlert> open = StateAlerts.read(in, alertCount);
    boolean shared = (flags & BASELINE_IS_CURRENT) != 0;
    return new HostState(
        shared ? current : baseline, current, revision, open, pending, intendedOwners);
  }

  private void readMemory(List<Pending> pending, List<Assignment> intendedOwners) {
    int pendingCount = in.getInt();
    int ownerCount = in.getInt();
    count(pendingCount, PENDING_LENGTH);
    for (int i = 0; i < pendingCount; i++) {
      pending.add(
          new Pending(
              AlertCode.valueOf(string()), new DevicePath(string()), in.getLong(), in.getInt()));
    }
    count(ownerCount, ASSIGNMENT_LENGTH);
    for (int i = 0; i < ownerCount; i++) {
      intendedOwners.add(new Assignment(new DevicePath(string()), string()));
    }
  }

  private int count(int count, int lengthOfEach) {
    return StateAlerts.checked(in, count, lengthOfEach);
  }

  private void readStrings(int count, int bytes) {
    int[] ends = new int[count];
    for (int i = 0; i < count; i++) {
      ends[i] = in.getInt();
    }
    int start = in.position();
    in.position(start + count(bytes, 1));
    strings = new String[count];
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (ends[i] < from || ends[i] > bytes) {
        throw new IllegalArgumentException("string " + i + " ends at " + ends[i]);
      }
      strings[i] = new String(in.array(), start + from, ends[i] - from, StandardCharsets.UTF_8);
      from = ends[i];
    }
  }

  private Snapshot snapshot() {
    long takenAt = in.getLong();
    long sequence = in.getLong();
    int bootClass = in.get();
    int flags = in.get();
    in.getShort();
    int loaderType = in.getInt();
    int loaderVersion = in.getInt();
    String host = string();
    Boot boot = new Boot(string(), string(), string(), string(), loaderType, loaderVersion);
    int functionCount = in.getInt();
    int ownerCount = in.getInt();
    // Version 1 knew of no IOMMUs and left a zero here.
    int iommus = in.getInt();
    List<PciFunction> functions =
        new ArrayList<>(count(functionCount, version == 1 ? ROW_LENGTH_1 : ROW_LENGTH));
    for (int i = 0; i < functionCount; i++) {
      functions.add(row());
    }
    List<OwnershipClaim> owners = new ArrayList<>(count(ownerCount, OWNER_LENGTH));
    for (int i = 0; i < ownerCount; i++) {
      PciAddress address = new PciAddress(in.getInt(), u16());
      in.getShort();
      owners.add(new OwnershipClaim(address, string(), string()));
    }
    return new Snapshot(
        host,
        boot.withIommus(version == 1 ? "" : strings[iommus]),
        BOOT_CLASSES.get(bootClass),
        takenAt,
        sequence,
        (flags & KEXEC_LOADED) != 0,
        (flags & ORDER_KNOWN) != 0,
        functions,
        owners);
  }

  /** Reads the fields in the order in which they lie. */
  private PciFunction row() {
    PciAddress address = new PciAddress(in.getInt(), u16());
    int status = in.get();
    int portType = in.get();
    int vendor = u16();
    int device = u16();
    int classAndFlags = in.getInt();
    int flags = classAndFlags >>> 24;
    int length = u16();
    int headerType = Byte.toUnsignedInt(in.get());
    int revision = Byte.toUnsignedInt(in.get());
    int subsystemVendor = u16();
    int subsystemDevice = u16();
    int acsOffset = u16();
    int acsCapability = u16();
    int acsControl = u16();
    int firstVfOffset = u16();
    int acsSecondDword = in.getInt();
    int vfStride = u16();
    int enabledVfs = u16();
    int group = in.getInt();
    DevicePath path = new DevicePath(string());
    String groupType = string();
    String driver = string();
    int totalVfs = u16();
    int pfRequesterId = u16();
    int pfDomain = in.getInt();
    int chipsetBase = in.getInt();
    long serialNumber = 0;
    int busAndOddities = 0;
    int preservation = 0;
    if (version > 1) {
      serialNumber = in.getLong();
      busAndOddities = in.getInt();
      preservation = in.getInt();
    }
    ConfigFacts config =
        new ConfigFacts(
            READ_STATUSES.get(status),
            length,
            headerType,
            revision,
            subsystemVendor,
            subsystemDevice,
            PORT_TYPES.get(portType),
            (flags & HAS_ACS) != 0
                ? new AcsRegisters(acsOffset, acsCapability, acsControl, acsSecondDword)
                : null,
            firstVfOffset,
            vfStride,
            (flags & EGRESS_OPEN) != 0,
            (flags & ATS_ENABLED) != 0,
            (flags & HAS_MEMORY_BAR) != 0,
            chipsetBase,
            serialNumber,
            busAndOddities & 0xFF_FFFF,
            busAndOddities >>> 24,
            (flags & VFS_ENABLED) != 0);
    KernelView kernel =
        new KernelView(
            group,
            groupType,
            driver,
            (flags & HAS_PHYSFN) != 0 ? new PciAddress(pfDomain, pfRequesterId) : null,
            enabledVfs,
            totalVfs,
            (flags & ARI_ENABLED) != 0,
            (flags & REMOVABLE) != 0,
            PRESERVATIONS.get(preservation));
    PciIds ids = new PciIds(vendor, device, classAndFlags & 0xFF_FFFF);
    return new PciFunction(address, path, ids, config, kernel);
  }

  private String string() {
    return strings[in.getInt()];
  }

  private int u16() {
    return Short.toUnsignedInt(in.getShort());
  }
}
