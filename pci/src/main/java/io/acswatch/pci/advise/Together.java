package io.acswatch.pci.advise;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.List;

/**
 * What it takes for two functions to reach each other directly, without the IOMMU, as peers do that
 * exchange data below one switch.
 *
 * @param redirecting ports that send such requests up to the IOMMU now
 * @param change options of the command line that end it; empty if there is none
 * @param joined the groups that would become one each, by the forecast: the isolation that is lost
 * @param answer the outcome in one sentence
 */
public record Together(
    List<PciAddress> redirecting, String change, List<List<PciAddress>> joined, String answer) {
  public Together {
    redirecting = List.copyOf(redirecting);
    joined = List.copyOf(joined);
  }
}
