package io.acswatch.pci.hierarchy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesAndPlacesTest {
  @ParameterizedTest
  @ValueSource(strings = {"0000:3b:00.1", "10000:e0:1f.7", "7fffffff:ff:1f.7", "0000:00:00.0"})
  void addressesReadAsTheyPrint(String text) {
    assertEquals(text, PciAddress.parse(text).toString());
  }

  @Test
  void domainMayBeLeftOut() {
    assertEquals(PciAddress.of(0, 0x3B, 0, 1), PciAddress.parse("3b:00.1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00:00",
        "00:20.0",
        "00:00.8",
        "g0:00.0",
        "0000:00:00",
        ":00:00.0",
        "0000:0:00.0",
        "123456789:00:00.0",
        "0000:00:00.0 ",
        "ffffffff:00:00.0",
        "0000-00:00.0"
      })
  void otherTextsAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> PciAddress.parse(text));
  }

  private static DevicePath ofSysfs(String path) {
    return DevicePath.ofSysfs(path, new StringBuilder());
  }

  @Test
  void placeIsTheChainOfDevicesWithoutBusNumbers() {
    DevicePath path = ofSysfs("/sys/devices/pci0000:00/0000:00:03.0/0000:04:00.0/0000:05:00.1");

    assertEquals("pci0000:00/03.0/00.0/00.1", path.text());
    assertEquals("pci0000:00/03.0/00.0", path.bridge().text());
    assertNull(ofSysfs("/sys/devices/pci0000:00/0000:00:03.0").bridge());
    assertTrue(path.isBelow(path.bridge()));
  }

  @Test
  void componentsAboveTheRootBusAreLeftOut() {
    assertEquals(
        "pci0000:00/01.0",
        ofSysfs("/sys/devices/platform/40000000.pcie/pci0000:00/0000:00:01.0").text());
  }

  @Test
  void vmdHasARootBusOfItsOwn() {
    DevicePath path = ofSysfs("/sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:02.0");

    assertEquals("pci0000:00/0e.0/pci10000:e0/02.0", path.text());
    assertNull(path.bridge());
    assertEquals("pci0000:00/0e.0", path.vmdEndpoint().text());
  }

  @Test
  void vfIsNamedByItsPf() {
    DevicePath pf = ofSysfs("/sys/devices/pci0000:00/0000:00:03.0/0000:04:00.0");
    DevicePath vf = pf.virtualFunction(2);

    assertEquals("pci0000:00/03.0/00.0/vf2", vf.text());
    assertEquals(pf, vf.physicalFunction());
    assertEquals(pf.bridge(), vf.bridge());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/sys/devices/pci0000:00", "/sys/devices/x", "pci0000:00/virtio0"})
  void pathsWithoutAFunctionAreNoPlaces(String text) {
    assertNull(ofSysfs(text));
  }

  /** A map that takes the low bits of a hash must not meet one bucket only. */
  @Test
  void addressesOfManyBusesSpreadOverTheBucketsOfMaps() {
    long buckets =
        IntStream.range(0, 256)
            .map(bus -> PciAddress.of(0, bus, 0, 0).hashCode())
            .map(hash -> (hash ^ hash >>> 16) & 0xFF)
            .distinct()
            .count();
    assertTrue(buckets > 128, () -> buckets + " buckets of 256");
  }
}
