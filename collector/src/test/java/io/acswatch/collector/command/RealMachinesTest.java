package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Ink;
import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.text.GroupsText;
import io.acswatch.collector.command.text.GroupsTree;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Captures of real machines, of Arm and of powerpc: one for each rule that x86 guests do not have.
 */
class RealMachinesTest {
  private static Snapshot snapshot(String name) throws IOException {
    return Snapshot.of(TestCaptures.read(name + ".cap"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // 1002:5a23 is an AMD IOMMU too
    "amd-sb950, legacy-early-acs, SAME",
    // kernel 5.9 left root ports without an ACS capability off
    "intel-5.9, legacy-early-acs, SAME",
    // the log tells the order in which drivers were bound
    "arm64-bind, legacy-at-bind, SAME",
    // nothing tells it
    "arm64-unlogged, legacy-at-bind, NOT_COMPUTABLE",
    // ACS is on before the SMMU comes up
    "arm64-aliases, legacy-7.0, SAME",
    // ACS is never switched on
    "arm64-tree-after, legacy-at-bind, SAME",
    "arm64-rescan, legacy-at-bind, SAME",
    "ppc64, legacy-early-acs, OTHER_RULES"
  })
  void groupsAreTheKernelsOrItIsSaidWhyNot(String name, String model, String agreement)
      throws IOException {
    SnapshotGroups groups = SnapshotGroups.of(snapshot(name), null);

    assertEquals(model, groups.model().label());
    assertEquals(agreement, groups.agreement().name(), groups.difference());
  }

  @Test
  void theTreeShowsEveryFunctionTwoAtOnePlaceToo() throws IOException {
    Snapshot snapshot = snapshot("arm64-rescan");
    SnapshotGroups groups = SnapshotGroups.of(snapshot, null);
    String tree = GroupsTree.of(snapshot, groups, new Ink(false), true);

    for (CapturedFunction function : TestCaptures.read("arm64-rescan.cap").functions()) {
      String address = function.address().toString().substring("0000:".length());
      assertTrue(tree.contains(address), address);
    }
    assertEquals(
        2,
        snapshot.functions().stream().filter(f -> f.path().text().endsWith("03.0/00.0")).count());
  }

  @Test
  void whatHasNoGroupOnArmSaysWhy() throws IOException {
    String aliases = list("arm64-aliases");
    String bind = list("arm64-bind");

    assertTrue(aliases.contains("may carry the id of 0000:01:00.1"), aliases);
    assertTrue(bind.contains("no driver has been bound to it"), bind);
  }

  private static String list(String name) throws IOException {
    Snapshot snapshot = snapshot(name);
    return GroupsText.of(name, snapshot, SnapshotGroups.of(snapshot, null), true);
  }

  @Test
  void aSuspendMakesNoOtherDevice() throws IOException {
    assertEquals(
        List.of(), DiffCommand.alerts(snapshot("suspend-before"), snapshot("suspend-after")));
  }

  /** The words were cleared before the kexec, stayed cleared, and three VMs came together. */
  @Test
  void aKernelThatHealsNothingIsAQuestionAndNothingIsForetoldOfPowerpc() throws IOException {
    Snapshot before = snapshot("arm64-tree-before");
    Snapshot owned =
        Snapshot.of(TestCaptures.read("arm64-tree-before.cap").withOwners(aVmForEachGroup(before)));
    String target = before.boot().kernelRelease().replace("7.3.4", "6.12.117");

    assertEquals(BootClass.UNKNOWN, before.bootClass());
    assertEquals(
        Preflight.Outcome.UNKNOWN,
        Preflight.of(
                owned,
                Preflight.Mode.PLAIN_KEXEC,
                target,
                null,
                null,
                List.of(),
                Preflight.ability(owned, target, null))
            .outcome());
    assertFalse(
        Preflight.of(
                snapshot("ppc64"),
                Preflight.Mode.PLAIN_KEXEC,
                null,
                null,
                null,
                List.of(),
                Preflight.ability(snapshot("ppc64"), null, null))
            .findings()
            .stream()
            .anyMatch(alert -> alert.code().name().startsWith("GROUP_")));
  }

  private static List<OwnershipClaim> aVmForEachGroup(Snapshot snapshot) {
    List<OwnershipClaim> claims = new ArrayList<>();
    snapshot.functions().stream()
        .filter(f -> !f.isBridge() && f.address().bus() > 0)
        .forEach(
            f -> claims.add(new OwnershipClaim(f.address(), "vm" + f.kernel().group(), "test")));
    return claims;
  }
}
