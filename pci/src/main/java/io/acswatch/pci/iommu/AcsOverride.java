package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The {@code pcie_acs_override=} option of a widespread downstream patch: functions without an ACS
 * capability are believed to isolate. Words, separated by commas: {@code downstream} for root and
 * downstream ports, {@code multifunction} for functions of one device, {@code id:vvvv:dddd}.
 *
 * @param downstream ports are believed
 * @param multifunction functions of one device are believed
 * @param ids devices, {@code vvvv:dddd} in lower case, that are believed
 */
public record AcsOverride(boolean downstream, boolean multifunction, Set<String> ids) {
  public static final AcsOverride NONE = new AcsOverride(false, false, Set.of());

  /** What {@code pcie_acs_override=downstream,multifunction} believes. */
  public static final AcsOverride USUAL = new AcsOverride(true, true, Set.of());

  private static final String OPTION = "pcie_acs_override=";

  /** Reads the option from a kernel command line; {@link #NONE} if it is not there. */
  public static AcsOverride of(String commandLine) {
    if (!commandLine.contains(OPTION)) {
      return NONE; // for each snapshot, and twice for each alert
    }
    boolean downstream = false;
    boolean multifunction = false;
    Set<String> ids = new HashSet<>();
    for (String word : commandLine.split("\\s+")) {
      if (!word.startsWith(OPTION)) {
        continue;
      }
      for (String part : word.substring(OPTION.length()).split(",")) {
        downstream |= part.equals("downstream");
        multifunction |= part.equals("multifunction");
        if (part.startsWith("id:")) {
          ids.add(part.substring(3).toLowerCase(Locale.ROOT));
        }
      }
    }
    return new AcsOverride(downstream, multifunction, Set.copyOf(ids));
  }

  public boolean isActive() {
    return downstream || multifunction || !ids.isEmpty();
  }

  /** True if it believes in this function; asked only where there is no ACS capability. */
  boolean believes(HostHierarchy hierarchy, int index) {
    if (!hierarchy.type(index).isPcie()) {
      // Of a conventional function the patch asks nothing, ids included.
      return false;
    }
    if (ids.contains(hierarchy.function(index).ids().toString())) {
      return true;
    }
    return switch (hierarchy.type(index)) {
      case ROOT_PORT, DOWNSTREAM_PORT -> downstream;
      case ENDPOINT, LEGACY_ENDPOINT, UPSTREAM_PORT, ROOT_COMPLEX_ENDPOINT ->
          multifunction && hierarchy.isMultifunction(index);
      default -> false;
    };
  }
}
