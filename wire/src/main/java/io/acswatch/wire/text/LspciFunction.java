package io.acswatch.wire.text;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.CapturedFunction;

/**
 * One function of an {@code lspci} dump.
 *
 * @param address its address; domain 0 if the dump names none
 * @param heading what the dump calls it, without the address
 * @param config the bytes of the dump; 64, 128, 256 or 4096
 */
public record LspciFunction(PciAddress address, String heading, ConfigSpace config) {

  /** Ids out of the configuration space; 0xFFFF for vendor and device of a VF. */
  public PciIds ids() {
    return DeviceLines.idsOf(config);
  }

  /** The same as part of a capture: nothing is known but the bytes. */
  public CapturedFunction toCaptured() {
    return new CapturedFunction(
        address, "", config, ReadStatus.COMPLETE, ids(), KernelView.NONE, "");
  }
}
