package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one grouping is asked beside its groups: what may have been, and which bits it hangs on. */
class PossibleGroupsTest {
  private static KernelGrouping grouping(Snapshot snapshot) {
    return SnapshotGrouping.grouping(snapshot, ModelChoice.of(snapshot.boot(), null), null);
  }

  /**
   * Each endpoint hangs on whether the boot found the port above it on, of which no group tells: a
   * port above them all does not isolate.
   */
  private static KernelGrouping manyUnseen() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, NONE)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .release("6.12.76");
    for (int i = 0; i < 24; i++) {
      host.add("D" + i, "02:%02x.0".formatted(i), "USP", DOWNSTREAM_PORT, false, OK)
          .add("A" + i, "%02x:00.0".formatted(3 + i), "D" + i, ENDPOINT, false, NONE);
    }
    return grouping(host.bareSnapshot());
  }

  private static GroupPartition withLastAlone(GroupPartition partition) {
    int[] labels = new int[partition.size()];
    Arrays.setAll(labels, partition::groupOf);
    labels[labels.length - 1] = partition.groupCount();
    return GroupPartition.ofLabels(labels);
  }

  @Test
  void tooMuchToTryIsUndecided() {
    KernelGrouping grouping = manyUnseen();
    Supposition supposition = grouping.suppose(withLastAlone(grouping.derive()));

    assertEquals(Supposition.Outcome.UNDECIDED, supposition.outcome());
    assertEquals(grouping, supposition.grouping());
  }

  @Test
  void lookingForWhatIsUndecidedEnds() {
    assertEquals(new BitSet(), manyUnseen().undecided());
  }

  @Test
  void servedFunctionWithoutAGroupIsImpossible() {
    KernelGrouping grouping =
        grouping(
            new TestHost()
                .add("A", "00:01.0", null, ENDPOINT, false, NONE)
                .add("B", "00:02.0", null, ENDPOINT, false, NONE)
                .release("6.19.14")
                .bareSnapshot());

    assertEquals(
        Supposition.Outcome.FITS,
        grouping.suppose(GroupPartition.ofLabels(new int[] {5, 3})).outcome());
    assertEquals(
        Supposition.Outcome.IMPOSSIBLE,
        grouping
            .suppose(GroupPartition.ofLabels(new int[] {0, GroupPartition.NO_GROUP}))
            .outcome());
  }

  @Test
  void suppositionsOnBothVerdictsOfAFunctionStandApart() {
    KernelGrouping grouping =
        grouping(
            new TestHost()
                .add("A", "00:01.0", null, ENDPOINT, false, NONE)
                .add("B", "00:02.0", null, ENDPOINT, false, NONE)
                .release("6.19.14")
                .bareSnapshot());

    assertEquals(1, grouping.supposedAt(1, 0));
    assertEquals(3, grouping.supposedAt(1, 1));
    assertEquals(2, grouping.supposedAt(0, 1));
  }

  private static KernelGrouping port(@Nullable AcsRegisters acs, PciIds ids) {
    return grouping(
        new TestHost()
            .add("RP", "00:1c.0", null, ROOT_PORT, false, acs, ids)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .bareSnapshot());
  }

  @ParameterizedTest(name = "Capability {0}, Control {1}")
  @CsvSource({
    "5f, 1d, 1d",
    "5f, 5f, 1d",
    "14, 14, 14",
    "04, 04, 04",
    "0f, 0d, 0d",
    "1f, 0d, 00",
    "00, 00, 00"
  })
  void bitsToLoseAreThoseThatIsolationHangsOn(String capability, String control, String bits) {
    int words = Integer.parseInt(capability, 16);
    int on = Integer.parseInt(control, 16);
    int expected = Integer.parseInt(bits, 16);
    PciIds sunrisePoint = new PciIds(0x8086, 0xa110, 0x060400);

    assertEquals(
        expected,
        port(new AcsRegisters(0x148, words, on, 0), new PciIds(0x1AF4, 1, 0x060400)).bitsToLose(0));
    assertEquals(expected, port(new AcsRegisters(0x148, words, 0, on), sunrisePoint).bitsToLose(0));
  }

  @Test
  void nothingIsLostWhereNoRegistersAre() {
    assertEquals(0, port(NONE, new PciIds(0x17cb, 0x0401, 0x060400)).bitsToLose(0));
    assertEquals(0, port(CLEARED, new PciIds(0x1AF4, 1, 0x060400)).bitsToLose(0));
  }

  @Test
  void sourceValidationThatCountsAsMissingCannotBeLost() {
    KernelGrouping grouping =
        grouping(
            new TestHost()
                .add(
                    "RP",
                    "00:1c.0",
                    null,
                    ROOT_PORT,
                    false,
                    new AcsRegisters(0x148, 0x1F, 0x1D, 0),
                    new PciIds(0x111d, 0x80b5, 0x060400))
                .release("7.0.13")
                .bareSnapshot());

    assertEquals(0x1C, grouping.bitsToLose(0));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "LEGACY_EARLY_ACS, 'A B,D2 D1 RP USP', 'A,D1 B,D2 RP USP'",
    "BUS_ISOLATION_V3, 'A,B,D1,D2 RP USP', 'A,B,D1,D2 RP USP'"
  })
  void groupsWithoutTheIsolationOfAPort(GroupingModel model, String adopted, String without) {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, CLEARED)
            .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
            .add("B", "04:00.0", "D2", ENDPOINT, false, NONE);
    Snapshot snapshot = host.bareSnapshot();
    KernelGrouping grouping =
        SnapshotGrouping.grouping(snapshot, ModelChoice.of(snapshot.boot(), model), null);
    BitSet port = new BitSet();
    port.set(2);

    assertEquals(adopted, host.describe(grouping.deriveAdopted()));
    assertEquals(without, host.describe(grouping.deriveWithout(port)));
  }

  /** Unserved functions are 0 and 1, and the kernel never comes to them. */
  @ParameterizedTest(name = "{0}: function {1} when {2} is grouped")
  @CsvSource({
    "6.19.14, 0, 0, true",
    "6.19.14, 1, 1, false",
    "6.19.14, 2, 2, false",
    "6.19.14, 2, 1, true",
    "6.18.15, 0, 0, false",
    "6.18.15, 2, 1, false"
  })
  void verdictIsOpenWhereNoSnapshotShowsItsWords(
      String release, int function, int grouped, boolean open) {
    Snapshot snapshot =
        new TestHost()
            .add("U", "00:01.0", null, ROOT_PORT, false, OK)
            .add("V", "00:02.0", null, ROOT_PORT, false, NONE)
            .add("S", "00:03.0", null, ROOT_PORT, false, OK)
            .reportGroup("U", -1)
            .reportGroup("V", -1)
            .release(release)
            .snapshot();

    assertEquals(open, grouping(snapshot).isOpen(function, grouped));
  }

  @Test
  void strictModelWithoutTheseFunctions() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE);
    Snapshot snapshot = host.bareSnapshot();
    KernelGrouping strict =
        SnapshotGrouping.grouping(
            snapshot, ModelChoice.of(snapshot.boot(), GroupingModel.BUS_ISOLATION_V3), null);
    BitSet port = new BitSet();
    port.set(0);

    assertEquals("A RP", host.describe(strict.deriveAdopted()));
    assertEquals("A,RP", host.describe(strict.deriveWithout(port)));
  }
}
