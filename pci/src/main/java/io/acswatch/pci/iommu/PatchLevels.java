package io.acswatch.pci.iommu;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The patch levels of a kernel line at which something changes that decides about groups: its
 * model, a line of a quirk table, or how it reads its command line.
 */
public final class PatchLevels {
  private PatchLevels() {}

  /**
   * The first version of each stretch of the line of {@code version} that behaves alike, from patch
   * level 0 on.
   */
  public static List<KernelVersion> of(KernelVersion version) {
    TreeSet<Integer> patches = new TreeSet<>(List.of(0));
    GroupingModel.ranges().forEach(range -> range.addBorders(version, patches));
    ModelChoice.optionRanges().forEach(range -> range.addBorders(version, patches));
    AcsRules.quirkRanges().forEach(range -> range.addBorders(version, patches));
    DmaAliases.quirkRanges().forEach(range -> range.addBorders(version, patches));
    List<KernelVersion> levels = new ArrayList<>();
    for (int patch : patches) {
      levels.add(new KernelVersion(version.major(), version.minor(), patch));
    }
    return levels;
  }
}
