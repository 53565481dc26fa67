package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.CONVENTIONAL;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.PCIE_TO_PCI_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.PCI_TO_PCIE_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions that use each other's requester id, and bridges that replace ids. */
class SharedIdsTest {
  private static TestHost rootPort() {
    return new TestHost().add("RP", "00:01.0", null, ROOT_PORT, false, OK);
  }

  private static String groups(TestHost host) {
    return host.describe(SnapshotGroups.of(host.bareSnapshot(), null).derived());
  }

  private static PciIds ids(int vendor, int device) {
    return new PciIds(vendor, device, 0x020000);
  }

  @Test
  void functionThatUsesTheIdOfFunctionZeroSharesItsGroup() {
    TestHost host =
        rootPort()
            .add("f0", "01:00.0", "RP", ENDPOINT, true, OK)
            .add("f2", "01:00.2", "RP", ENDPOINT, true, OK, ids(0x1180, 0xe832));

    assertEquals("RP f0,f2", groups(host));
  }

  @Test
  void functionFoundFirstIsJoinedByTheOneWhoseIdItUses() {
    TestHost host =
        rootPort()
            .add("f0", "01:00.0", "RP", ENDPOINT, true, OK, ids(0x1b4b, 0x9230))
            .add("f1", "01:00.1", "RP", ENDPOINT, true, OK)
            .add("f2", "01:00.2", "RP", ENDPOINT, true, OK);

    assertEquals("RP f0,f1 f2", groups(host));
  }

  @Test
  void aliasesOfAliasesShareAGroup() {
    TestHost host =
        rootPort()
            .add("f2", "01:00.2", "RP", ENDPOINT, true, OK, ids(0x1b4b, 0x9230))
            .add("f3", "01:00.3", "RP", ENDPOINT, true, OK, ids(0x1b4b, 0x9230))
            .add("f1", "01:00.1", "RP", ENDPOINT, true, OK);

    assertEquals("RP f1,f2,f3", groups(host));
  }

  @Test
  void aliasThatWasNotFoundYetLeadsToTheGroupOfItsSlot() {
    TestHost host =
        rootPort()
            .add("f0", "01:00.0", "RP", ENDPOINT, true, NONE)
            .add("f2", "01:00.2", "RP", ENDPOINT, true, OK, ids(0x1b4b, 0x9230))
            .add("f1", "01:00.1", "RP", ENDPOINT, true, NONE);

    assertEquals("RP f0,f1,f2", groups(host));
  }

  @Test
  void functionOfTheSlotThatUsesAnotherIdLeadsToTheGroupOfThatId() {
    TestHost host =
        rootPort()
            .add("f1", "01:00.1", "RP", ENDPOINT, true, OK)
            .add("f0", "01:00.0", "RP", ENDPOINT, true, NONE)
            .add("f2", "01:00.2", "RP", ENDPOINT, true, NONE, ids(0x1b4b, 0x9230));

    assertEquals("RP f0,f1,f2", groups(host));
  }

  @Test
  void bridgeFromPcieTakesOverTheIdsOfAllBelow() {
    TestHost host =
        rootPort()
            .add("BR", "01:00.0", "RP", PCIE_TO_PCI_BRIDGE, false, OK)
            .add("P", "02:01.0", "BR", CONVENTIONAL, false, NONE);

    assertEquals("BR,P RP", groups(host));
  }

  private static TestHost belowTwoBridges(PciIds outer) {
    return rootPort()
        .add("BR", "01:00.0", "RP", PCIE_TO_PCI_BRIDGE, false, OK, outer)
        .add("B2", "02:00.0", "BR", PCI_TO_PCIE_BRIDGE, false, NONE)
        .add("E", "03:00.0", "B2", ENDPOINT, false, NONE);
  }

  @Test
  void requestsAreNotFollowedAboveATranslationRoot() {
    TestHost plain = belowTwoBridges(ids(1, 1));
    TestHost root = belowTwoBridges(ids(0x14e4, 0x9000));
    List<String> carriers = carriersOf(plain, "6.12.74");

    assertEquals(List.of("E", "B2", "BR"), carriers);
    assertEquals(List.of("E", "B2"), carriersOf(root, "6.12.74"));
  }

  @Test
  void bridgeThatLeavesIdsAloneIsNoCarrierSince70() {
    TestHost host = belowTwoBridges(ids(0x1a03, 0x1150));

    assertEquals(List.of("E", "B2", "BR"), carriersOf(host, "6.19.14"));
    assertEquals(List.of("E", "B2"), carriersOf(host, "7.0.0"));
  }

  private static List<String> carriersOf(TestHost host, String release) {
    List<String> names = List.of("RP", "BR", "B2", "E");
    List<String> carriers = new ArrayList<>();
    DmaAliases aliases = new DmaAliases(host.hierarchy(), KernelVersion.of(release, ""));
    for (int i = 3; i != HostHierarchy.NONE; i = aliases.nextCarrier(i)) {
      carriers.add(names.get(i));
    }
    return carriers;
  }

  @Test
  void ntbUsesEveryIdOfItsBus() {
    TestHost host =
        rootPort()
            .add("f0", "01:00.0", "RP", ENDPOINT, true, OK)
            .add("NTB", "01:00.1", "RP", ENDPOINT, true, OK, ids(0x10b5, 0x87b0))
            .add("f7", "01:00.7", "RP", ENDPOINT, true, OK);

    assertEquals("NTB,f0,f7 RP", groups(host));
  }

  @Test
  void adaptecUsesAnotherIdOnlyWithTheSubsystemThatDoes() {
    TestHost host =
        rootPort()
            .add("X", "01:00.0", "RP", ENDPOINT, false, OK, ids(0x9005, 0x0285))
            .add("Y", "01:01.0", "RP", ENDPOINT, false, OK);

    assertEquals("RP X Y", groups(host));
  }

  @Test
  void adaptecWithThatSubsystemSharesAGroupWithDeviceOne() {
    TestHost host =
        rootPort()
            .add("X", "01:00.0", "RP", ENDPOINT, false, OK, ids(0x9005, 0x0285))
            .add("Y", "01:01.0", "RP", ENDPOINT, false, OK);
    Snapshot bare = host.bareSnapshot();
    ConfigFacts adaptec =
        new ConfigFacts(
            ReadStatus.COMPLETE,
            4096,
            new ConfigFacts.Header(0, 0, 0x9005, 0x02bc, false, 0, 0),
            ENDPOINT,
            OK,
            ConfigFacts.Features.NONE,
            0);
    SnapshotBuilder builder = new SnapshotBuilder(3);
    for (PciFunction f : bare.functions()) {
      ConfigFacts facts = f.ids().vendor() == 0x9005 ? adaptec : f.config();
      builder.add(new PciFunction(f.address(), f.path(), f.ids(), facts, f.kernel()));
    }
    Snapshot withSubsystem = builder.build("host", bare.boot(), BootClass.COLD, 0, 0, false);

    assertEquals("RP X,Y", host.describe(SnapshotGroups.of(withSubsystem, null).derived()));
  }

  @Test
  void stepsTellWhoCarriesAndWhoSharesAnId() {
    TestHost host =
        rootPort()
            .add("f0", "01:00.0", "RP", ENDPOINT, true, OK)
            .add("f2", "01:00.2", "RP", ENDPOINT, true, OK, ids(0x1180, 0xe832))
            .add("BR", "01:01.0", "RP", PCIE_TO_PCI_BRIDGE, false, OK)
            .add("P", "02:01.0", "BR", CONVENTIONAL, false, NONE);
    List<String> told = new ArrayList<>();
    GroupingSteps steps =
        new GroupingSteps() {
          @Override
          public void isCarriedBy(int function, int carrier) {
            told.add(function + " carried by " + carrier);
          }

          @Override
          public void sharesId(int function, int index, int mate) {
            told.add(function + ": " + index + " shares with " + mate);
          }

          @Override
          public void joins(int function, int member) {
            told.add(function + " joins " + member);
          }

          @Override
          public void founds(int function) {
            told.add(function + " founds");
          }
        };
    ModelChoice choice = ModelChoice.of(host.bareSnapshot().boot(), null);
    SnapshotGrouping.grouping(host.bareSnapshot(), choice, null).derive(steps);

    assertEquals(
        List.of(
            "0 founds",
            "1: 1 shares with 2",
            "1: 2 shares with 1",
            "1 founds",
            "2: 2 shares with 1",
            "2 joins 1",
            "3 founds",
            "4 carried by 3",
            "4 joins 3"),
        told);
  }
}
