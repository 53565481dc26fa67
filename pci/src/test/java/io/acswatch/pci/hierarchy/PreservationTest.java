package io.acswatch.pci.hierarchy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of one function, by log lines as a kernel with the series wrote them. */
class PreservationTest {
  private static final Map<String, String> SAYS =
      Map.of(
          "asked", "Device will be preserved across next Live Update",
          "back", "Device will no longer be preserved across next Live Update",
          "adopted", "Device was preserved by previous kernel across Live Update",
          "finished", "Device is finished participating in Live Update",
          "destroyed", "Destroying incoming-preserved device!",
          "quirks", "Refusing to preserve device that relies on ACS quirks",
          "joins", "Adding to iommu group 3",
          "leaves", "Removing from iommu group 3",
          "else", "enabling device (0000 -> 0002)");

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "else joins, NONE",
    "asked, ASKED",
    "asked back, TAKEN_BACK",
    "asked back asked, ASKED",
    "quirks, REFUSED_QUIRKS",
    "adopted joins, ADOPTED",
    "adopted joins finished else, FINISHED",
    "adopted joins destroyed, DESTROYED",
    "adopted joins finished joins, FOUND_AGAIN",
    "adopted joins leaves, FOUND_AGAIN",
    "adopted joins leaves joins asked, ASKED",
    "adopted joins asked, ADOPTED_AND_ASKED",
    "adopted asked finished, ADOPTED_AND_ASKED",
    "adopted finished asked back, FINISHED",
    "adopted joins destroyed back, DESTROYED",
  })
  void theLinesOfABootTellWhereItStands(String said, Preservation expected) {
    List<String> log =
        Arrays.stream(said.split(" "))
            .map(word -> "dmesg: [    1.128202] pci 0000:00:02.0: " + SAYS.get(word))
            .toList();

    assertEquals(
        expected,
        Preservation.ofLog(log).getOrDefault(PciAddress.parse("0000:00:02.0"), Preservation.NONE));
  }

  /** A port refuses, and with that the device below it is not asked for any more. */
  @Test
  void aRefusalOfThePortTakesTheDeviceBack() {
    assertEquals(
        Map.of(
            PciAddress.parse("0000:02:00.0"),
            Preservation.TAKEN_BACK,
            PciAddress.parse("0000:00:03.0"),
            Preservation.REFUSED_QUIRKS),
        Preservation.ofLog(
            List.of(
                " vfio-pci 0000:02:00.0: " + SAYS.get("asked"),
                " pcieport 0000:00:03.0: " + SAYS.get("quirks"),
                " vfio-pci 0000:02:00.0: " + SAYS.get("back"))));
  }
}
