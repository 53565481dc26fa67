package io.acswatch.pci.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BootOrderTest {
  /** A function by address and place below the first root bus, or with a root bus of its own. */
  private static PciFunction function(String text) {
    String[] parts = text.split(" ");
    String place = parts[1].startsWith("pci") ? parts[1] : "pci0000:00/" + parts[1];
    return new PciFunction(
        PciAddress.parse(parts[0]),
        new DevicePath(place),
        new PciIds(0x1AF4, 1, 0x060400),
        ConfigFacts.unread(ReadStatus.UNREADABLE, 0),
        KernelView.NONE);
  }

  private static String order(String... functions) {
    List<PciFunction> found = Stream.of(functions).map(BootOrderTest::function).toList();
    return String.join(" ", BootOrder.of(found).stream().map(f -> f.address().toString()).toList());
  }

  @Test
  void busBeforeWhatIsBelowItsBridges() {
    assertEquals(
        "0000:00:01.0 0000:00:02.0 0000:05:00.0 0000:06:00.0 0000:01:00.0 0000:01:00.1",
        order(
            "01:00.1 02.0/00.1",
            "00:02.0 02.0",
            "01:00.0 02.0/00.0",
            "06:00.0 01.0/00.0/00.0",
            "05:00.0 01.0/00.0",
            "00:01.0 01.0"));
  }

  @Test
  void rootBusesAsGivenAndThoseBehindVmdLast() {
    assertEquals(
        "0000:80:01.0 0000:81:00.0 0000:00:0e.0 0000:00:1f.0 10000:e0:00.0 10000:e1:00.0",
        order(
            "0000:80:01.0 pci0000:80/01.0",
            "10000:e1:00.0 pci0000:00/0e.0/pci10000:e0/00.0/00.0",
            "10000:e0:00.0 pci0000:00/0e.0/pci10000:e0/00.0",
            "0000:00:1f.0 pci0000:00/1f.0",
            "0000:00:0e.0 pci0000:00/0e.0",
            "0000:81:00.0 pci0000:80/01.0/00.0"));
  }

  @Test
  void sameBusNumberInTwoDomainsIsTwoBuses() {
    assertEquals(
        "0001:00:05.0 0001:00:06.0 0000:00:02.0 0000:00:03.0",
        order(
            "0001:00:06.0 pci0001:00/06.0",
            "0000:00:03.0 pci0000:00/03.0",
            "0001:00:05.0 pci0001:00/05.0",
            "0000:00:02.0 pci0000:00/02.0"));
  }
}
