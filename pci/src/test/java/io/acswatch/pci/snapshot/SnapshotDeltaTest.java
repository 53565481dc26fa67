package io.acswatch.pci.snapshot;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.TestSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From one snapshot of a boot to the next. */
class SnapshotDeltaTest {
  private static final String B = "0000:02:00.0";

  /** B was found before A; the kernel log says of B that it will be preserved. */
  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("B", "02:00.0", "RP", ENDPOINT, false, NONE)
        .add("A", "00:04.0", null, ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .boot("boot-2", BootClass.KEXEC_KHO)
        .iommus("dmar0 dmar1")
        .sequence(1);
  }

  private static Snapshot base() {
    return AlteredFunction.in(host().snapshot(), B, f -> f.logged(Preservation.WILL_BE_PRESERVED));
  }

  private static SnapshotDelta delta(
      Boot boot,
      List<PciFunction> changed,
      List<PciAddress> removed,
      @Nullable List<PciAddress> scanOrder,
      @Nullable List<OwnershipClaim> owners,
      @Nullable List<String> notes) {
    return new SnapshotDelta(
        "host", boot, 5_000, 2, 1, true, changed, removed, scanOrder, owners, notes);
  }

  private static SnapshotDelta ofFunctions(List<PciFunction> changed, PciAddress... removed) {
    return delta(bare(base().boot()), changed, List.of(removed), null, null, null);
  }

  private static SnapshotDelta withNotes(String... notes) {
    return delta(bare(base().boot()), List.of(), List.of(), null, null, List.of(notes));
  }

  /** A delta without notes says nothing of IOMMUs. */
  private static Boot bare(Boot boot) {
    return boot.withIommus("");
  }

  private static PciFunction in(Snapshot snapshot, String bdf) {
    PciAddress address = PciAddress.parse(bdf);
    return snapshot.functions().stream()
        .filter(f -> f.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> addresses(Snapshot snapshot) {
    return snapshot.functions().stream().map(f -> f.address().toString()).toList();
  }

  private static Preservation logged(Snapshot snapshot, String bdf) {
    return in(snapshot, bdf).kernel().preservation();
  }

  @Test
  void whatItDoesNotMentionIsAsItWas() {
    Snapshot base = base();

    assertEquals(
        new Snapshot(
            base.host(),
            base.boot(),
            BootClass.KEXEC_KHO,
            5_000,
            2,
            true,
            true,
            base.functions(),
            base.owners()),
        ofFunctions(List.of()).applyTo(base));
  }

  @Test
  void aFunctionThatChangedStaysInItsTurnAndANewOneComesLast() {
    TestHost next = host().acs("RP", CLEARED).add("C", "00:02.0", null, ENDPOINT, false, NONE);
    PciFunction port = in(next.snapshot(), "0000:00:01.0");
    PciFunction added = in(next.snapshot(), "0000:00:02.0");

    Snapshot after = ofFunctions(List.of(added, port)).applyTo(base());

    assertEquals(List.of("0000:00:01.0", B, "0000:00:04.0", "0000:00:02.0"), addresses(after));
    assertEquals(CLEARED, in(after, "0000:00:01.0").config().acs());
  }

  @Test
  void whereNoOrderIsKnownANewFunctionComesByItsAddress() {
    Snapshot base =
        new SnapshotBuilder(1)
            .add(in(base(), "0000:00:04.0"))
            .build("host", base().boot(), BootClass.COLD, 0, 1, false);
    PciFunction added = in(base(), "0000:00:01.0");

    Snapshot after = ofFunctions(List.of(added)).applyTo(base);

    assertFalse(after.orderKnown());
    assertEquals(List.of("0000:00:01.0", "0000:00:04.0"), addresses(after));
  }

  @Test
  void anOrderOfItsOwnCounts() {
    List<PciAddress> order =
        List.of(
            PciAddress.parse("00:04.0"), PciAddress.parse("02:00.0"), PciAddress.parse("00:01.0"));

    Snapshot after = delta(base().boot(), List.of(), List.of(), order, null, null).applyTo(base());

    assertEquals(List.of("0000:00:04.0", B, "0000:00:01.0"), addresses(after));
  }

  @Test
  void aFunctionThatWentIsNoMore() {
    Snapshot after = ofFunctions(List.of(), PciAddress.parse(B)).applyTo(base());

    assertEquals(List.of("0000:00:01.0", "0000:00:04.0"), addresses(after));
  }

  @Test
  void claimsOfItsOwnReplaceAll() {
    OwnershipClaim claim = new OwnershipClaim(PciAddress.parse(B), "vm-b", "test");

    assertEquals(
        List.of(claim),
        delta(base().boot(), List.of(), List.of(), null, List.of(claim), null)
            .applyTo(base())
            .owners());
  }

  @Test
  void notesReplaceAllThatNotesToldBefore() {
    Snapshot after =
        withNotes(
                "iommu: dmar7",
                BootClass.LIVE_UPDATE_NOTE,
                "dmesg: pci 0000:00:04.0: Cannot preserve Virtual Functions")
            .applyTo(base());

    assertEquals("dmar7", after.boot().iommus());
    assertEquals(BootClass.LIVE_UPDATE, after.bootClass());
    assertEquals(Preservation.NONE, logged(after, B));
    assertEquals(Preservation.REFUSED_VIRTUAL_FUNCTION, logged(after, "0000:00:04.0"));
  }

  @Test
  void aChangedFunctionKeepsWhatTheLogSaidOfIt() {
    PciFunction changed = in(host().snapshot(), B);

    assertEquals(
        Preservation.WILL_BE_PRESERVED, logged(ofFunctions(List.of(changed)).applyTo(base()), B));
  }

  @Test
  void aFunctionFoundAgainHasNothingInTheLog() {
    PciFunction again = in(base(), B);
    Snapshot without = ofFunctions(List.of(), again.address()).applyTo(base());

    assertEquals(Preservation.NONE, logged(ofFunctions(List.of(again)).applyTo(without), B));
  }

  @ParameterizedTest(name = "host {0}, {1}, on {2}: of the boot {3}, follows {4}")
  @CsvSource({
    "host, boot-2, 1, true, true",
    "host, boot-2, 2, true, false",
    "host, boot-3, 1, false, false",
    "another, boot-2, 1, false, false",
  })
  void itFollowsTheSnapshotOfItsBootWithTheNumberItBuildsOn(
      String host, String boot, long baseSequence, boolean ofBoot, boolean follows) {
    SnapshotDelta delta =
        new SnapshotDelta(
            host,
            new Boot(boot, "6.12.74", "", "", 0, 0),
            0,
            3,
            baseSequence,
            false,
            List.of(),
            List.of(),
            null,
            null,
            null);

    assertEquals(ofBoot, delta.isOfBootOf(base()));
    assertEquals(follows, delta.follows(base()));
    if (!ofBoot) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> delta.applyTo(base()));
      assertEquals(
          "host=%s boot=%s, expected host and boot-2".formatted(host, boot), refused.getMessage());
    }
  }

  private static CapturedFunction captured(String bdf, String removable) {
    return new CapturedFunction(
        PciAddress.parse(bdf),
        "/sys/devices/pci0000:00/" + PciAddress.parse(bdf),
        TestSpace.pcie(0).space(),
        ReadStatus.COMPLETE,
        new PciIds(0x1AF4, 0x1000, 0x020000),
        KernelView.NONE,
        removable);
  }

  private static Capture capture(
      long sequence, String order, List<OwnershipClaim> owners, CapturedFunction... functions) {
    return new Capture(
        "host",
        "",
        new Boot("boot-2", "6.12.74", "", "", 0, 0),
        1_000 * sequence,
        sequence,
        sequence == 7,
        List.of(order.split(" ")).stream().map(PciAddress::parse).toList(),
        List.of(functions),
        owners,
        sequence == 7 ? List.of(BootClass.HANDOVER_NOTE) : List.of());
  }

  @Test
  void decodedItHoldsWhatTheDeltaOfCapturesHolds() {
    List<OwnershipClaim> owners =
        List.of(new OwnershipClaim(PciAddress.parse("00:02.0"), "vm", "test"));
    Capture base =
        capture(6, "00:02.0 00:03.0", List.of(), captured("00:02.0", ""), captured("00:03.0", ""));
    Capture next =
        capture(
            7,
            "00:04.0 00:02.0",
            owners,
            captured("00:02.0", ""),
            captured("00:04.0", "removable"));

    SnapshotDelta delta = SnapshotDelta.of(CaptureDelta.between(base, next));

    assertEquals(6, delta.baseSequence());
    assertEquals(List.of(PciAddress.parse("00:03.0")), delta.removed());
    assertEquals(next.scanOrder(), delta.scanOrder());
    assertEquals(owners, delta.owners());
    assertEquals(next.notes(), delta.notes());
    PciFunction added = delta.changed().get(0);
    assertEquals("pci0000:00/04.0", added.path().text());
    assertEquals(ENDPOINT, added.config().claimedType());
    assertTrue(added.kernel().removable());
    assertEquals(Snapshot.of(next), delta.applyTo(Snapshot.of(base)));
  }

  @Test
  void decodedItIsSilentOnWhatIsAsInTheBase() {
    Capture base = capture(5, "00:02.0", List.of(), captured("00:02.0", ""));
    Capture next = capture(6, "00:02.0", List.of(), captured("00:02.0", "removable"));

    SnapshotDelta delta = SnapshotDelta.of(CaptureDelta.between(base, next));

    assertEquals(1, delta.changed().size());
    assertNull(delta.scanOrder());
    assertNull(delta.owners());
    assertNull(delta.notes());
  }
}
