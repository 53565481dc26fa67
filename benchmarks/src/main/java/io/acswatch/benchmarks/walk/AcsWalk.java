package io.acswatch.benchmarks.walk;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.PcieCapability;

/**
 * Finds ACS in one function, as the decoder does: the standard list to the PCI Express capability,
 * for without it there is no extended space, then the extended list to ACS.
 */
public final class AcsWalk {
  public static final int NONE = -1;

  private static final int ACS_LENGTH = 8;

  private AcsWalk() {}

  public static int controlOf(ConfigSpace space) {
    if (CapabilityWalk.standardOffset(PcieCapability.ID, space) == 0) {
      return NONE;
    }
    int offset = CapabilityWalk.extendedOffset(AcsCapability.ID, space);
    return offset == 0 || offset > space.length() - ACS_LENGTH
        ? NONE
        : space.u16(offset + AcsCapability.CONTROL_OFFSET);
  }
}
