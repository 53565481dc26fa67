package io.acswatch.wire;

import static io.acswatch.wire.FactsLayout.*;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the snapshot that packed facts stand for; {@link FactsLayout} draws them. */
public final class FactsReader {
  private static final String NOWHERE_ROOT = "pci?/";
  private static final int NO_EXTRA = -1;

  private final byte[] bytes;
  private final ByteBuffer in;
  private final int functionCount;
  private final int ownerCount;
  private final int extraCount;
  private final int extrasAt;
  private final int ownersAt;
  private final String[] strings;
  private final String[] places;
  private int nextExtra;

  private FactsReader(byte[] facts) {
    bytes = facts;
    in = ByteBuffer.wrap(facts).order(ByteOrder.LITTLE_ENDIAN);
    functionCount = count(FUNCTIONS_AT, ROW_LENGTH);
    ownerCount = count(OWNERS_AT, OWNER_LENGTH);
    extraCount = count(EXTRAS_AT, EXTRA_LENGTH);
    int stringCount = count(STRINGS_AT, Integer.BYTES);
    int stringBytes = count(STRING_BYTES_AT, 1);
    extrasAt = HEADER_LENGTH + functionCount * ROW_LENGTH;
    ownersAt = extrasAt + extraCount * EXTRA_LENGTH;
    int endsAt = ownersAt + ownerCount * OWNER_LENGTH;
    long end = (long) endsAt + (long) stringCount * Integer.BYTES + stringBytes;
    if (end != facts.length) {
      throw new IllegalArgumentException("facts=" + facts.length + " bytes, expected " + end);
    }
    strings = strings(endsAt, stringCount, stringBytes);
    places = new String[functionCount];
  }

  /**
   * The snapshot of the facts in {@code length} bytes from {@code offset}; keeps no reference to
   * them.
   *
   * @throws IllegalArgumentException or IndexOutOfBoundsException if the facts are damaged
   */
  public static Snapshot read(
      byte[] bytes, int offset, int length, long takenAtMillis, long sequence) {
    return new FactsReader(FactsRows.lengthen(bytes, offset, length))
        .snapshot(takenAtMillis, sequence);
  }

  /** Refuses a count that the bytes cannot hold, before anything is allocated for it. */
  private int count(int at, int lengthOfEach) {
    int count = in.getInt(at);
    if (count < 0 || (long) count * lengthOfEach > in.capacity()) {
      throw new IllegalArgumentException("count=" + count + " at offset " + at + " of the facts");
    }
    return count;
  }

  private String[] strings(int endsAt, int count, int byteCount) {
    String[] made = new String[count];
    int textsAt = endsAt + count * Integer.BYTES;
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = in.getInt(endsAt + i * Integer.BYTES);
      if (to < from || to > byteCount) {
        throw new IllegalArgumentException("string " + i + " of the facts ends at " + to);
      }
      made[i] = new String(bytes, textsAt + from, to - from, StandardCharsets.UTF_8);
      from = to;
    }
    return made;
  }

  private Snapshot snapshot(long takenAtMillis, long sequence) {
    int flags = in.get(FLAGS_AT);
    Boot boot =
        new Boot(
                string(BOOT_ID_AT),
                string(RELEASE_AT),
                string(VERSION_AT),
                string(COMMAND_LINE_AT),
                in.getInt(LOADER_TYPE_AT),
                in.getInt(LOADER_VERSION_AT))
            .withNotes(List.of(string(IOMMUS_AT), string(LIVE_UPDATE_AT)));
    List<PciFunction> functions = new ArrayList<>(functionCount);
    for (int row = 0; row < functionCount; row++) {
      functions.add(function(row, functions));
    }
    List<OwnershipClaim> owners = new ArrayList<>(ownerCount);
    for (int i = 0; i < ownerCount; i++) {
      int at = ownersAt + i * OWNER_LENGTH;
      owners.add(
          new OwnershipClaim(
              address(at + DOMAIN_AT, at + REQUESTER_ID_AT),
              string(at + OWNER_VM_AT),
              string(at + OWNER_SOURCE_AT)));
    }
    return new Snapshot(
        string(HOST_AT),
        boot,
        BOOT_CLASSES.get(in.get(BOOT_CLASS_AT)),
        takenAtMillis,
        sequence,
        (flags & KEXEC_LOADED) != 0,
        (flags & ORDER_KNOWN) != 0,
        functions,
        owners);
  }

  private PciFunction function(int row, List<PciFunction> before) {
    int at = HEADER_LENGTH + row * ROW_LENGTH;
    PciAddress address = address(at + DOMAIN_AT, at + REQUESTER_ID_AT);
    int extra = extraOf(row, at);
    places[row] = place(row, at, address);
    return new PciFunction(
        address,
        new DevicePath(places[row]),
        new PciIds(
            u16(at + VENDOR_AT),
            u16(at + DEVICE_AT),
            in.getInt(at + CLASS_AND_FLAGS_AT) & 0xFF_FFFF),
        config(at, extra),
        kernel(at, extra, before));
  }

  private int extraOf(int row, int at) {
    if ((in.get(at + MORE_FLAGS_AT) & HAS_EXTRA) == 0) {
      return NO_EXTRA;
    }
    int extra = extrasAt + nextExtra++ * EXTRA_LENGTH;
    if (nextExtra > extraCount || in.getInt(extra + EXTRA_ROW_AT) != row) {
      throw new IllegalArgumentException("row " + row + " of the facts has no extra");
    }
    return extra;
  }

  private ConfigFacts config(int at, int extra) {
    int flags = u8(at + CLASS_AND_FLAGS_AT + 3);
    int busNumbersAndOddities = in.getInt(at + BUS_NUMBERS_AND_ODDITIES_AT);
    return new ConfigFacts(
        READ_STATUSES.get(in.get(at + STATUS_AT)),
        u16(at + LENGTH_AT),
        u8(at + HEADER_TYPE_AT),
        u8(at + REVISION_AT),
        u16(at + SUBSYSTEM_VENDOR_AT),
        u16(at + SUBSYSTEM_DEVICE_AT),
        PORT_TYPES.get(in.get(at + PORT_TYPE_AT)),
        (flags & HAS_ACS) != 0 ? acs(at) : null,
        extra == NO_EXTRA ? 0 : u16(extra + EXTRA_FIRST_VF_AT),
        extra == NO_EXTRA ? 0 : u16(extra + EXTRA_STRIDE_AT),
        (flags & EGRESS_OPEN) != 0,
        (flags & ATS_ENABLED) != 0,
        (flags & HAS_MEMORY_BAR) != 0,
        extra == NO_EXTRA ? 0 : in.getInt(extra + EXTRA_CHIPSET_BASE_AT),
        in.getLong(at + SERIAL_NUMBER_AT),
        busNumbersAndOddities & 0xFF_FFFF,
        busNumbersAndOddities >>> 24,
        (in.get(at + MORE_FLAGS_AT) & VFS_ENABLED) != 0);
  }

  private AcsRegisters acs(int at) {
    return new AcsRegisters(
        u16(at + ACS_OFFSET_AT),
        u16(at + ACS_CAPABILITY_AT),
        u16(at + ACS_CONTROL_AT),
        in.getInt(at + ACS_SECOND_DWORD_AT));
  }

  private KernelView kernel(int at, int extra, List<PciFunction> before) {
    int flags = u8(at + CLASS_AND_FLAGS_AT + 3);
    return new KernelView(
        in.getInt(at + GROUP_AT),
        string(at + GROUP_TYPE_AT),
        string(at + DRIVER_AT),
        (flags & HAS_PHYSFN) != 0 ? physicalFunction(at, extra, before) : null,
        extra == NO_EXTRA ? 0 : u16(extra + EXTRA_ENABLED_VFS_AT),
        extra == NO_EXTRA ? 0 : u16(extra + EXTRA_TOTAL_VFS_AT),
        (flags & ARI_ENABLED) != 0,
        (flags & REMOVABLE) != 0,
        PRESERVATIONS.get(u8(at + MORE_FLAGS_AT) >>> PRESERVATION_SHIFT));
  }

  private @Nullable PciAddress physicalFunction(int at, int extra, List<PciFunction> before) {
    if (in.get(at + KIND_AT) == VF_OF_ROW) {
      return before.get(u16(at + PLACE_AT)).address();
    }
    if (extra == NO_EXTRA) {
      throw new IllegalArgumentException("a VF at offset " + at + " of the facts names no PF");
    }
    return address(extra + EXTRA_PF_DOMAIN_AT, extra + EXTRA_PF_REQUESTER_ID_AT);
  }

  private String place(int row, int at, PciAddress address) {
    int number = u16(at + PLACE_AT);
    return switch (in.get(at + KIND_AT)) {
      case NOWHERE -> NOWHERE_ROOT + address;
      case BELOW_ROW -> earlier(number, row) + '/' + address.slot();
      case BELOW_ROOT -> strings[number] + '/' + address.slot();
      case VF_OF_ROW ->
          new DevicePath(earlier(number, row)).virtualFunction(u16(at + VF_INDEX_AT)).text();
      case TEXT -> strings[number];
      default -> throw new IllegalArgumentException("place of row " + row + " of the facts");
    };
  }

  private String earlier(int number, int row) {
    if (number >= row) {
      throw new IllegalArgumentException("row " + row + " of the facts is below row " + number);
    }
    return places[number];
  }

  private PciAddress address(int domainAt, int requesterIdAt) {
    return new PciAddress(in.getInt(domainAt), u16(requesterIdAt));
  }

  private String string(int at) {
    return strings[u16(at)];
  }

  private int u8(int at) {
    return Byte.toUnsignedInt(in.get(at));
  }

  private int u16(int at) {
    return Short.toUnsignedInt(in.getShort(at));
  }
}
