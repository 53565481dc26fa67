package io.acswatch.pci.groups;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One snapshot as comparisons ask of it. */
class HostViewTest {
  private static final int PORT = 0;
  private static final int A = 1;
  private static final int B = 2;
  private static final DevicePath PLACE_OF_A = new DevicePath("pci0000:00/01.0/00.0");
  private static final DevicePath PLACE_OF_B = new DevicePath("pci0000:00/10.0");

  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .add("B", "00:10.0", null, ENDPOINT, false, NONE);
  }

  @Test
  void theFirstClaimNamesTheOwnerAndAllAreRemembered() {
    Snapshot twice =
        AlteredSnapshot.claimed(
            AlteredSnapshot.claimed(host().snapshot(), "01:00.0", "vm-z"), "01:00.0", "vm-a");
    HostView view = new HostView(twice);

    assertEquals("vm-z", view.owner(A));
    assertEquals(List.of("vm-a", "vm-z"), List.copyOf(view.claims(A)));
    assertTrue(view.isOwned(A));
    assertTrue(view.hasOwners());
    assertEquals(HostView.NOBODY, view.owner(B));
    assertTrue(view.claims(B).isEmpty());
    assertFalse(view.isOwned(B));
  }

  @Test
  void ownersLastKnownCountWhereNobodyClaimsAnything() {
    HostView drained =
        new HostView(
            host().snapshot(),
            List.of(
                new Assignment(PLACE_OF_A, "vm-a"),
                new Assignment(new DevicePath("pci0000:00/1f.0"), "vm-gone")));

    assertTrue(drained.ownersAreIntended());
    assertEquals("vm-a", drained.owner(A));
    assertEquals(List.of("vm-a"), List.copyOf(drained.claims(A)));
    assertEquals(HostView.NOBODY, drained.owner(B));
    assertEquals(HostView.NOBODY, drained.owner(PORT));
  }

  @Test
  void oneClaimOutweighsAllOwnersLastKnown() {
    HostView view =
        new HostView(
            host().owner("B", "vm-b").snapshot(), List.of(new Assignment(PLACE_OF_A, "vm-a")));

    assertFalse(view.ownersAreIntended());
    assertEquals(HostView.NOBODY, view.owner(A));
    assertEquals("vm-b", view.owner(B));
  }

  @Test
  void withoutClaimsOrMemoryThereAreNoOwners() {
    HostView view = new HostView(host().snapshot(), List.of());

    assertFalse(view.ownersAreIntended());
    assertFalse(view.hasOwners());
  }

  @Test
  void vmsAtAPlaceAreThoseOfTheFunctionAndOfAllBelow() {
    HostView view =
        new HostView(
            host()
                .add("A1", "01:00.1", "RP", ENDPOINT, false, NONE)
                .owner("A", "vm-z")
                .owner("A1", "vm-a")
                .owner("B", "vm-b")
                .snapshot());

    assertEquals(List.of("vm-a", "vm-z"), view.vmsAtOrBelow(new DevicePath("pci0000:00/01.0")));
    assertEquals(List.of("vm-z"), view.vmsAtOrBelow(PLACE_OF_A));
    assertEquals(List.of("vm-b"), view.vmsAtOrBelow(PLACE_OF_B));
    assertEquals(List.of(), view.vmsAtOrBelow(new DevicePath("pci0000:00/1")));
  }

  @Test
  void groupsAreThoseThatTheKernelReports() {
    HostView view =
        new HostView(
            host().reportGroup("RP", 3).reportGroup("A", 3).reportGroup("B", 7).snapshot());
    GroupPartition groups = view.groups();

    assertEquals(7, view.groupNumber(B));
    assertEquals(List.of(PORT, A), view.groupMembers(groups == null ? -1 : groups.groupOf(A)));
    assertEquals(List.of(), view.groupMembers(GroupPartition.NO_GROUP));
  }

  @Test
  void groupZeroIsAGroup() {
    assertEquals(0, new HostView(host().reportGroup("A", 0).snapshot()).groupNumber(A));
  }

  @Test
  void aHostWithoutIommuHasNoGroups() {
    HostView view = new HostView(host().withoutIommu().snapshot());

    assertNull(view.groups());
    assertNull(view.groupNumber(A));
    assertEquals(List.of(), view.groupMembers(0));
  }

  @Test
  void aBridgeIsNoEndpoint() {
    HostView view = new HostView(host().snapshot());

    assertFalse(view.isEndpoint(PORT));
    assertTrue(view.isEndpoint(A));
  }

  @ParameterizedTest(name = "driver {0}, domain {1}: under VFIO {2}, held {3}")
  @CsvSource({
    "vfio-pci, unmanaged, true, true",
    "mlx5_vfio_pci, unmanaged, true, true",
    "vfio-pci, DMA-FQ, true, false",
    "nvme, unmanaged, false, false",
  })
  void aGroupIsHeldIfUserSpaceHasItOpenThroughVfio(
      String driver, String domain, boolean underVfio, boolean held) {
    HostView view =
        new HostView(
            AlteredFunction.in(host().snapshot(), "01:00.0", f -> f.group(domain, driver)));

    assertEquals(underVfio, view.isUnderVfio(A));
    assertEquals(held, view.isHeld(A));
  }

  @Test
  void portsWhoseRegistersAreDwordsAreKnownByTheirIds() {
    PciIds sunrisePoint = new PciIds(0x8086, 0xa110, 0x060400);
    HostView view =
        new HostView(
            host().add("PCH", "00:1c.0", null, ROOT_PORT, false, OK, sunrisePoint).snapshot());

    assertFalse(view.hasDwordRegisters(PORT));
    assertTrue(view.hasDwordRegisters(3));
  }
}
