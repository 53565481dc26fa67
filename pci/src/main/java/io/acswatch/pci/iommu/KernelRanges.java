package io.acswatch.pci.iommu;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Kernel versions a table line holds for: {@code *}, or {@code 6.12.75..6.12,6.19.6..}. Ranges
 * include both ends; an end of two numbers includes all its patch levels.
 */
public record KernelRanges(List<Range> ranges) {
  private static final KernelRanges ALL = new KernelRanges(List.of());

  record Range(KernelVersion from, KernelVersion to) {}

  /** Reads the text form. Throws IllegalArgumentException with what is wrong. */
  public static KernelRanges parse(String text) {
    if (text.equals("*")) {
      return ALL;
    }
    List<Range> ranges = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int dots = part.indexOf("..");
      if (dots < 0) {
        throw new IllegalArgumentException("kernels=\"" + text + "\", expected * or FROM..TO");
      }
      String from = part.substring(0, dots);
      String to = part.substring(dots + 2);
      ranges.add(
          new Range(
              from.isEmpty() ? KernelVersion.UNKNOWN : KernelVersion.parse(from, 0),
              KernelVersion.parse(to.isEmpty() ? "65535.0" : to, Integer.MAX_VALUE)));
    }
    return new KernelRanges(List.copyOf(ranges));
  }

  /** Adds the patch levels of the line of {@code version} from which on another answer holds. */
  void addBorders(KernelVersion version, Set<Integer> patches) {
    for (Range range : ranges) {
      if (range.from().isOfLine(version)) {
        patches.add(range.from().patch());
      }
      if (range.to().isOfLine(version) && range.to().patch() != Integer.MAX_VALUE) {
        patches.add(range.to().patch() + 1);
      }
    }
  }

  public boolean contain(KernelVersion version) {
    if (ranges.isEmpty()) {
      return true;
    }
    for (int i = 0;
        i < ranges.size();
        i++) { // makes no iterator: asked for each quirk of each function
      Range range = ranges.get(i);
      if (version.compareTo(range.from()) >= 0 && version.compareTo(range.to()) <= 0) {
        return true;
      }
    }
    return false;
  }
}
