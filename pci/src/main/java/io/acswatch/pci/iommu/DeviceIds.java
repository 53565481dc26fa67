package io.acswatch.pci.iommu;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Device ids a table line holds for: {@code *}, or {@code 1507,10f7-10fc,1d10-1d1e:even}. */
record DeviceIds(List<Range> ranges) {
  private static final DeviceIds ALL = new DeviceIds(List.of(new Range(0, 0xFFFF, 1)));
  private static final String EVEN = ":even";

  record Range(int from, int to, int step) {}

  /** Reads the text form. Throws IllegalArgumentException with what is wrong. */
  static DeviceIds parse(String text) {
    if (text.equals("*")) {
      return ALL;
    }
    List<Range> ranges = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      boolean even = part.endsWith(EVEN);
      String range = even ? part.substring(0, part.length() - EVEN.length()) : part;
      int dash = range.indexOf('-');
      int from = hex16(dash < 0 ? range : range.substring(0, dash));
      int to = dash < 0 ? from : hex16(range.substring(dash + 1));
      if (from > to) {
        throw new IllegalArgumentException("devices=\"" + part + "\", expected a rising range");
      }
      ranges.add(new Range(from, to, even ? 2 : 1));
    }
    return new DeviceIds(List.copyOf(ranges));
  }

  /** Reads four hex digits. Throws IllegalArgumentException with what is wrong. */
  static int hex16(String text) {
    if (text.length() != 4) {
      throw new IllegalArgumentException("id=\"" + text + "\", expected four hex digits");
    }
    return Integer.parseInt(text, 16);
  }

  void addTo(BitSet devices) {
    for (Range range : ranges) {
      for (int device = range.from(); device <= range.to(); device += range.step()) {
        devices.set(device);
      }
    }
  }

  boolean contain(int device) {
    for (int i = 0; i < ranges.size(); i++) { // makes no iterator: asked for each function
      Range range = ranges.get(i);
      if (device >= range.from()
          && device <= range.to()
          && (device - range.from()) % range.step() == 0) {
        return true;
      }
    }
    return false;
  }
}
