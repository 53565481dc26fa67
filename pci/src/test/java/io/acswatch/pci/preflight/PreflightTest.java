package io.acswatch.pci.preflight;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static io.acswatch.pci.preflight.Preflight.Mode.LIVE_UPDATE;
import static io.acswatch.pci.preflight.Preflight.Mode.PLAIN_KEXEC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
  private static final LiveUpdateAbility CAN =
      new LiveUpdateAbility(LiveUpdateAbility.Answer.CAN, "a test");
  private static final LiveUpdateAbility CANNOT =
      new LiveUpdateAbility(LiveUpdateAbility.Answer.CANNOT, "/boot/config-7.3.4 lacks it");

  /** What a kernel is told that is to take over devices. */
  private static final String ABLE = " liveupdate=on kho=on";

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
    return mode == LIVE_UPDATE
        ? update(host, release, (commandLine == null ? "intel_iommu=on" : commandLine) + ABLE, CAN)
        : Preflight.of(
            host.snapshot(),
            mode,
            release,
            commandLine,
            null,
            List.of(),
            Preflight.ability(host.snapshot(), release, null));
  }

  private static Preflight.Result update(
      TestHost host, String release, String commandLine, LiveUpdateAbility ability) {
    return Preflight.of(
        host.snapshot(), LIVE_UPDATE, release, commandLine, null, List.of(), ability);
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
  void controlsLeftAsFoundAreAQuestionUnlessTheyMergeAnyway() {
    String kept = "intel_iommu=on pci=config_acs=x11xx@00:01.0";
    Preflight.Result open = preflight(host(), PLAIN_KEXEC, "6.12.74", kept);
    Preflight.Result set =
        preflight(host(), PLAIN_KEXEC, "6.12.74", "intel_iommu=on pci=config_acs=111x1@00:01.0");

    assertEquals(Preflight.Outcome.UNKNOWN, open.outcome(), open.reasons().toString());
    assertTrue(
        open.reasons()
            .get(0)
            .matches(
                ".*moment of the kexec: pci=config_acs= leaves controls .*: GROUP_MERGED_CROSS_VM:"
                    + " .*vm-a, vm-b.*"),
        open.reasons().toString());
    assertEquals(Preflight.Outcome.GO, set.outcome(), set.reasons().toString());
    assertEquals(Preflight.Outcome.GO, preflight(host(), LIVE_UPDATE, "6.12.74", kept).outcome());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "6.11.0, UNKNOWN",
    "6.12.1, UNKNOWN",
    "6.12.73, UNKNOWN",
    "6.12.74, GO",
    "6.14.11, UNKNOWN",
    "6.15.0, GO",
    "6.10.14, GO"
  })
  void kernelsThatMisreadAcsOptionsAreAQuestion(String release, Preflight.Outcome outcome) {
    String options = "intel_iommu=on pci=disable_acs_redir=00:09.0";

    assertEquals(outcome, preflight(host(), PLAIN_KEXEC, release, options).outcome());
    assertEquals(
        Preflight.Outcome.GO, preflight(host(), PLAIN_KEXEC, release, "intel_iommu=on").outcome());
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

  /** Debian 12 calls all its kernels 6.1.0-NN, some of which form groups before ACS is on. */
  @Test
  void releaseThatHidesItsPatchLevelIsUnknownWhereItDependsOnThat() {
    Preflight.Result result = preflight(host(), PLAIN_KEXEC, "6.1.0-49-amd64", null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    String all = String.join("\n", result.reasons());
    assertTrue(
        all.contains(
            "Under legacy-early-acs with the quirks of 6.1.0; under legacy-early-acs with the quirks"
                + " of 6.1.169: go"),
        all);
    assertTrue(
        all.contains("Under legacy-late-acs-regressed with the quirks of 6.1.165: unknown"), all);
    assertTrue(all.contains("The difference is made by 0000:00:01.0"), all);
    assertTrue(result.findings().stream().noneMatch(a -> a.severity().isAtLeast(Severity.HIGH)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Debian 6.1.174-1",
        "6.1.0-49-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.174-1 (2026-05-01)",
        "6.1.174"
      })
  void debiansOwnWordForThePatchLevelDecides(String target) {
    Preflight.Result result = preflight(host(), PLAIN_KEXEC, target, null);

    assertEquals(Preflight.Outcome.GO, result.outcome(), result.reasons().toString());
    assertEquals("kernel 6.1.174", result.model().reason());
  }

  @Test
  void rulesThatAReleaseDoesNotTellDoNotMatterWhereAllComeToTheSame() {
    Preflight.Result quiet = preflight(host(), PLAIN_KEXEC, "6.17.0-20-generic", null);
    Preflight.Result lost =
        preflight(host(), PLAIN_KEXEC, "6.18", "intel_iommu=on pci=disable_acs_redir=00:01.0");

    assertEquals(Preflight.Outcome.GO, quiet.outcome(), quiet.reasons().toString());
    assertEquals(Preflight.Outcome.NO_GO, lost.outcome());
    assertTrue(merges(lost));
    assertEquals("one of 2 rule sets that 6.18 may follow", lost.model().reason());
    assertTrue(
        quiet.reasons().stream().anyMatch(r -> r.startsWith("The same under each of 4 rule sets")),
        quiet.reasons().toString());
  }

  @Test
  void quirkThatSomePatchLevelsLackIsUnknown() {
    PciIds quirked = new PciIds(0x17CB, 0x0111, 0x060400);
    TestHost host =
        host().release("6.12.95").add("RP", "00:01.0", null, ROOT_PORT, false, NONE, quirked);

    Preflight.Result result = preflight(host, PLAIN_KEXEC, "6.18", null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    assertTrue(result.reasons().get(1).contains("no-go: GROUP_MERGED_CROSS_VM"));
    assertTrue(
        result.reasons().get(1).endsWith("made by 0000:00:01.0, which would not isolate then."));
    assertTrue(result.reasons().get(2).startsWith("Under legacy-7.0 with the quirks of 6.18.16"));
    assertTrue(merges(result));
  }

  /** What no rules explain now, none foretell. */
  @Test
  void hostWhoseOwnGroupsNoRulesExplainIsUnknown() {
    TestHost odd = host().owner("A", "vm-a").reportGroup("A", 9).reportGroup("RP", 9);

    Preflight.Result result = preflight(odd, PLAIN_KEXEC, "7.3.4", null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    assertTrue(result.reasons().get(0).startsWith("No rules that are known explain"));
  }

  @Test
  void targetWithoutAVersionIsUnknown() {
    Preflight.Result result = preflight(host(), PLAIN_KEXEC, "vmlinuz-test", null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome());
    assertTrue(result.reasons().get(0).contains("\"vmlinuz-test\" names no version"));
    assertEquals(
        Preflight.Outcome.GO,
        Preflight.of(
                host().release("mine").snapshot(),
                PLAIN_KEXEC,
                null,
                null,
                GroupingModel.LEGACY_EARLY_ACS,
                List.of(),
                Preflight.ability(
                    host().release("mine").snapshot(), null, GroupingModel.LEGACY_EARLY_ACS))
            .outcome());
  }

  /**
   * Function 1 also uses the id of function 3, and function 0 never isolates. A kernel that
   * switches ACS on late groups function 1 while function 3 has the words of the boot before: if
   * they are cleared, function 1 comes to function 0.
   */
  private static TestHost slotWithSharedId() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", "01:12.0", "RP", ENDPOINT, true, NONE)
        .add("B", "01:12.1", "RP", ENDPOINT, true, OK, new PciIds(0x8086, 0x2260, 0x0B4000))
        .add("C", "01:12.3", "RP", ENDPOINT, true, OK)
        .owner("A", "vm-a")
        .owner("B", "vm-b")
        .owner("C", "vm-b");
  }

  @Test
  void slotWithASharedIdDependsOnTheWordsUnderALateKernelOnly() {
    TestHost host = slotWithSharedId();
    Preflight.Result early = preflight(host, PLAIN_KEXEC, "6.18.15", null);
    assertEquals(Preflight.Outcome.GO, early.outcome(), early.reasons().toString());

    Preflight.Result late = preflight(host, PLAIN_KEXEC, "7.0.13", null);
    assertEquals(Preflight.Outcome.UNKNOWN, late.outcome(), late.reasons().toString());
    assertEquals(1, late.reasons().size());
    assertTrue(
        late.reasons()
            .get(0)
            .matches(
                ".*moment of the kexec.*cleared by then: GROUP_MERGED_CROSS_VM: .*vm-a, vm-b.*"),
        late.reasons().toString());
    assertTrue(late.findings().stream().noneMatch(alert -> alert.code().isMerge()));

    host.acs("C", CLEARED).reportGroup("A", 1).reportGroup("B", 2).reportGroup("C", 3);
    Preflight.Result cleared = preflight(host, PLAIN_KEXEC, "7.0.13", null);
    assertEquals(Preflight.Outcome.NO_GO, cleared.outcome(), cleared.reasons().toString());
    assertTrue(merges(cleared));
  }

  @Test
  void hostWithoutSharedIdsDoesNotDependOnTheWordsAtTheKexec() {
    assertEquals(Preflight.Outcome.GO, preflight(host(), PLAIN_KEXEC, "7.0.13", null).outcome());
  }

  @Test
  void regressedKernelDependsOnTheWordsAtTheKexec() {
    TestHost host = host().release("6.12.80").kexec("boot-1");
    for (int i = 0; i < NAMES.size(); i++) {
      host.reportGroup(NAMES.get(i), i);
    }
    Preflight.Result kexec = preflight(host, PLAIN_KEXEC, null, null);
    Preflight.Result update = preflight(host, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.UNKNOWN, kexec.outcome(), kexec.reasons().toString());
    assertTrue(kexec.reasons().get(0).contains("cleared by then: GROUP_MERGED_CROSS_VM"));
    assertEquals(Preflight.Outcome.GO, update.outcome(), update.reasons().toString());
  }

  @Test
  void withoutEvidenceALiveUpdateIsNeverAGo() {
    String able = "intel_iommu=on" + ABLE;
    Preflight.Result open = update(host(), "7.4.0", able, LiveUpdateAbility.UNKNOWN);
    Preflight.Result can = update(host(), "7.3.4", able, CAN);

    assertEquals(Preflight.Outcome.UNKNOWN, open.outcome());
    assertTrue(open.reasons().get(0).contains("--target-config"), open.reasons().toString());
    assertEquals(Preflight.Outcome.GO, can.outcome(), can.reasons().toString());
    assertEquals(1, can.reasons().size(), can.reasons().toString());
    Preflight.Result unsaid = update(host(), "7.3.4", "intel_iommu=on liveupdate=on", CAN);
    assertEquals(Preflight.Outcome.GO, unsaid.outcome());
    assertTrue(unsaid.reasons().get(1).contains("lacks kho=on"), unsaid.reasons().toString());
    TestHost idle = new TestHost().add("RP", "00:01.0", null, ROOT_PORT, false, OK);
    Preflight.Result off = update(idle, "7.4.0", "intel_iommu=on", LiveUpdateAbility.UNKNOWN);
    assertEquals(Preflight.Outcome.UNKNOWN, off.outcome());
    assertTrue(off.reasons().get(0).contains("lacks liveupdate=on"), off.reasons().toString());
    Preflight.Result merged = update(drifted(), null, able, LiveUpdateAbility.UNKNOWN);
    assertEquals(Preflight.Outcome.NO_GO, merged.outcome());
    Preflight.Result asked =
        Preflight.of(
            host().snapshot(),
            LIVE_UPDATE,
            null,
            able,
            GroupingModel.LEGACY_LIVEUPDATE,
            List.of(),
            Preflight.ability(host().snapshot(), null, GroupingModel.LEGACY_LIVEUPDATE));
    assertEquals(Preflight.Outcome.GO, asked.outcome(), asked.reasons().toString());
  }

  /** The release says nothing of it; what the present kernel can, it shows by a note or its log. */
  @Test
  void thePresentKernelShowsWhatItCan() {
    String able = "intel_iommu=on" + ABLE;
    TestHost noted = host().commandLine(able).liveUpdate("can; /proc/config.gz has it");
    TestHost told = host().commandLine(able).life(Preservation.ASKED, "RP", "USP", "D1", "A");

    for (TestHost host : List.of(noted, told)) {
      assertEquals(
          Preflight.Outcome.GO,
          Preflight.of(
                  host.snapshot(),
                  LIVE_UPDATE,
                  null,
                  null,
                  null,
                  List.of(),
                  Preflight.ability(host.snapshot(), null, null))
              .outcome());
      assertEquals(
          Preflight.Outcome.UNKNOWN,
          Preflight.of(
                  host.snapshot(),
                  LIVE_UPDATE,
                  "7.4.0",
                  null,
                  null,
                  List.of(),
                  Preflight.ability(host.snapshot(), "7.4.0", null))
              .outcome());
    }
  }

  private static List<String> refused(Preflight.Result result) {
    return result.findings().stream()
        .filter(alert -> alert.code() == AlertCode.PRESERVATION_REFUSED)
        .filter(alert -> alert.severity() == Severity.HIGH)
        .flatMap(alert -> alert.vms().stream())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"liveupdate=off kho=on", "kho=0 liveupdate=on", "kho=N", "liveupdate=f", "kho=on"})
  void everyDeviceIsRefusedWhereTheCommandLineDoesNotSwitchLiveUpdatesOn(String options) {
    Preflight.Result result = update(host(), "7.4.0", "intel_iommu=on " + options, CAN);

    assertEquals(Preflight.Outcome.NO_GO, result.outcome());
    assertEquals(List.of("vm-a", "vm-b"), refused(result));
    assertEquals(2, result.reasons().size(), result.reasons().toString());
  }

  @Test
  void everyDeviceIsRefusedByAKernelThatCannot() {
    Preflight.Result result = update(drifted(), "7.3.4", "intel_iommu=on" + ABLE, CANNOT);

    assertEquals(List.of("vm-a", "vm-b"), refused(result));
    assertTrue(result.reasons().get(0).contains("/boot/config-7.3.4"), result.reasons().toString());
    assertTrue(!merges(result));
  }

  /** The log names what was asked for: no alert about an update that has not been. */
  @Test
  void whatWasAskedForIsForetoldAsAdopted() {
    TestHost asked = host().life(Preservation.ASKED, "RP", "USP", "D1", "D2", "A", "B");
    Preflight.Result result = preflight(asked, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.GO, result.outcome(), result.reasons().toString());
    assertEquals(List.of(), result.findings());
    Preflight.Result kexec = preflight(asked, PLAIN_KEXEC, null, null);
    assertEquals(List.of("vm-a", "vm-b"), refused(kexec));
  }

  /** D2 and what is below it get the words of a boot; VM B's device goes, which is a warning. */
  @Test
  void whatNobodyAskedForIsNotPreservedWhereOthersWere() {
    TestHost host =
        drifted()
            .acs("RP", OK)
            .acs("D1", CLEARED)
            .acs("D2", CLEARED)
            .life(Preservation.ASKED, "RP", "USP", "D1", "A");
    Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

    assertTrue(
        result.findings().stream()
            .anyMatch(
                alert ->
                    alert.code() == AlertCode.PRESERVATION_REFUSED
                        && alert.severity() == Severity.WARNING
                        && alert.vms().equals(List.of("vm-b"))),
        result.findings().toString());
    assertEquals(List.of(), refused(result));
    assertEquals(
        List.of("0000:02:01.0 gained ACS Control RR after a live update"),
        result.findings().stream()
            .filter(alert -> alert.code() == AlertCode.ACS_BIT_SET)
            .map(IsolationAlert::headline)
            .toList());
  }

  /** Measured: 000c cleared to 0000 in the window came back as 000c. A port gets no such thing. */
  @Test
  void aDevicesOwnWordIsADoubtUnderVfio() {
    for (String driver : List.of("vfio-pci", "")) {
      TestHost host =
          new TestHost()
              .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
              .add("F0", "01:00.0", "RP", ENDPOINT, true, CLEARED)
              .add("F1", "01:00.1", "RP", ENDPOINT, true, CLEARED)
              .owner("F0", "vm-a")
              .owner("F1", "vm-b")
              .driver(driver)
              .reportGroup("RP", 0)
              .reportGroup("F0", 1)
              .reportGroup("F1", 2);
      Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

      assertEquals(driver.isEmpty(), merges(result), result.reasons().toString());
      assertEquals(
          !driver.isEmpty(),
          result.reasons().stream().anyMatch(r -> r.contains("restores what it saved")),
          result.reasons().toString());
    }
  }

  @Test
  void addressesStayWhereSomethingIsPreserved() {
    String options = "intel_iommu=on pci=assign-busses,disable_acs_redir=00:07.0";

    assertEquals(Preflight.Outcome.GO, preflight(host(), LIVE_UPDATE, null, options).outcome());
    assertEquals(
        Preflight.Outcome.UNKNOWN, preflight(host(), PLAIN_KEXEC, null, options).outcome());
  }

  /** The port still has a device below it in sysfs, which does not answer any more. */
  @Test
  void whatIsBelowAPreservedPortWithoutBusNumbersIsLost() {
    TestHost host = host().unread("A");
    Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.NO_GO, result.outcome(), result.reasons().toString());
    IsolationAlert missing =
        result.findings().stream()
            .filter(alert -> alert.code() == AlertCode.DEVICE_MISSING)
            .findFirst()
            .orElseThrow();
    assertEquals(List.of("vm-a"), missing.vms());
    assertTrue(missing.cause().explanation().contains("0000:02:00.0 passed"), missing.toString());
    Preflight.Result kexec = preflight(host, PLAIN_KEXEC, null, null);
    assertTrue(kexec.findings().stream().noneMatch(a -> a.code() == AlertCode.DEVICE_MISSING));
  }

  /** Kernels of a line may all refuse, each for reasons of its own. */
  @Test
  void patchLevelsThatAllRefuseAreRefused() {
    PciIds quirked = new PciIds(0x17CB, 0x0111, 0x060400);
    TestHost host =
        host()
            .release("6.12.95")
            .add("RP", "00:01.0", null, ROOT_PORT, false, NONE, quirked)
            .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
            .add("Q0", "08:00.0", "RQ", ENDPOINT, false, NONE)
            .owner("Q0", "vm-q")
            .add("RS", "00:02.1", null, ROOT_PORT, false, OK)
            .add("S0", "09:00.0", "RS", ENDPOINT, false, NONE)
            .owner("S0", "vm-s");
    String merging = "intel_iommu=on pci=disable_acs_redir=00:02.0;00:02.1";

    Preflight.Result result = preflight(host, PLAIN_KEXEC, "6.18", merging);

    assertEquals(Preflight.Outcome.NO_GO, result.outcome(), result.reasons().toString());
    assertEquals(3, result.reasons().size());
    assertEquals(
        List.of(List.of("vm-a", "vm-b"), List.of("vm-q", "vm-s")),
        result.findings().stream()
            .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
            .map(IsolationAlert::vms)
            .sorted(Comparator.comparing(Object::toString))
            .toList());
    assertTrue(result.findings().stream().anyMatch(a -> a.severity() == Severity.CRITICAL));
  }

  @Test
  void worstFindingsComeFirst() {
    Preflight.Result result =
        preflight(host(), PLAIN_KEXEC, null, "intel_iommu=on pci=disable_acs_redir=00:01.0");
    List<Severity> severities = result.findings().stream().map(IsolationAlert::severity).toList();

    assertTrue(severities.size() > 2, severities.toString());
    assertEquals(severities.stream().sorted(Comparator.reverseOrder()).toList(), severities);
    assertEquals(Severity.CRITICAL, severities.get(0));
  }

  @ParameterizedTest(name = "{0}: unknown {1}")
  @CsvSource({
    "pci=assign-busses, false",
    "'pci=assign-busses,disable_acs_redir=00:09.0', true",
    "pci=assign-busses pci=config_acs=1@00:09.0, true",
    "pci=disable_acs_redir=00:09.0, false",
    "'pci=assign-busses,noats', false"
  })
  void renumberingLeavesOpenWhichDevicesTheOptionsName(String options, boolean unknown) {
    Preflight.Result result = preflight(host(), PLAIN_KEXEC, null, "intel_iommu=on " + options);

    assertEquals(
        unknown ? Preflight.Outcome.UNKNOWN : Preflight.Outcome.GO,
        result.outcome(),
        result.reasons().toString());
    assertEquals(unknown, result.reasons().get(0).contains("gives new addresses"));
    Preflight.Result already =
        preflight(
            host().commandLine("intel_iommu=on pci=assign-busses"),
            PLAIN_KEXEC,
            null,
            "intel_iommu=on " + options);
    assertEquals(Preflight.Outcome.GO, already.outcome(), already.reasons().toString());
  }

  /** A port that was not read, with nothing of a VM below it, is nobody's question. */
  @Test
  void unreadPortMattersIfAVmsDeviceIsBelowIt() {
    TestHost host =
        host()
            .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
            .add("H", "08:00.0", "RQ", ENDPOINT, false, NONE)
            .unread("RQ");
    for (int i = 0; i < NAMES.size(); i++) {
      host.reportGroup(NAMES.get(i), i);
    }
    host.reportGroup("RQ", 8).reportGroup("H", 9);
    Preflight.Result beside = preflight(host, PLAIN_KEXEC, null, null);
    Preflight.Result above = preflight(host.owner("H", "vm-h"), PLAIN_KEXEC, null, null);

    assertEquals(Preflight.Outcome.GO, beside.outcome(), beside.reasons().toString());
    assertEquals(Preflight.Outcome.UNKNOWN, above.outcome(), above.reasons().toString());
    assertEquals("Isolation cannot be told of 0000:00:02.0 UNKNOWN.", above.reasons().get(0));
  }

  @Test
  void withoutOwnersEveryEndpointMatters() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .unread("RP")
            .reportGroup("RP", 0)
            .reportGroup("A", 1);

    assertEquals(Preflight.Outcome.UNKNOWN, preflight(host, PLAIN_KEXEC, null, null).outcome());
  }

  @Test
  void pendingMergeUnderAnUnreadPortIsAQuestionToo() {
    TestHost host = drifted().unread("D1");
    Preflight.Result result = preflight(host, LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    assertTrue(
        result.findings().stream()
            .filter(alert -> alert.code() == AlertCode.PENDING_MERGE)
            .allMatch(alert -> alert.severity() == Severity.WARNING),
        result.findings().toString());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "quiet, does not switch the IOMMU on",
    "intel_iommu=on, it is not known which devices the IOMMU serves"
  })
  void hostWithoutGroupsIsAskedForTheIommu(String commandLine, String reason) {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .withoutIommu();
    Preflight.Result result = preflight(host, PLAIN_KEXEC, null, commandLine);

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome());
    assertTrue(result.reasons().get(0).contains(reason), result.reasons().toString());
  }

  @Test
  void vfOfAVmIsRefused() {
    Preflight.Result result =
        preflight(host().vf("V", "03:00.1", "A").owner("V", "vm-c"), LIVE_UPDATE, null, null);

    assertEquals(Preflight.Outcome.NO_GO, result.outcome());
    assertTrue(
        result.reasons().get(0).contains("virtual functions cannot be preserved"),
        result.reasons().toString());
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

  @Test
  void iommuThatGoesIsCertainWhateverWasNotRead() {
    Preflight.Result result = preflight(host().unread("RP"), PLAIN_KEXEC, null, "intel_iommu=off");

    assertEquals(Preflight.Outcome.NO_GO, result.outcome(), result.reasons().toString());
    assertTrue(
        result.findings().stream()
            .anyMatch(
                alert ->
                    alert.code() == AlertCode.IOMMU_OFF && alert.severity() == Severity.CRITICAL),
        result.findings().toString());
  }

  @Test
  void gravestFindingComesFirst() {
    TestHost host = drifted().vf("V", "03:00.1", "A").owner("V", "vm-v").reportGroup("V", 9);
    List<Severity> severities =
        preflight(host, LIVE_UPDATE, null, null).findings().stream()
            .map(IsolationAlert::severity)
            .toList();

    assertEquals(Severity.CRITICAL, severities.get(0));
    assertEquals(severities.stream().sorted(Comparator.reverseOrder()).toList(), severities);
    assertTrue(severities.contains(Severity.HIGH), severities.toString());
  }
}
