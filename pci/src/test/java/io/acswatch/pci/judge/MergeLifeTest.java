package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.BootClass;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A merge of functions of which some had shared a group before, as a GPU and its sound do. */
class MergeLifeTest {
  /** Found by the simulated fleet, seed 1: such an alert stayed open for ever. */
  @ParameterizedTest(name = "owner \"{0}\"")
  @ValueSource(strings = {"", "vm1"})
  void endsWhenTheOthersAreApartAgain(String owner) {
    TestHost host =
        switched()
            .add("GPU", "03:00.0", "D1", ENDPOINT, true, NONE)
            .add("SOUND", "03:00.1", "D1", ENDPOINT, true, NONE)
            .add("DRIVE", "04:00.0", "D2", ENDPOINT, false, NONE);
    if (!owner.isEmpty()) {
      host.owner("GPU", owner).owner("SOUND", owner).owner("DRIVE", owner);
    }
    HostState apart = Judgement.apply(HostState.NONE, host.snapshot()).state();
    Judged merged = Judgement.apply(apart, host.kexec("boot-2").acs("RP", CLEARED).snapshot());
    Judged healed = Judgement.apply(merged.state(), host.kexec("boot-3").acs("RP", OK).snapshot());

    AlertCode code =
        owner.isEmpty() ? AlertCode.GROUP_MERGED_UNOWNED : AlertCode.GROUP_MERGED_SAME_VM;
    assertEquals(List.of(AlertStatus.RAISED), statuses(merged, code));
    assertEquals(List.of(AlertStatus.RESOLVED), statuses(healed, code));
  }

  /**
   * Found in a guest whose VMs had ended before a reset: with the second look after they had
   * started again, the alerts of the boot named no VMs any more.
   */
  @Test
  void ownersOfADrainedHostCountUntilTheNextBoot() {
    HostState owned = Judgement.apply(HostState.NONE, two().snapshot()).state();
    HostState drained = Judgement.apply(owned, two("", "").snapshot()).state();
    TestHost after = two("", "").kexec("boot-2").acs("RP", CLEARED);
    Judged merged = Judgement.apply(drained, after.snapshot());

    assertEquals(
        List.of("ACS_BIT_CLEARED [vm-a, vm-b]", "GROUP_MERGED_CROSS_VM [vm-a, vm-b]"),
        codesAndVms(merged));
    // The first VM starts again; the group is not free for the second.
    HostState state = Judgement.apply(merged.state(), after.owner("A", "vm-a").snapshot()).state();
    assertEquals(Map.of("0000:04:00.0", "vm-b"), texts(state.awaited()));
    Judged later = Judgement.apply(state, AlteredSnapshot.loaded(after.snapshot()));
    assertEquals(List.of(), codesAndVms(later));
    assertEquals(Map.of("0000:04:00.0", "vm-b"), texts(later.state().awaited()));

    // By the next boot it is vm-a's host, and nobody's before a live update.
    TestHost next = two("vm-a", "").kexec("boot-3");
    assertEquals(
        List.of("ACS_BIT_SET [vm-a]", "GROUP_SPLIT [vm-a]"),
        codesAndVms(Judgement.apply(later.state(), next.snapshot())));
    TestHost live = two("vm-a", "").boot("boot-2", BootClass.LIVE_UPDATE);
    assertEquals(List.of(), Judgement.apply(drained, live.snapshot()).state().intendedOwners());
  }

  /** A root port with a switch below it that has two ports. */
  private static TestHost switched() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("UP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "UP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "UP", DOWNSTREAM_PORT, false, OK);
  }

  private static TestHost two() {
    return two("vm-a", "vm-b");
  }

  private static TestHost two(String ownerOfA, String ownerOfB) {
    TestHost host =
        switched()
            .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
            .add("B", "04:00.0", "D2", ENDPOINT, false, NONE);
    if (!ownerOfA.isEmpty()) {
      host.owner("A", ownerOfA);
    }
    return ownerOfB.isEmpty() ? host : host.owner("B", ownerOfB);
  }

  private static List<String> codesAndVms(Judged judged) {
    return judged.alerts().stream()
        .filter(alert -> alert.status() != AlertStatus.RESOLVED)
        .map(alert -> alert.code() + " " + alert.vms())
        .sorted()
        .toList();
  }

  private static Map<String, String> texts(Map<PciAddress, String> awaited) {
    return awaited.entrySet().stream()
        .collect(Collectors.toMap(each -> each.getKey().toString(), Map.Entry::getValue));
  }

  private static List<AlertStatus> statuses(Judged judged, AlertCode code) {
    return judged.alerts().stream()
        .filter(alert -> alert.code() == code)
        .map(IsolationAlert::status)
        .toList();
  }
}
