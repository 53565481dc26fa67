package io.acswatch.pci.iommu;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kernel versions a table line holds for: {@code *}, or {@code 6.12.75..6.12,6.19.6..}. Ranges
 * include both ends; an end of two numbers includes all its patch levels.
 */
public record KernelRanges(List<Range> ranges) {
  private static final KernelRanges ALL = new KernelRanges(List.of());
  private static final Pattern VERSION =
      Pattern.compile("(\\d{1,5})\\.(\\d{1,5})(?:\\.(\\d{1,5}))?");

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
              from.isEmpty() ? KernelVersion.UNKNOWN : version(from, 0),
              version(to.isEmpty() ? "65535.0" : to, Integer.MAX_VALUE)));
    }
    return new KernelRanges(List.copyOf(ranges));
  }

  private static KernelVersion version(String text, int patchIfAbsent) {
    Matcher matcher = VERSION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("kernel=\"" + text + "\", expected N.N or N.N.N");
    }
    return new KernelVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        matcher.group(3) == null ? patchIfAbsent : Integer.parseInt(matcher.group(3)));
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
    for (Range range : ranges) {
      if (version.compareTo(range.from()) >= 0 && version.compareTo(range.to()) <= 0) {
        return true;
      }
    }
    return false;
  }
}
