package io.acswatch.pci.groups;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.Machine;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which words of a command line decide about isolation. */
class CommandLineTest {
  @Test
  void wordsThatDecideAreTakenInOrder() {
    assertEquals(
        List.of(
            "iommu=pt",
            "pci=noats",
            "pci=config_acs=101@00:01.0",
            "intel_iommu=on,sm_on",
            "pcie_acs_override=downstream"),
        CommandLine.isolationOptions(
            "quiet iommu=pt  pci=nomsi,noats,config_acs=101@00:01.0 root=/dev/sda\tintel_iommu=on,sm_on"
                + " pcie_acs_override=downstream",
            Machine.UNKNOWN));
  }

  @Test
  void wordsThatOnlyLookLikeItAreNot() {
    assertEquals(
        List.of(),
        CommandLine.isolationOptions("noats xiommu=pt iommufoo=1 pci=pt iommu_x", Machine.UNKNOWN));
  }

  @Test
  void anOptionWithoutValueCounts() {
    assertEquals(
        List.of("pcie_acs_override"),
        CommandLine.isolationOptions("pcie_acs_override", Machine.UNKNOWN));
  }

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource({
    "iommu=pt quiet, pci=noats debug, 'pci=noats came, iommu=pt went'",
    "iommu=pt, iommu=pt quiet, ''",
    "quiet, 'iommu=pt pci=noats', 'iommu=pt came, pci=noats came'",
  })
  void theDifferenceIsWhatCameAndWent(String before, String after, String difference) {
    assertEquals(difference, CommandLine.difference(before, after, Machine.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "quiet  pci=nomsi, '', 'quiet pci=nomsi iommu=pt'",
    "'', '', iommu=pt",
    "'pci=config_acs=1@a;x@b,noats quiet pci=disable_acs_redir=c', "
        + "'pci=config_acs=1@a;x@b pci=disable_acs_redir=c', 'pci=noats quiet iommu=pt'",
  })
  void whatOrdersAcsIsToldFromTheRest(String line, String ofAcs, String rest) {
    assertEquals(ofAcs, CommandLine.ofAcs(line));
    assertEquals(rest, CommandLine.withoutAcs(line, "iommu=pt"));
  }

  @Test
  void wordsThatTheMachineDoesNotKnowSayNothing() {
    String options = "iommu=off intel_iommu=off amd_iommu=off iommu.passthrough=1";

    assertEquals(List.of("iommu.passthrough=1"), understood(options, "smmu3.0x1"));
    assertEquals(
        List.of("iommu=off", "intel_iommu=off", "iommu.passthrough=1"),
        understood(options, "dmar0"));
    assertEquals(
        List.of("iommu=off", "amd_iommu=off", "iommu.passthrough=1"), understood(options, "ivhd0"));
    assertEquals(4, understood(options, "").size());
  }

  private static List<String> understood(String options, String iommus) {
    Machine machine =
        ModelChoice.of(
                new Boot(
                    "boot",
                    "6.12.74",
                    "",
                    options,
                    new Boot.Loader(-1, -1),
                    new Boot.Notes(iommus, "", "", ""),
                    ""),
                null)
            .machine();
    return CommandLine.isolationOptions(options, machine);
  }
}
