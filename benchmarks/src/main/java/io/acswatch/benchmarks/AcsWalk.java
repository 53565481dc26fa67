package io.acswatch.benchmarks;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.ExtendedCapabilities;
import io.acswatch.pci.config.capability.PcieCapability;
import io.acswatch.pci.config.capability.StandardCapabilities;

/**
 * Finds ACS in one function, as the decoder does: the standard list to the PCI Express capability,
 * for without it there is no extended space, then the extended list to ACS. Holds reusable views;
 * not thread-safe.
 */
final class AcsWalk {
  /** No ACS capability. */
  static final int NONE = -1;

  private final StandardCapabilities standard = new StandardCapabilities();
  private final ExtendedCapabilities extended = new ExtendedCapabilities();
  private final AcsCapability acs = new AcsCapability();

  /** The ACS Control word, or {@link #NONE}. */
  int controlOf(ConfigSpace space) {
    if (standard.wrap(space).find(PcieCapability.ID) == 0) {
      return NONE;
    }
    int offset = extended.wrap(space).find(AcsCapability.ID);
    return offset == 0 ? NONE : acs.wrap(space, offset).control();
  }
}
