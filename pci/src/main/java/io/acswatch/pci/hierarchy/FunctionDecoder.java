package io.acswatch.pci.hierarchy;

import io.acswatch.pci.config.ConfigHeader;
import io.acswatch.pci.config.ConfigOddity;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.PcieCapability;
import io.acswatch.pci.config.capability.SriovCapability;
import io.acswatch.pci.config.capability.WalkStep;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one configuration space into {@link ConfigFacts}. Holds reusable views; not thread-safe.
 * Any bytes give facts, with a {@link ReadStatus} that says what they are worth.
 */
public final class FunctionDecoder {
  private static final int INTEL = 0x8086;
  private static final int ISA_BRIDGE_CLASS = 0x0601;
  private static final int CHIPSET_BASE = 0xF0;
  private static final int CAPABILITY_LIST = 1 << 4;
  private static final int SUBSYSTEM_ID = 0x0D;
  private static final int BLOCK = 0x100;
  private static final int TORN_TAIL_BYTES = 64;
  private static final int ACS_LENGTH = 8;
  private static final int SERIAL_NUMBER = 0x0003;
  private static final int SERIAL_NUMBER_LENGTH = 12;
  private static final int ATS = 0x000F;
  private static final int ATS_LENGTH = 8;
  private static final int ATS_CONTROL = 6;
  private static final int ATS_ENABLE = 1 << 15;

  private final ConfigHeader header = new ConfigHeader();
  private final CapabilityWalk standard = CapabilityWalk.standard();
  private final CapabilityWalk extended = CapabilityWalk.extended();
  private final AcsCapability acs = new AcsCapability();

  private int lengthBytes;
  private int pcieOffset;
  private int subsystemVendor;
  private int subsystemDevice;
  private @Nullable AcsRegisters acsRegisters;
  private int oddities;

  /**
   * Decodes {@code space} and compares its ids with those that sysfs gives, which the kernel read
   * when it found the function.
   *
   * @param readStatus what the reader knows; anything but {@link ReadStatus#COMPLETE} stands, else
   *     the bytes decide
   */
  public ConfigFacts decode(
      ConfigSpace space, ReadStatus readStatus, PciIds ids, KernelView kernel) {
    // A VF's own id registers read 0xFFFF by specification.
    return decode(space, readStatus, kernel.isVirtualFunction() ? null : ids);
  }

  /** The same without a look at ids. */
  public ConfigFacts decode(ConfigSpace space, ReadStatus readStatus) {
    return decode(space, readStatus, null);
  }

  private ConfigFacts decode(ConfigSpace space, ReadStatus readStatus, @Nullable PciIds ids) {
    ReadStatus status = readStatus == ReadStatus.COMPLETE ? statusOf(space) : readStatus;
    lengthBytes = space.length();
    if (lengthBytes < ConfigSpace.UNPRIVILEGED_LENGTH
        || status == ReadStatus.ALL_ONES
        || status == ReadStatus.NOT_READY
        || status == ReadStatus.ASLEEP
        || status == ReadStatus.UNREADABLE) {
      return ConfigFacts.unread(status, lengthBytes);
    }
    header.wrap(space);
    acsRegisters = null;
    boolean differ =
        ids != null && (header.vendor() != ids.vendor() || header.device() != ids.device());
    oddities = differ && status.isConclusive() ? ConfigOddity.IDS_DIFFER.bit() : 0;
    readStandard(space);
    boolean extended = pcieOffset != 0 && status != ReadStatus.EXT_ALIASED;
    ConfigFacts.Features features = extended ? readExtended(space) : ConfigFacts.Features.NONE;
    PortType type = claimedType(space, status);
    ConfigFacts.Header head = head(space);
    return new ConfigFacts(status, lengthBytes, head, type, acsRegisters, features, oddities);
  }

  private ConfigFacts.Header head(ConfigSpace space) {
    int type = header.headerType();
    boolean bridge = (type & 0x7F) == 1;
    return new ConfigFacts.Header(
        type,
        header.revision(),
        subsystemVendor,
        subsystemDevice,
        bridge && header.hasMemoryBar(),
        bridge ? buses() : 0,
        chipsetBase(space));
  }

  private int buses() {
    return header.primaryBus() << 16 | header.secondaryBus() << 8 | header.subordinateBus();
  }

  /** Finds the PCI Express capability and the subsystem. */
  private void readStandard(ConfigSpace space) {
    pcieOffset = 0;
    boolean endpoint = header.isEndpoint();
    subsystemVendor = endpoint ? header.subsystemVendor() : 0;
    subsystemDevice = endpoint ? header.subsystemDevice() : 0;
    standard.wrap(space);
    WalkStep step;
    while ((step = standard.advance()) == WalkStep.CAPABILITY) {
      int at = standard.offset();
      if (standard.id() == PcieCapability.ID
          && pcieOffset == 0
          && at + PcieCapability.LENGTH <= lengthBytes) {
        pcieOffset = at;
      } else if (standard.id() == SUBSYSTEM_ID && header.isBridge() && at + 8 <= lengthBytes) {
        subsystemVendor = space.u16(at + 4);
        subsystemDevice = space.u16(at + 6);
      }
    }
    oddities |= step == WalkStep.LOOPED ? ConfigOddity.STANDARD_LIST_LOOPS.bit() : 0;
  }

  private ConfigFacts.Features readExtended(ConfigSpace space) {
    boolean egressOpen = false;
    boolean atsEnabled = false;
    boolean vfsEnabled = false;
    int firstVfOffset = 0;
    int vfStride = 0;
    long serialNumber = 0;
    extended.wrap(space);
    WalkStep step;
    while ((step = extended.advance()) == WalkStep.CAPABILITY) {
      int at = extended.offset();
      if (extended.id() == AcsCapability.ID
          && acsRegisters == null
          && at + ACS_LENGTH <= lengthBytes) {
        acs.wrap(space, at);
        acsRegisters = new AcsRegisters(at, acs.capability(), acs.control(), acs.secondDword());
        egressOpen = acs.isEgressOpen();
        if (lengthBytes == ConfigSpace.EXTENDED_LENGTH && !acs.egressVectorIsComplete()) {
          oddities |= ConfigOddity.EGRESS_VECTOR_BEYOND_END.bit();
        }
      } else if (extended.id() == SriovCapability.ID
          && at + SriovCapability.LENGTH <= lengthBytes) {
        firstVfOffset = space.u16(at + SriovCapability.FIRST_VF_OFFSET);
        vfStride = space.u16(at + SriovCapability.VF_STRIDE);
        vfsEnabled = (space.u16(at + SriovCapability.CONTROL) & 1) != 0;
      } else if (extended.id() == ATS && at + ATS_LENGTH <= lengthBytes) {
        atsEnabled = (space.u16(at + ATS_CONTROL) & ATS_ENABLE) != 0;
      } else if (extended.id() == SERIAL_NUMBER && at + SERIAL_NUMBER_LENGTH <= lengthBytes) {
        serialNumber = space.u32(at + 4) & 0xFFFF_FFFFL | (long) space.u32(at + 8) << 32;
      }
    }
    oddities |= step == WalkStep.LOOPED ? ConfigOddity.EXTENDED_LIST_LOOPS.bit() : 0;
    boolean plain =
        !egressOpen && !atsEnabled && !vfsEnabled && (firstVfOffset | vfStride | serialNumber) == 0;
    return plain
        ? ConfigFacts.Features.NONE
        : new ConfigFacts.Features(
            egressOpen, atsEnabled, vfsEnabled, firstVfOffset, vfStride, serialNumber);
  }

  /**
   * The kernel programs isolation of old root ports through this base (quirks.c, INTEL_LPC_RCBA).
   */
  private int chipsetBase(ConfigSpace space) {
    boolean lpc = header.vendor() == INTEL && header.classCode() >>> 8 == ISA_BRIDGE_CLASS;
    return lpc && space.length() >= CHIPSET_BASE + 4 ? space.u32(CHIPSET_BASE) : 0;
  }

  private PortType claimedType(ConfigSpace space, ReadStatus status) {
    if (pcieOffset != 0) {
      return PortType.ofNibble(PcieCapability.typeNibble(space, pcieOffset));
    }
    // What ends early, as 64 bytes do before the first capability, proves nothing by having none,
    // unless the status register says that there is no list.
    boolean mayHaveMore = !status.isConclusive() && (header.status() & CAPABILITY_LIST) != 0;
    return mayHaveMore ? PortType.UNKNOWN : PortType.CONVENTIONAL;
  }

  /** Decides what the bytes alone tell of the read. */
  private static ReadStatus statusOf(ConfigSpace space) {
    int length = space.length();
    if (length == 0) {
      return ReadStatus.UNREADABLE;
    }
    if (onesFrom(space) == 0) {
      return ReadStatus.ALL_ONES;
    }
    if (length < ConfigSpace.UNPRIVILEGED_LENGTH) {
      return ReadStatus.TRUNCATED_UNPRIVILEGED;
    }
    if (space.u32(0) == 0xFFFF_0001 && onesFrom(space) <= 4) {
      return ReadStatus.NOT_READY;
    }
    if (length < ConfigSpace.CONVENTIONAL_LENGTH) {
      return ReadStatus.TRUNCATED_UNPRIVILEGED;
    }
    if (length > BLOCK) {
      if (isAliased(space)) {
        return ReadStatus.EXT_ALIASED;
      }
      if (length - onesFrom(space) >= TORN_TAIL_BYTES) {
        return ReadStatus.TORN_READ;
      }
      return length == ConfigSpace.EXTENDED_LENGTH
          ? ReadStatus.COMPLETE
          : ReadStatus.EXT_UNAVAILABLE;
    }
    return CapabilityWalk.standardOffset(PcieCapability.ID, space) != 0
        ? ReadStatus.EXT_UNAVAILABLE
        : ReadStatus.COMPLETE;
  }

  /** Offset from which on every byte is 0xFF; the length if the last byte is not. */
  private static int onesFrom(ConfigSpace space) {
    int offset = space.length();
    while (offset > 0 && space.u8(offset - 1) == 0xFF) {
      offset--;
    }
    return offset;
  }

  /** The header dword comes back at every multiple of 0x100, as the kernel checks it too. */
  private static boolean isAliased(ConfigSpace space) {
    int identity = space.u32(0);
    for (int offset = BLOCK; offset + 4 <= space.length(); offset += BLOCK) {
      if (space.u32(offset) != identity) {
        return false;
      }
    }
    return true;
  }
}
