package io.acswatch.pci.alert;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import java.util.List;

/** A 16-bit ACS register of one function, at its offset in configuration space. */
public record RegisterChange(
    PciAddress port,
    DevicePath path,
    PortType portType,
    int registerOffset,
    int before,
    int after) {

  /** Mask of the bits that were set and are clear. */
  public int lost() {
    return before & ~after;
  }

  /** Mask of the bits that were clear and are set. */
  public int gained() {
    return after & ~before;
  }

  /** Short names of the bits that were lost; of those gained, where none was lost. */
  public List<String> bitNames() {
    return AcsRegisters.flagNames(lost() != 0 ? lost() : gained());
  }
}
