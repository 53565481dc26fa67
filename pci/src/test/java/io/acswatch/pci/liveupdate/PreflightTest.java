package io.acswatch.pci.liveupdate;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static io.acswatch.pci.liveupdate.Preflight.Mode.LIVE_UPDATE;
import static io.acswatch.pci.liveupdate.Preflight.Mode.PLAIN_KEXEC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.hierarchy.PciIds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
  private static final List<String> NAMES = List.of("RP", "USP", "D1", "D2", "A", "B");

  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b");
  }

  /** A bit was lost in the running kernel, whose groups stay as they were. */
  private static TestHost drifted() {
    TestHost host = host().acs("RP", CLEARED);
    for (int i = 0; i < NAMES.size(); i++) {
      host.reportGroup(NAMES.get(i), i);
    }
    return host;
  }

  private static Preflight.Result preflight(
      TestHost host, Preflight.Mode mode, String release, String commandLine) {
    return Preflight.of(host.snapshot(), mode, release, commandLine, null);
  }

  private static boolean merges(Preflight.Result result) {
    return result.findings().stream()
        .anyMatch(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM);
  }

  @Test
  void wholeHostMayGo() {
    for (Preflight.Mode mode : Preflight.Mode.values()) {
      Preflight.Result result = preflight(host(), mode, null, null);
      assertEquals(Preflight.Outcome.GO, result.outcome(), result.reasons().toString());
    }
  }

  @Test
  void lostBitHealsInAnOrdinaryKexecAndMergesInALiveUpdate() {
    Preflight.Result healed = preflight(drifted(), PLAIN_KEXEC, null, null);
    assertEquals(Preflight.Outcome.GO, healed.outcome(), healed.reasons().toString());

    Preflight.Result merged = preflight(drifted(), LIVE_UPDATE, null, null);
    assertEquals(Preflight.Outcome.NO_GO, merged.outcome());
    assertTrue(merges(merged));
    assertTrue(
        merged.findings().stream().anyMatch(alert -> alert.code() == AlertCode.PENDING_MERGE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pci=disable_acs_redir=00:01.0",
        "pci=disable_acs_redir=0000:00:01.0",
        "pci=nommconf,disable_acs_redir=07:00.0;00:01.0",
        "pci=disable_acs_redir=pci:1af4:0001",
        "pci=config_acs=xx0xx@00:01.0",
        "pci=config_acs=xxxx0@07:00.0;0xxxx@00:01.0"
      })
  void commandLineToComeMerges(String option) {
    Preflight.Result result = preflight(host(), PLAIN_KEXEC, null, "intel_iommu=on " + option);

    assertTrue(merges(result), option);
    assertEquals(Preflight.Outcome.NO_GO, result.outcome());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pci=disable_acs_redir=00:02.0",
        "pci=disable_acs_redir=pci:8086:0001",
        "pci=config_acs=11111@00:01.0",
        "pci=noats",
        "quiet"
      })
  void commandLineThatTouchesNothingDoesNotMerge(String option) {
    assertTrue(!merges(preflight(host(), PLAIN_KEXEC, null, "intel_iommu=on " + option)), option);
  }

  @Test
  void pathNamesADeviceBelow() {
    // D1 alone: no merge of the kernel's, but a hole in the hardware.
    Preflight.Result result =
        preflight(
            host(), PLAIN_KEXEC, null, "intel_iommu=on pci=disable_acs_redir=00:01.0/00.0/00.0");

    assertTrue(!merges(result));
    assertTrue(
        result.findings().stream()
            .anyMatch(
                alert ->
                    alert.code() == AlertCode.ACS_BIT_CLEARED
                        && alert.devices().get(0).address().toString().equals("0000:02:00.0")),
        result.findings().toString());
  }

  @Test
  void liveUpdatePassesTheCommandLineByForWhatItPreserves() {
    Preflight.Result result =
        preflight(host(), LIVE_UPDATE, null, "intel_iommu=on pci=disable_acs_redir=00:01.0");

    assertTrue(!merges(result), result.findings().toString());
  }

  @Test
  void kernelsBefore611DoNotKnowConfigAcs() {
    String option = "intel_iommu=on pci=config_acs=xx0xx@00:01.0";

    assertTrue(!merges(preflight(host().release("6.1.192"), PLAIN_KEXEC, null, option)));
  }

  @Test
  void iommuSwitchedOffIsNoGo() {
    Preflight.Result result = preflight(host(), PLAIN_KEXEC, null, "intel_iommu=off");

    assertEquals(Preflight.Outcome.NO_GO, result.outcome());
    assertTrue(result.findings().stream().anyMatch(alert -> alert.code() == AlertCode.IOMMU_OFF));
  }

  @Test
  void kernelWithoutTheQuirkMerges() {
    PciIds quirked = new PciIds(0x17CB, 0x0111, 0x060400);
    TestHost host =
        host().release("6.12.95").add("RP", "00:01.0", null, ROOT_PORT, false, NONE, quirked);

    assertTrue(merges(preflight(host, PLAIN_KEXEC, "6.16.12", null)));
    assertTrue(!merges(preflight(host, PLAIN_KEXEC, "7.0.13", null)));
  }

  @Test
  void vfOfAVmIsRefused() {
    Preflight.Result result =
        preflight(host().vf("V", "03:00.1", "A").owner("V", "vm-c"), LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.NO_GO, result.outcome());
    assertTrue(
        result.findings().stream()
            .anyMatch(alert -> alert.code() == AlertCode.PRESERVATION_REFUSED));
  }

  @Test
  void deviceBelowAPortThatReliesOnQuirksIsRefused() {
    PciIds sunrisePoint = new PciIds(0x8086, 0xA110, 0x060400);
    TestHost host =
        host()
            .add(
                "RP",
                "00:01.0",
                null,
                ROOT_PORT,
                false,
                new io.acswatch.pci.config.capability.AcsRegisters(0x148, 0x5F, 0, 0x1D),
                sunrisePoint);
    Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.NO_GO, result.outcome());
    assertTrue(result.reasons().get(0).contains("0000:00:01.0 relies on ACS quirks"));
    assertEquals(Preflight.Outcome.GO, preflight(host, PLAIN_KEXEC, null, null).outcome());
  }

  @Test
  void mergeThatHangsOnUnreadBytesIsAQuestion() {
    TestHost unread = host().unread("RP");
    for (int i = 0; i < NAMES.size(); i++) {
      unread.reportGroup(NAMES.get(i), i);
    }
    Preflight.Result result = preflight(unread, PLAIN_KEXEC, null, null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    assertTrue(
        result.reasons().get(0).contains("0000:00:01.0 UNKNOWN"), result.reasons().toString());
    assertTrue(result.findings().stream().noneMatch(a -> a.severity().isAtLeast(Severity.HIGH)));
  }

  @Test
  void architectureThatGroupsByOtherRulesIsUnknown() {
    TestHost host = drifted().release("5.14.0-427.el9.s390x");
    Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    SnapshotGroups groups = SnapshotGroups.of(host.snapshot(), null);
    assertEquals(groups.kernel(), groups.derived());
    assertEquals(NAMES.size(), groups.notComputable().size());
  }

  @Test
  void iommuThatGroupsByStreamIdsIsUnknown() {
    TestHost host = drifted().iommus("smmu.0xe0800000");
    Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    assertTrue(
        result.reasons().get(0).contains("the driver of IOMMU smmu.0xe0800000"),
        result.reasons().toString());
    SnapshotGroups groups = SnapshotGroups.of(host.snapshot(), null);
    assertEquals(groups.kernel(), groups.derived());
    assertEquals(NAMES.size(), groups.notComputable().size());
    assertTrue(groups.modelReason().contains("smmu.0xe0800000"), groups.modelReason());
  }

  @Test
  void hostWithoutGroupsIsUnknown() {
    TestHost host = host().withoutIommu();
    HostState first = Judgement.apply(HostState.NONE, host.snapshot()).state();
    assertEquals(1, first.open().size());

    Preflight.Result result =
        preflight(
            new TestHost()
                .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
                .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
                .withoutIommu()
                .commandLine("quiet"),
            PLAIN_KEXEC,
            null,
            null);
    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
  }
}
