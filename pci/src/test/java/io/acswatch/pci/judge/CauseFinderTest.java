package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which register, kernel, option or bridge is named for a group that changed, and in what words.
 */
class CauseFinderTest {
  private static final AcsRegisters NO_REDIRECT = new AcsRegisters(0x148, 0x5F, 0x11, 0);
  private static final String A = "03:00.0";
  private static final String B = "04:00.0";
  private static final String X = "05:00.0";

  /** A and B below the ports of a switch, X below a root port of its own. */
  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, true, OK)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", A, "D1", ENDPOINT, false, NONE)
        .add("B", B, "D2", ENDPOINT, false, NONE)
        .add("RQ", "00:05.0", null, ROOT_PORT, false, OK)
        .add("X", X, "RQ", ENDPOINT, false, NONE);
  }

  private static Cause find(TestHost before, TestHost after, boolean merged, String... endpoints) {
    return find(new Comparison(before.bareSnapshot(), after.bareSnapshot()), merged, endpoints);
  }

  private static Cause find(Comparison comparison, boolean merged, String... endpoints) {
    List<Integer> indices = new ArrayList<>();
    for (String endpoint : endpoints) {
      for (int i = 0; i < comparison.after().size(); i++) {
        if (comparison.after().function(i).address().equals(PciAddress.parse(endpoint))) {
          indices.add(i);
        }
      }
    }
    return new CauseFinder(comparison).find(indices, merged);
  }

  private static Cause merged(TestHost before, TestHost after) {
    return find(before, after, true, A, B);
  }

  private static TestHost later() {
    return host().kexec("boot-2");
  }

  private static String ports(Cause cause) {
    return cause.register().port()
        + cause.alsoChanged().stream()
            .map(other -> " " + other.port())
            .collect(Collectors.joining());
  }

  @Test
  void portThatMostDevicesPassComesFirst() {
    Cause cause = merged(host(), later().acs("D1", CLEARED).acs("RP", NO_REDIRECT));

    assertEquals("0000:00:01.0 0000:02:00.0", ports(cause));
    assertEquals("Root port 0000:00:01.0 lost ACS Control bits RR, CR.", cause.explanation());
  }

  @Test
  void portThatMostDevicesPassComesFirstEvenIfAnotherIsNearerToTheRoot() {
    TestHost after = later().acs("USP", CLEARED).acs("RQ", CLEARED);

    assertEquals("0000:01:00.0 0000:00:05.0", ports(find(host(), after, true, A, B, X)));
  }

  @Test
  void ofPortsThatAsManyPassTheNearestToTheRootComesFirst() {
    TestHost after = later().acs("D1", CLEARED).acs("RQ", CLEARED);

    assertEquals("0000:00:05.0 0000:02:00.0", ports(find(host(), after, true, A, X)));
  }

  @Test
  void ofPortsAsNearTheLowerPlaceComesFirst() {
    TestHost after = later().acs("D1", CLEARED).acs("D2", CLEARED);

    assertEquals("0000:02:00.0 0000:02:01.0", ports(find(host(), after, true, B, A)));
  }

  @ParameterizedTest
  @CsvSource({
    "RP, Root port 0000:00:01.0",
    "USP, Switch upstream port 0000:01:00.0",
    "D1, Switch downstream port 0000:02:00.0"
  })
  void lostBitIsToldOfThePort(String port, String name) {
    Cause cause = merged(host(), later().acs(port, CLEARED));

    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, cause.kind());
    assertEquals(name + " lost ACS Control bit RR.", cause.explanation());
    assertEquals(0x14E, cause.register().registerOffset());
    assertEquals(0x1D, cause.register().before());
    assertEquals(0x19, cause.register().after());
  }

  @Test
  void bitThatCameBackIsToldAsGained() {
    Cause cause = find(host().acs("RP", CLEARED), later(), false, A, B);

    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, cause.kind());
    assertEquals("Root port 0000:00:01.0 gained ACS Control bit RR.", cause.explanation());
  }

  @Test
  void optionThatCameWithTheLossIsToldToo() {
    TestHost after =
        later().acs("RP", NO_REDIRECT).commandLine("intel_iommu=on pci=disable_acs_redir=00:01.0");

    assertEquals(
        "Root port 0000:00:01.0 lost ACS Control bits RR, CR. The kernel command line changed:"
            + " pci=disable_acs_redir=00:01.0 came.",
        merged(host(), after).explanation());
  }

  @Test
  void capabilityThatIsGoneIsToldWithTheWordItHad() {
    Cause cause = merged(host(), later().acs("RP", NONE));

    assertEquals(Cause.Kind.ACS_CAPABILITY_GONE, cause.kind());
    assertEquals("Root port 0000:00:01.0 lost its ACS capability.", cause.explanation());
    assertEquals(0x14C, cause.register().registerOffset());
    assertEquals(0x5F, cause.register().before());
    assertEquals(0, cause.register().after());
  }

  @Test
  void capabilityThatCameIsToldWithItsWord() {
    Cause cause = find(host().acs("RP", NONE), later(), false, A, B);

    assertEquals(Cause.Kind.ACS_CAPABILITY_CHANGED, cause.kind());
    assertEquals("Root port 0000:00:01.0 has another ACS Capability word.", cause.explanation());
    assertEquals(0x14C, cause.register().registerOffset());
    assertEquals(0, cause.register().before());
    assertEquals(0x5F, cause.register().after());
  }

  @Test
  void capabilityWordThatGrewIsTold() {
    TestHost before = host().acs("RP", new AcsRegisters(0x148, 0x5B, 0x19, 0));
    Cause cause = merged(before, later().acs("RP", CLEARED));

    assertEquals(Cause.Kind.ACS_CAPABILITY_CHANGED, cause.kind());
    assertEquals(0x14C, cause.register().registerOffset());
    assertEquals(0x5B, cause.register().before());
    assertEquals(0x5F, cause.register().after());
  }

  private static TestHost sunrisePoint(int control) {
    PciIds ids = new PciIds(0x8086, 0xa110, 0x060400);
    return new TestHost()
        .add(
            "RP", "00:1c.0", null, ROOT_PORT, false, new AcsRegisters(0x148, 0x5F, 0, control), ids)
        .add("A", A, "RP", ENDPOINT, true, OK)
        .add("B", "03:00.1", "RP", ENDPOINT, true, OK);
  }

  @Test
  void wideControlIsToldWhereItStands() {
    Cause cause =
        find(
            sunrisePoint(0x7000_001D),
            sunrisePoint(0x7000_0019).kexec("boot-2"),
            true,
            A,
            "03:00.1");

    assertEquals("Root port 0000:00:1c.0 lost ACS Control bit RR.", cause.explanation());
    assertEquals(0x150, cause.register().registerOffset());
    assertEquals(0x1D, cause.register().before());
    assertEquals(0x19, cause.register().after());
  }

  private static TestHost qualcomm(String release, String bootId) {
    PciIds ids = new PciIds(0x17cb, 0x0111, 0x060400);
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, NONE, ids)
        .add("A", A, "RP", ENDPOINT, false, NONE)
        .release(release)
        .kexec(bootId);
  }

  @Test
  void kernelThatJudgesTheSameRegistersOtherwiseIsNamedWithBothModels() {
    Cause later = find(qualcomm("6.12.95", "1"), qualcomm("6.16.12", "2"), true, A);
    Cause same = find(qualcomm("6.12.95", "1"), qualcomm("6.12.74", "2"), true, A);

    assertEquals(Cause.Kind.KERNEL_CHANGED, later.kind());
    assertNull(later.register());
    assertEquals(
        "Root port 0000:00:01.0 (17cb:0111) has the same registers, but this kernel judges them"
            + " differently. The kernel changed from 6.12.95 to 6.16.12; model legacy-early-acs"
            + " became legacy-6.15.",
        later.explanation());
    assertEquals(
        "Root port 0000:00:01.0 (17cb:0111) has the same registers, but this kernel judges them"
            + " differently. The kernel changed from 6.12.95 to 6.12.74; both group by model"
            + " legacy-early-acs.",
        same.explanation());
  }

  @Test
  void otherDeviceAtTheSamePlaceIsToldAsSuch() {
    TestHost before = qualcomm("6.12.95", "1");
    PciIds ids = new PciIds(0x1AF4, 1, 0x060400);
    TestHost after =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, NONE, ids)
            .add("A", A, "RP", ENDPOINT, false, NONE)
            .release("6.12.95")
            .kexec("2");
    Cause cause = find(before, after, true, A);

    assertEquals(Cause.Kind.HIERARCHY_CHANGED, cause.kind());
    assertEquals(
        "At 0000:00:01.0 there was a root-port 17cb:0111; now there is a root-port 1af4:0001.",
        cause.explanation());
  }

  @Test
  void functionThatBecameOneOfSeveralIsToldAsAnotherKind() {
    TestHost before = new TestHost().add("A", A, null, ENDPOINT, false, NONE);
    TestHost after = new TestHost().add("A", A, null, ENDPOINT, true, NONE).kexec("2");

    assertEquals(Cause.Kind.HIERARCHY_CHANGED, find(before, after, true, A).kind());
  }

  /** What is told of groups that split while no register changed, by the boots on either side. */
  @ParameterizedTest(name = "{0} {1} -> {2} {3}, merged {4}: {5}")
  @CsvSource({
    "7.0.13, COLD, 7.0.13, KEXEC_PLAIN, false, ACS_ENABLED_LATE",
    "7.0.13, COLD, 7.0.13, KEXEC_PLAIN, true, UNEXPLAINED",
    "7.0.13, KEXEC_PLAIN, 7.0.13, KEXEC_PLAIN, false, UNEXPLAINED",
    "7.0.13, COLD, 7.0.13, COLD, false, UNEXPLAINED",
    "7.0.13, COLD, 6.18.15, COLD, false, ACS_ENABLED_LATE",
    "6.18.15, COLD, 7.0.13, KEXEC_PLAIN, false, KERNEL_CHANGED",
    "6.18.15, COLD, 6.18.15, KEXEC_PLAIN, false, UNEXPLAINED"
  })
  void acsThatWasOnFromTheStartSplitsWhatFirmwareHadJoined(
      String before, BootClass then, String after, BootClass now, boolean merged, String kind) {
    Cause cause =
        find(
            host().release(before).boot("1", then),
            host().release(after).boot("2", now),
            merged,
            A,
            B);

    assertEquals(Cause.Kind.valueOf(kind), cause.kind());
    if (kind.equals("ACS_ENABLED_LATE")) {
      assertEquals(
          "Kernel 7.0.13 switches ACS on function by function: after firmware, functions grouped"
              + " early met others that were still cleared; after this kexec ACS was on from the"
              + " start.",
          cause.explanation());
    }
  }

  @Test
  void changeOfARegisterThatTurnsNoVerdictIsNoCause() {
    TestHost after = later().acs("RP", new AcsRegisters(0x148, 0x5F, 0x1F, 0));

    assertEquals(Cause.Kind.UNEXPLAINED, merged(host(), after).kind());
  }

  /** RR was lost before the update; both snapshots show the word without it. */
  private static TestHost lost(TestHost host, String... ports) {
    for (String port : ports) {
      host.acs(port, CLEARED);
    }
    return host;
  }

  private static TestHost apart(TestHost host) {
    int group = 0;
    for (String name : List.of("RP", "USP", "D1", "D2", "A", "B", "RQ", "X")) {
      host.reportGroup(name, group++);
    }
    return host;
  }

  private static TestHost updated() {
    return host()
        .boot("boot-2", BootClass.LIVE_UPDATE)
        .life(Preservation.ADOPTED, "RP", "USP", "D1", "D2", "A", "B");
  }

  private static Cause grouped(TestHost before, TestHost after, String... endpoints) {
    return find(new Comparison(before.snapshot(), after.snapshot()), true, endpoints);
  }

  @Test
  void wordThatALiveUpdateAdoptedIsTheCauseBeforeKernelAndCommandLineAreAsked() {
    TestHost before = apart(lost(host(), "RP"));
    TestHost after = lost(updated(), "RP").release("7.4.1").commandLine("intel_iommu=on pci=noats");
    Cause cause = grouped(before, after, A, B);

    assertEquals(Cause.Kind.ACS_CONTROL_ADOPTED, cause.kind());
    assertEquals("0000:00:01.0", ports(cause));
    assertEquals(List.of("RR"), cause.register().bitNames());
    assertEquals(0x1D, cause.register().before());
    assertEquals(0x19, cause.register().after());
    assertEquals(
        "Root port 0000:00:01.0 had lost RR before the live update, which adopted its word 0019.",
        cause.explanation());
  }

  /** Later in the same boot, when the bit was written back, the group still shows it. */
  @Test
  void portWhoseBitWasWrittenBackIsStillTheCause() {
    Cause cause =
        grouped(
            apart(lost(host(), "RP")),
            apart(updated()).reportGroup("USP", 0).reportGroup("A", 0).reportGroup("B", 0),
            A,
            B);

    assertEquals("0000:00:01.0", ports(cause));
    assertEquals(
        "Root port 0000:00:01.0 had lost RR before the live update, which adopted its word 0019.",
        cause.explanation());
  }

  @Test
  void portWhoseLossNoSnapshotShowsIsToldByTheGroups() {
    Cause cause =
        grouped(
            apart(host()),
            apart(updated()).reportGroup("USP", 0).reportGroup("A", 0).reportGroup("B", 0),
            A,
            B);

    assertEquals("0000:00:01.0", ports(cause));
    assertEquals(
        "Root port 0000:00:01.0 did not isolate when the live update adopted it: the kernel's"
            + " groups show it.",
        cause.explanation());
  }

  @Test
  void portThatShowsTheLossSaysThatItsWordWasAdopted() {
    Cause cause = grouped(apart(host()), lost(updated(), "RP"), A, B);

    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, cause.kind());
    assertEquals(
        "Root port 0000:00:01.0 lost ACS Control bit RR. The live update adopted its word 0019.",
        cause.explanation());
  }

  /** Without its log, a kernel that was handed state over and left the word is taken for one. */
  @Test
  void handoverWithoutALogIsToldByTheWordThatTheKernelLeft() {
    TestHost after = lost(host().boot("boot-2", BootClass.KEXEC_KHO), "RP");
    Cause cause = grouped(apart(lost(host(), "RP")), after, A, B);

    assertEquals(Cause.Kind.ACS_CONTROL_ADOPTED, cause.kind());
    assertEquals(
        "Root port 0000:00:01.0 had lost RR before the live update, which adopted its word 0019."
            + " The kernel log, which would name it, was not read.",
        cause.explanation());
    TestHost ordinary = lost(host().kexec("boot-2"), "RP");
    assertEquals(Cause.Kind.UNEXPLAINED, grouped(apart(lost(host(), "RP")), ordinary, A, B).kind());
  }

  /** A port that was open all along shared its group before already: it explains nothing new. */
  @Test
  void portThatNeverIsolatedIsNotTheCause() {
    TestHost before = apart(lost(host(), "RP", "D1")).reportGroup("A", 2);
    Cause cause = grouped(before, lost(updated(), "RP", "D1"), A, B);

    assertEquals("0000:00:01.0", ports(cause));
    TestHost twoPorts = apart(lost(host(), "D1")).reportGroup("A", 2).reportGroup("B", 2);
    assertEquals(Cause.Kind.UNEXPLAINED, grouped(twoPorts, lost(updated(), "D1"), A, B).kind());
  }
}
