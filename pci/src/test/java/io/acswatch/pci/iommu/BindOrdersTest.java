package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Kernels that group a function when a driver is first bound to it. */
class BindOrdersTest {
  private static final int HOSTS = 400;
  private static final int MOST_FUNCTIONS = 6;

  private static KernelGrouping grouping(List<PciFunction> functions, int[] order) {
    Snapshot snapshot = RandomHierarchies.snapshot(functions, "boot", "6.12.1", BootClass.COLD);
    ModelChoice choice =
        ModelChoice.of(snapshot.boot().withNotes(List.of("iommu: smmu3.0x1")), null, functions);
    BitSet served = new BitSet();
    served.set(0, functions.size());
    return new KernelGrouping(
        new AcsRules(HostHierarchy.of(functions), choice),
        served,
        i -> functions.get(i).config().acs(),
        order);
  }

  /** All partitions that some order gives. */
  private static Set<GroupPartition> all(List<PciFunction> functions) {
    Set<GroupPartition> all = new HashSet<>();
    permute(new int[functions.size()], 0, new BitSet(), functions, all);
    return all;
  }

  private static void permute(
      int[] order, int at, BitSet used, List<PciFunction> functions, Set<GroupPartition> all) {
    if (at == order.length) {
      all.add(grouping(functions, order.clone()).derive());
      return;
    }
    for (int i = used.nextClearBit(0); i < order.length; i = used.nextClearBit(i + 1)) {
      order[at] = i;
      used.set(i);
      permute(order, at + 1, used, functions, all);
      used.clear(i);
    }
  }

  /** Every partition of so many functions. */
  private static List<GroupPartition> partitions(int size) {
    List<GroupPartition> partitions = new ArrayList<>();
    label(new int[size], 0, 0, partitions);
    return partitions;
  }

  private static void label(int[] labels, int at, int next, List<GroupPartition> partitions) {
    if (at == labels.length) {
      partitions.add(GroupPartition.ofLabels(labels.clone()));
      return;
    }
    for (int label = 0; label <= next; label++) {
      labels[at] = label;
      label(labels, at + 1, Math.max(next, label + 1), partitions);
    }
  }

  /** Against all orders of small hosts, and all partitions there are. */
  @Test
  void tellsJustThePartitionsThatSomeOrderGives() {
    int severalWays = 0;
    for (int seed = 0; seed < HOSTS; seed++) {
      List<PciFunction> functions = RandomHierarchies.next(new SplittableRandom(seed));
      if (functions.size() > MOST_FUNCTIONS) {
        continue;
      }
      Set<GroupPartition> possible = all(functions);
      KernelGrouping open = grouping(functions, null);
      severalWays += possible.size() > 1 ? 1 : 0;
      for (GroupPartition partition : partitions(functions.size())) {
        assertEquals(
            possible.contains(partition)
                ? Supposition.Outcome.FITS
                : Supposition.Outcome.IMPOSSIBLE,
            open.suppose(partition).outcome(),
            functions + " " + partition);
      }
      BitSet undecided = open.undecided();
      GroupPartition one = open.derive();
      for (GroupPartition other : possible) {
        BitSet elsewhere = one.functionsElsewhere(other);
        elsewhere.andNot(undecided);
        assertTrue(elsewhere.isEmpty(), functions + " " + other);
      }
    }
    assertTrue(severalWays > 20, "hosts on which the order counts: " + severalWays);
  }

  private static TestHost arm() {
    return new TestHost().release("6.12.117-arm64").iommus("smmu3.0x9050000");
  }

  private static TestHost belowAPort() {
    return arm()
        .add("RP", "00:01.0", null, ROOT_PORT, false, NONE)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .add("B", "00:02.0", null, ENDPOINT, false, NONE);
  }

  @Test
  void groupsEachInItsOwnTellTheOrderByTheirNumbers() {
    Snapshot apart =
        belowAPort().reportGroup("A", 0).reportGroup("RP", 1).reportGroup("B", 2).snapshot();
    SnapshotGroups groups = SnapshotGroups.of(apart, null);

    assertEquals(GroupingModel.LEGACY_AT_BIND, groups.model());
    assertEquals(GroupsAgreement.SAME, groups.agreement());
    assertFalse(groups.orderMatters());
  }

  @Test
  void groupsThatComeOfNoOrderAreNotExplained() {
    Snapshot together =
        belowAPort().reportGroup("A", 0).reportGroup("RP", 1).reportGroup("B", 1).snapshot();

    assertEquals(GroupsAgreement.UNEXPLAINED, SnapshotGroups.of(together, null).agreement());
  }

  @Test
  void withoutGroupsThoseThatHangOnTheOrderAreNotComputable() {
    SnapshotGroups groups = SnapshotGroups.of(belowAPort().bareSnapshot(), null);

    assertEquals(
        List.of("0000:00:01.0", "0000:01:00.0"),
        groups.notComputable().stream().map(Object::toString).toList());
    assertTrue(groups.orderMatters());
    assertTrue(groups.difference().contains("order in which drivers are bound"));
  }

  @Test
  void whatNeverHadADriverHasNoGroupAndLendsNone() {
    Snapshot snapshot =
        belowAPort().reportGroup("RP", KernelView.NO_GROUP).reportGroup("B", 1).snapshot();

    assertEquals(GroupsAgreement.SAME, SnapshotGroups.of(snapshot, null).agreement());
  }

  @Test
  void onlyWhatReadsItsIommuFromTheFirmwareGroupsAtBindAndOnlyUpTo614() {
    TestHost plain = new TestHost().add("RP", "00:01.0", null, ROOT_PORT, false, OK);
    for (String[] row :
        new String[][] {
          {"6.12.74", "", "legacy-early-acs"},
          {"6.12.74", "dmar0", "legacy-early-acs"},
          {"6.12.74", "smmu3.0x1", "legacy-at-bind"},
          {"6.12.74", "virtio0", "legacy-at-bind"},
          {"6.12.74+deb13-arm64", "", "legacy-at-bind"},
          {"6.14.9", "smmu3.0x1", "legacy-at-bind"},
          {"6.15.0", "smmu3.0x1", "legacy-6.15"},
          {"7.3.4", "smmu3.0x1", "legacy-7.0"}
        }) {
      Snapshot snapshot = plain.release(row[0]).iommus(row[1]).bareSnapshot();
      assertEquals(
          row[2], ModelChoice.of(snapshot.boot(), null).model().label(), String.join(" ", row));
    }
  }

  @Test
  void rootPortsOfAnArmProcessorTellTheMachine() {
    Snapshot snapshot =
        new TestHost()
            .release("6.8.0-51-generic")
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK, new PciIds(0x1DEF, 0xE101, 0x060400))
            .bareSnapshot();

    Boot withoutLoader = new Boot("boot", "6.8.0-51-generic", "", "", -1, -1);

    assertEquals(
        GroupingModel.LEGACY_AT_BIND,
        ModelChoice.of(withoutLoader, null, snapshot.functions()).model());
    assertEquals(
        GroupingModel.LEGACY_EARLY_ACS,
        ModelChoice.of(snapshot.boot(), null, snapshot.functions()).model(),
        "x86 names its loader");
  }

  @Test
  void withADeviceTreeAcsIsOnBeforeTheSmmuComesUp() {
    TestHost host = arm().release("7.3.4-arm64");
    ModelChoice acpi = ModelChoice.of(host.bareSnapshot().boot(), null);
    ModelChoice tree =
        ModelChoice.of(host.iommus("smmu3.0x1 device-tree").bareSnapshot().boot(), null);

    assertTrue(acpi.timing().switchesOnLate());
    assertFalse(tree.timing().switchesOnLate());
    assertEquals(GroupingModel.LEGACY_7_0, tree.model());
  }

  @Test
  void withADeviceTreeAcsIsSwitchedOnFrom615OnAndFirstNotInTheFirstFunction() {
    for (Object[] row :
        new Object[][] {
          {"6.12.117-arm64", "", true, true},
          {"6.12.117-arm64", " device-tree", false, false},
          {"6.16.1-arm64", " device-tree", false, true},
          {"7.3.4-arm64", " device-tree", true, true},
          {"7.3.4-arm64", "", true, true}
        }) {
      ModelChoice choice =
          ModelChoice.of(
              arm().release((String) row[0]).iommus("smmu3.0x1" + row[1]).bareSnapshot().boot(),
              null);
      assertEquals(row[2], choice.switchesOn(0), row[0] + "" + row[1]);
      assertEquals(row[3], choice.switchesOn(1), row[0] + "" + row[1]);
    }
  }
}
