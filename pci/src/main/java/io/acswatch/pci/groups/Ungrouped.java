package io.acswatch.pci.groups;

import io.acswatch.pci.iommu.ModelChoice;
import java.util.OptionalInt;

/**
 * Why a function has no group, where others of its host have one.
 *
 * <p>Source: linux {@code drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c}, {@code
 * arm_smmu_insert_master}: two functions with one stream id are not served.
 */
public final class Ungrouped {
  private Ungrouped() {}

  public static String reason(HostView view, int index) {
    if (view.groups() == null || view.function(index).kernel().hasGroup()) {
      return "";
    }
    ModelChoice choice = view.choice();
    OptionalInt other =
        choice.machine().arm64()
            ? choice.sharerOfRequesterId(view.hierarchy(), index)
            : OptionalInt.empty();
    if (other.isPresent()) {
      return other.getAsInt() == index
          ? "the bridge above gives its requests the id that it has itself, and the SMMU refuses an id"
              + " that comes twice"
          : "its requests may carry the id of %s, and the SMMU refuses a stream id that another has"
              .formatted(view.function(other.getAsInt()).address());
    }
    return choice.groupsAtBind() && view.function(index).kernel().driver().isEmpty()
        ? "no driver has been bound to it, and this kernel groups a function when one is"
        : "";
  }
}
