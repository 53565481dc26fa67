package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what the kernel log says of functions and live update. */
public final class PreservationLog {
  /** The device a log line is about: {@code vfio-pci 0000:03:00.0: will be ...}. */
  private static final Pattern DEVICE =
      Pattern.compile(" ([0-9a-f]{4,7}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]): ");

  private PreservationLog() {}

  public static Map<PciAddress, Preservation> of(List<String> lines) {
    Map<PciAddress, Preservation> found = new HashMap<>();
    for (String line : lines) {
      Preservation preservation = Preservation.ofLogLine(line);
      if (preservation != Preservation.NONE) {
        Matcher device = DEVICE.matcher(line);
        if (device.find()) {
          found.put(PciAddress.parse(device.group(1)), preservation);
        }
      }
    }
    return found;
  }
}
