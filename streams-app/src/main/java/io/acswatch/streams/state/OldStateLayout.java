package io.acswatch.streams.state;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import java.util.List;

/** Constants of host states of version 1 and 2, which are read and no longer written. */
final class OldStateLayout {
  static final int ROW_LENGTH = 84;
  static final int ROW_LENGTH_1 = 68;
  static final int PENDING_LENGTH = 20;
  static final int ASSIGNMENT_LENGTH = 8;
  static final int OWNER_LENGTH = 16;

  /** Flags of the header. */
  static final int HAS_BASELINE = 1;

  static final int HAS_CURRENT = 1 << 1;

  /** One snapshot is both, and stored once. */
  static final int BASELINE_IS_CURRENT = 1 << 2;

  /** Flags of a snapshot. */
  static final int KEXEC_LOADED = 1;

  static final int ORDER_KNOWN = 1 << 1;

  /** Flags of a row. */
  static final int HAS_ACS = 1;

  static final int HAS_MEMORY_BAR = 1 << 1;
  static final int HAS_PHYSFN = 1 << 2;
  static final int ARI_ENABLED = 1 << 3;
  static final int EGRESS_OPEN = 1 << 4;
  static final int ATS_ENABLED = 1 << 5;
  static final int REMOVABLE = 1 << 6;
  static final int VFS_ENABLED = 1 << 7;

  /** The place in the list is the code on disk. */
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

  /** The place in the list is the code on disk. */
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

  /** The place in the list is the code on disk. */
  static final List<Preservation> PRESERVATIONS =
      List.of(
          Preservation.NONE,
          Preservation.WILL_BE_PRESERVED,
          Preservation.ADOPTED,
          Preservation.FINISHED,
          Preservation.REFUSED_QUIRKS,
          Preservation.REFUSED_VIRTUAL_FUNCTION,
          Preservation.QUIRK_REQUIRED);

  /** The place in the list is the code on disk. */
  static final List<BootClass> BOOT_CLASSES =
      List.of(
          BootClass.COLD,
          BootClass.KEXEC_PLAIN,
          BootClass.KEXEC_KHO,
          BootClass.LIVE_UPDATE,
          BootClass.CRASH_KEXEC,
          BootClass.UNKNOWN);

  private OldStateLayout() {}
}
