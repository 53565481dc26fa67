package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuirkTableTest {
  private static QuirkTable<String> read(String text) throws IOException {
    return QuirkTable.read("q.tsv", new StringReader(text), List.of("any"), effect -> effect);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*\t8086\t1507\tany\tisolated",
        "*\t80860\t1507\tany\tisolated\tx",
        "*\t8086\t15g7\tany\tisolated\tx",
        "*\t8086\t1508-1507\tany\tisolated\tx",
        "6.12\t8086\t1507\tany\tisolated\tx",
        "6..6.12\t8086\t1507\tany\tisolated\tx",
        "*\t8086\t1507\tsometimes\tisolated\tx"
      })
  void malformedLineIsRefusedByItsNumber(String line) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> read("# head\n\n" + line + "\n"));

    assertTrue(refused.getMessage().startsWith("q.tsv:3: "), refused.getMessage());
  }

  @Test
  void linesMatchByVendorDeviceAndKernel() throws IOException {
    QuirkTable<String> table =
        read("6.12.95..6.12,6.19.14..\t17cb\t0111,0120-0124:even\tany\tisolated\tx\n");

    assertEquals(1, table.matching(new KernelVersion(6, 12, 95), 0x17CB, 0x0111).size());
    assertEquals(1, table.matching(new KernelVersion(6, 12, 117), 0x17CB, 0x0122).size());
    assertEquals(0, table.matching(new KernelVersion(6, 12, 94), 0x17CB, 0x0111).size());
    assertEquals(0, table.matching(new KernelVersion(6, 18, 15), 0x17CB, 0x0111).size());
    assertEquals(1, table.matching(new KernelVersion(7, 3, 4), 0x17CB, 0x0111).size());
    assertEquals(0, table.matching(new KernelVersion(7, 3, 4), 0x17CB, 0x0121).size());
    assertEquals(0, table.matching(new KernelVersion(7, 3, 4), 0x17CC, 0x0111).size());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "6.1.0-56-cloud-amd64,#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16),6.1.192",
        "6.12.74+deb12-cloud-amd64,#1 SMP Debian 6.12.74-1~bpo12+1,6.12.74",
        "7.3.4-rig-liveupdate,#1 SMP,7.3.4",
        "6.8.0-45-generic,#45-Ubuntu SMP,6.8.0",
        "7.3,#1,7.3.0",
        "unnamed,#1,0.0.0"
      })
  void versionIsTheStableOne(String release, String version, String expected) {
    assertEquals(expected, KernelVersion.of(release, version).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "5.10.100,legacy-early-acs",
    "6.12.74,legacy-early-acs",
    "6.12.75,legacy-late-acs-regressed",
    "6.12.82,legacy-late-acs-regressed",
    "6.12.83,legacy-early-acs",
    "6.1.164,legacy-early-acs",
    "6.1.165,legacy-late-acs-regressed",
    "6.1.168,legacy-late-acs-regressed",
    "6.1.169,legacy-early-acs",
    "6.6.127,legacy-early-acs",
    "6.6.128,legacy-late-acs-regressed",
    "6.6.134,legacy-late-acs-regressed",
    "6.6.135,legacy-early-acs",
    "6.15.0,legacy-6.15",
    "6.18.15,legacy-6.15",
    "6.18.16,legacy-7.0",
    "6.19.5,legacy-6.15",
    "6.19.6,legacy-7.0",
    "6.19.14,legacy-7.0",
    "7.4.0,legacy-liveupdate",
    "7.3.4,legacy-7.0"
  })
  void modelFollowsTheVersion(String version, String model) {
    assertEquals(model, GroupingModel.of(KernelVersion.of(version, "")).label());
  }

  @Test
  void modelsAreFoundByLabel() {
    for (GroupingModel model : GroupingModel.values()) {
      assertEquals(model, GroupingModel.ofLabel(model.label()));
    }
    assertThrows(IllegalArgumentException.class, () -> GroupingModel.ofLabel("newest"));
  }

  @Test
  void deviceListsKnowRangesAndSteps() {
    DeviceIds ids = DeviceIds.parse("10e6-10e8,1d10-1d1e:even");

    assertTrue(ids.contain(0x10E7));
    assertTrue(ids.contain(0x1D12));
    assertFalse(ids.contain(0x1D11));
    assertTrue(DeviceIds.parse("*").contain(0xFFFF));
  }

  @ParameterizedTest(name = "{0} contains {1}: {2}")
  @CsvSource({
    "*, 6.1.0, true",
    "..6.12, 6.1.5, true",
    "..6.12, 6.12.99, true",
    "..6.12, 6.13.0, false",
    "6.1.2..6.1.5, 6.1.2, true",
    "6.1.2..6.1.5, 6.1.5, true",
    "6.1.2..6.1.5, 6.1.6, false",
    "6.1.2..6.1.5, 6.1.1, false",
    "'6.1..6.1,7.0..', 7.9.1, true"
  })
  void rangesIncludeBothEnds(String ranges, String version, boolean expected) {
    assertEquals(expected, KernelRanges.parse(ranges).contain(KernelVersion.of(version, "")));
  }

  @Test
  void tableThatDoesNotShipIsNamed() {
    IllegalStateException missing =
        assertThrows(
            IllegalStateException.class,
            () -> QuirkTable.ofResource("no-such.tsv", List.of(), effect -> effect));

    assertTrue(missing.getMessage().contains("no-such.tsv"), missing::getMessage);
  }
}
