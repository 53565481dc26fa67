package io.acswatch.wire;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import java.util.List;

/**
 * Where everything lies in the packed facts of a snapshot: all that a judgement asks of one frame,
 * without its configuration space, its time and its sequence number. Little-endian.
 *
 * <pre>
 *   header | rows | extras | owners | string ends | string bytes
 *
 *   header  00 functions     04 owners        08 extras       0C strings     10 string bytes
 *           14 flags (8)     15 boot class (8)                16 host (16)
 *           18 loader type   1C loader version
 *           20 boot id (16)  22 release (16)  24 version (16) 26 command line (16)
 *           28 IOMMUs (16)   2A live update (16)
 *
 *   row     00 domain        04 requester id (16)  06 read status (8)  07 port type (8)
 *           08 vendor (16)   0A device (16)        0C class (24)       0F flags (8)
 *           10 length (16)   12 header type (8)    13 revision (8)
 *           14 subsystem vendor (16)               16 subsystem device (16)
 *           18 ACS offset (16)  1A ACS capability (16)  1C ACS control (16)  1E group type (16)
 *           20 ACS second dword                    24 group
 *           28 driver (16)   2A place (16)         2C kind of place (8)
 *           2D more flags (8): 7:4 preservation    2E VF index (16)
 *           30 serial number (64)                  38 bus numbers (24)  3B oddities (8)
 *
 *   extra   00 row           04 first VF offset (16)  06 VF stride (16)
 *           08 VFs enabled (16)  0A VFs in total (16)
 *           0C domain of the PF  10 requester id of the PF (16)  12 0  14 chipset base
 *
 *   owner   00 domain        04 requester id (16)  06 VM (16)  08 source (16)  0A 0
 * </pre>
 *
 * <p>Rows are drawn whole; as they are kept, what repeats is left out of them ({@link FactsRows}).
 *
 * <p>A string is the number of its entry; strings are numbered in the order in which the fields
 * above come: header, then for each row its group type, driver and place, then owners. Rows are in
 * the order of the snapshot. An extra stands for a row with a field in it that is not zero; extras
 * are in order of their rows. So equal snapshots give equal bytes.
 *
 * <p>The IOMMUs, and whether the kernel can preserve devices, are the whole notes that tell them,
 * so that they can be taken as they lie in a frame. Versions that did not keep the second have 0
 * there, the number of the host, which is no such note.
 *
 * <p>States keep facts in this form: another layout is another version of the state.
 *
 * <p>A place is told by what is above it wherever that stands in an earlier row, as it does but for
 * odd hosts: so paths need no strings, only root buses do.
 */
final class FactsLayout {
  static final int FUNCTIONS_AT = 0x00;
  static final int OWNERS_AT = 0x04;
  static final int EXTRAS_AT = 0x08;
  static final int STRINGS_AT = 0x0C;
  static final int STRING_BYTES_AT = 0x10;
  static final int FLAGS_AT = 0x14;
  static final int BOOT_CLASS_AT = 0x15;
  static final int HOST_AT = 0x16;
  static final int LOADER_TYPE_AT = 0x18;
  static final int LOADER_VERSION_AT = 0x1C;
  static final int BOOT_ID_AT = 0x20;
  static final int RELEASE_AT = 0x22;
  static final int VERSION_AT = 0x24;
  static final int COMMAND_LINE_AT = 0x26;
  static final int IOMMUS_AT = 0x28;
  static final int LIVE_UPDATE_AT = 0x2A;
  static final int HEADER_LENGTH = 0x2C;

  /** Flags of the header. */
  static final int KEXEC_LOADED = 1;

  static final int ORDER_KNOWN = 1 << 1;

  static final int DOMAIN_AT = 0x00;
  static final int REQUESTER_ID_AT = 0x04;
  static final int STATUS_AT = 0x06;
  static final int PORT_TYPE_AT = 0x07;
  static final int VENDOR_AT = 0x08;
  static final int DEVICE_AT = 0x0A;
  static final int CLASS_AND_FLAGS_AT = 0x0C;
  static final int LENGTH_AT = 0x10;
  static final int HEADER_TYPE_AT = 0x12;
  static final int REVISION_AT = 0x13;
  static final int SUBSYSTEM_VENDOR_AT = 0x14;
  static final int SUBSYSTEM_DEVICE_AT = 0x16;
  static final int ACS_OFFSET_AT = 0x18;
  static final int ACS_CAPABILITY_AT = 0x1A;
  static final int ACS_CONTROL_AT = 0x1C;
  static final int GROUP_TYPE_AT = 0x1E;
  static final int ACS_SECOND_DWORD_AT = 0x20;
  static final int GROUP_AT = 0x24;
  static final int DRIVER_AT = 0x28;
  static final int PLACE_AT = 0x2A;
  static final int KIND_AT = 0x2C;
  static final int MORE_FLAGS_AT = 0x2D;
  static final int VF_INDEX_AT = 0x2E;
  static final int SERIAL_NUMBER_AT = 0x30;
  static final int BUS_NUMBERS_AND_ODDITIES_AT = 0x38;
  static final int ROW_LENGTH = 0x3C;

  /** Flags of a row. */
  static final int HAS_ACS = 1;

  static final int HAS_MEMORY_BAR = 1 << 1;
  static final int HAS_PHYSFN = 1 << 2;
  static final int ARI_ENABLED = 1 << 3;
  static final int EGRESS_OPEN = 1 << 4;
  static final int ATS_ENABLED = 1 << 5;
  static final int REMOVABLE = 1 << 6;

  /** More flags of a row: it has an extra; bits 7:4 are the code of its preservation. */
  static final int HAS_EXTRA = 1;

  static final int VFS_ENABLED = 1 << 1;
  static final int PRESERVATION_SHIFT = 4;

  /** Kinds of place: not known, {@code pci?/} and the address. */
  static final int NOWHERE = 0;

  /** The place of an earlier row, and the row's own device and function. */
  static final int BELOW_ROW = 1;

  /** A string that ends in a root bus, and the row's own device and function. */
  static final int BELOW_ROOT = 2;

  /** The place of the PF in an earlier row, and the index of the VF. */
  static final int VF_OF_ROW = 3;

  /** A string with the whole place. */
  static final int TEXT = 4;

  static final int EXTRA_ROW_AT = 0x00;
  static final int EXTRA_FIRST_VF_AT = 0x04;
  static final int EXTRA_STRIDE_AT = 0x06;
  static final int EXTRA_ENABLED_VFS_AT = 0x08;
  static final int EXTRA_TOTAL_VFS_AT = 0x0A;
  static final int EXTRA_PF_DOMAIN_AT = 0x0C;
  static final int EXTRA_PF_REQUESTER_ID_AT = 0x10;
  static final int EXTRA_CHIPSET_BASE_AT = 0x14;
  static final int EXTRA_LENGTH = 0x18;

  static final int OWNER_VM_AT = 0x06;
  static final int OWNER_SOURCE_AT = 0x08;
  static final int OWNER_LENGTH = 0x0C;

  /** Most strings of one snapshot, and most rows. */
  static final int MAX_STRINGS = 0x1_0000;

  /** The place in the list is the code in the bytes: add at the end, never move. */
  static final List<ReadStatus> READ_STATUSES =
      List.of(
          ReadStatus.COMPLETE,
          ReadStatus.TRUNCATED_UNPRIVILEGED,
          ReadStatus.EXT_UNAVAILABLE,
          ReadStatus.EXT_ALIASED,
          ReadStatus.ALL_ONES,
          ReadStatus.NOT_READY,
          ReadStatus.TORN_READ,
          ReadStatus.ASLEEP,
          ReadStatus.UNREADABLE);

  /** The place in the list is the code in the bytes: add at the end, never move. */
  static final List<PortType> PORT_TYPES =
      List.of(
          PortType.ENDPOINT,
          PortType.LEGACY_ENDPOINT,
          PortType.ROOT_PORT,
          PortType.UPSTREAM_PORT,
          PortType.DOWNSTREAM_PORT,
          PortType.PCIE_TO_PCI_BRIDGE,
          PortType.PCI_TO_PCIE_BRIDGE,
          PortType.ROOT_COMPLEX_ENDPOINT,
          PortType.ROOT_COMPLEX_EVENT_COLLECTOR,
          PortType.RESERVED,
          PortType.CONVENTIONAL,
          PortType.UNKNOWN);

  /** The place in the list is the code in the bytes: add at the end, never move. */
  static final List<BootClass> BOOT_CLASSES =
      List.of(
          BootClass.COLD,
          BootClass.KEXEC_PLAIN,
          BootClass.KEXEC_KHO,
          BootClass.LIVE_UPDATE,
          BootClass.CRASH_KEXEC,
          BootClass.UNKNOWN);

  /** The place in the list is the code in the bytes: add at the end, never move. */
  static final List<Preservation> PRESERVATIONS =
      List.of(
          Preservation.NONE,
          Preservation.ASKED,
          Preservation.ADOPTED,
          Preservation.FINISHED,
          Preservation.REFUSED_QUIRKS,
          Preservation.REFUSED_VIRTUAL_FUNCTION,
          Preservation.QUIRK_REQUIRED,
          Preservation.TAKEN_BACK,
          Preservation.DESTROYED,
          Preservation.FOUND_AGAIN,
          Preservation.ADOPTED_AND_ASKED);

  private static final byte[] STATUS_CODES = codes(ReadStatus.values(), READ_STATUSES);
  private static final byte[] PORT_TYPE_CODES = codes(PortType.values(), PORT_TYPES);
  private static final byte[] BOOT_CLASS_CODES = codes(BootClass.values(), BOOT_CLASSES);
  private static final byte[] PRESERVATION_CODES = codes(Preservation.values(), PRESERVATIONS);

  private FactsLayout() {}

  private static <E extends Enum<E>> byte[] codes(E[] constants, List<E> byCode) {
    byte[] codes = new byte[constants.length];
    for (E constant : constants) {
      codes[constant.ordinal()] = (byte) byCode.indexOf(constant);
    }
    return codes;
  }

  static int codeOf(ReadStatus status) {
    return STATUS_CODES[status.ordinal()];
  }

  static int codeOf(PortType type) {
    return PORT_TYPE_CODES[type.ordinal()];
  }

  static int codeOf(BootClass bootClass) {
    return BOOT_CLASS_CODES[bootClass.ordinal()];
  }

  static int codeOf(Preservation preservation) {
    return PRESERVATION_CODES[preservation.ordinal()];
  }
}
