package io.acswatch.pci.preflight;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.preflight.Preflight.Mode.LIVE_UPDATE;
import static io.acswatch.pci.preflight.Preflight.Mode.PLAIN_KEXEC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The registers and groups of the snapshot to come. */
class KexecForecastTest {
  private static final LiveUpdateAbility CAN =
      new LiveUpdateAbility(LiveUpdateAbility.Answer.CAN, "a test");
  private static final String ABLE = "intel_iommu=on liveupdate=on kho=on";
  private static final PciIds SUNRISE_POINT = new PciIds(0x8086, 0xA110, 0x060400);
  private static final PciIds IDT = new PciIds(0x111D, 0x80B5, 0x060400);

  private static Snapshot foretold(
      TestHost host, Preflight.Mode mode, String release, String commandLine) {
    KexecTarget target =
        KexecTarget.of(host.snapshot().boot(), List.of(), release, commandLine, null, List.of())
            .get(0);
    return forecast(host, mode, target).foretoldAfter(host.snapshot());
  }

  /** On hardware of which nothing is known, so that it takes what is written. */
  private static KexecForecast forecast(TestHost host, Preflight.Mode mode, KexecTarget target) {
    Snapshot present = host.snapshot();
    HostView view =
        new HostView(
            present.withFunctions(
                present.functions().stream()
                    .map(
                        f ->
                            new PciFunction(
                                f.address(), f.path(), f.ids(), f.config(), KernelView.NONE))
                    .toList()));
    return new KexecForecast(
        host.snapshot(),
        mode == LIVE_UPDATE ? CAN : null,
        target.boot(),
        target.model(),
        new TakenBits(view, view.choice()),
        true);
  }

  private static PciFunction function(Snapshot snapshot, String address) {
    return snapshot.functions().stream()
        .filter(f -> f.address().equals(PciAddress.parse(address)))
        .findFirst()
        .orElseThrow();
  }

  private static String words(Snapshot snapshot, String address) {
    AcsRegisters acs = function(snapshot, address).config().acs();
    return acs == null ? "none" : "%04x %04x".formatted(acs.control(), acs.secondDword());
  }

  private static TestHost port(AcsRegisters acs, PciIds ids) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, acs, ids)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .owner("A", "vm-a");
  }

  private static AcsRegisters acs(int capability, int control, int second) {
    return new AcsRegisters(0x148, capability, control, second);
  }

  @ParameterizedTest(name = "{0}, IOMMU {1}: {2}")
  @CsvSource({
    "0000, on, 001d 0000",
    "0002, on, 001f 0000",
    "0040, on, 005d 0000",
    "0000, off, 0000 0000",
    "0019, off, 0019 0000"
  })
  void ordinaryKexecSetsWhatIsRequiredAndClearsNothing(
      String before, String iommu, String expected) {
    AcsRegisters found = acs(0x5F, Integer.parseInt(before, 16), 0);
    Snapshot then =
        foretold(
            port(found, new PciIds(0x8086, 0x0001, 0x060400)),
            PLAIN_KEXEC,
            null,
            "intel_iommu=" + iommu);

    assertEquals(expected, words(then, "00:01.0"));
  }

  @Test
  void onlyWhatTheCapabilityHasIsSet() {
    TestHost host = port(acs(0x05, 0, 0), new PciIds(0x8086, 1, 0x060400));

    assertEquals("0005 0000", words(foretold(host, PLAIN_KEXEC, null, null), "00:01.0"));
    assertEquals("none", words(foretold(host, PLAIN_KEXEC, null, null), "01:00.0"));
  }

  @Test
  void withoutAtsTranslatedRequestsAreBlocked() {
    TestHost host = port(acs(0x5F, 0, 0), new PciIds(0x8086, 1, 0x060400));

    assertEquals("001f 0000", words(foretold(host, PLAIN_KEXEC, null, "pci=noats"), "00:01.0"));
  }

  @Test
  void sunrisePointHasItsControlAsTheSecondDword() {
    TestHost host = port(acs(0x5F, 0x0003, 0x0040), SUNRISE_POINT);
    String redirectOff = "intel_iommu=on pci=disable_acs_redir=00:01.0";

    assertEquals("0003 005d", words(foretold(host, PLAIN_KEXEC, null, null), "00:01.0"));
    // Source: pci_quirk_disable_intel_spt_pch_acs_redir, which __pci_config_acs asks for both.
    assertEquals("0003 0051", words(foretold(host, PLAIN_KEXEC, null, redirectOff), "00:01.0"));
    String configured = "intel_iommu=on pci=config_acs=1111111@00:01.0";
    assertEquals("0003 0051", words(foretold(host, PLAIN_KEXEC, null, configured), "00:01.0"));
    String other = "intel_iommu=on pci=disable_acs_redir=00:09.0";
    assertEquals("0003 005d", words(foretold(host, PLAIN_KEXEC, null, other), "00:01.0"));
    String elsewhere = "intel_iommu=on pci=config_acs=0000000@00:09.0";
    assertEquals("0003 005d", words(foretold(host, PLAIN_KEXEC, null, elsewhere), "00:01.0"));
    assertEquals("0003 005d", words(foretold(host, PLAIN_KEXEC, "6.1.192", configured), "00:01.0"));
  }

  @Test
  void controlsThatConfigAcsLeavesAloneDependOnWhatTheKexecFinds() {
    TestHost host = port(acs(0x5F, 0x1D, 0), new PciIds(0x8086, 1, 0x060400));

    assertTrue(keeps(host, "6.12.74", "pci=config_acs=x1xxx@00:01.0"));
    assertFalse(keeps(host, "6.12.74", "pci=config_acs=111x1@00:01.0"));
    assertFalse(keeps(host, "6.12.74", "pci=config_acs=x1xxx@00:09.0"));
    assertFalse(keeps(host, "6.1.192", "pci=config_acs=x1xxx@00:01.0"));
    assertFalse(keeps(host, "6.12.74", "pci=disable_acs_redir=00:01.0"));
  }

  private static boolean keeps(TestHost host, String release, String commandLine) {
    KexecTarget target =
        KexecTarget.of(host.snapshot().boot(), List.of(), release, commandLine, null, List.of())
            .get(0);
    return forecast(host, PLAIN_KEXEC, target).keepsWhatItFinds();
  }

  /** Found again in another order since: a kernel that boots finds all in order. */
  @Test
  void functionsComeInTheOrderOfABoot() {
    TestHost host =
        new TestHost()
            .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("X", "80:00.0", null, ENDPOINT, false, NONE)
            .add("B1", "02:00.1", "RQ", ENDPOINT, true, NONE)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .add("B0", "02:00.0", "RQ", ENDPOINT, true, NONE);
    List<String> order =
        foretold(host, PLAIN_KEXEC, null, null).functions().stream()
            .map(f -> f.address().toString().substring(5))
            .toList();

    assertEquals(List.of("00:01.0", "00:02.0", "01:00.0", "02:00.0", "02:00.1", "80:00.0"), order);
  }

  @Test
  void brokenSourceValidationIsNotSetFrom70On() {
    TestHost host = port(acs(0x1F, 0, 0), IDT);

    assertEquals("001c 0000", words(foretold(host, PLAIN_KEXEC, "7.0.13", null), "00:01.0"));
    assertEquals("001d 0000", words(foretold(host, PLAIN_KEXEC, "6.18.15", null), "00:01.0"));
  }

  @Test
  void liveUpdateKeepsTheWordsOfWhatIsPreservedOnly() {
    TestHost host =
        port(acs(0x5F, 0x11, 0), new PciIds(0x8086, 1, 0x060400))
            .add("RQ", "00:02.0", null, ROOT_PORT, false, acs(0x5F, 0x11, 0))
            .add("H", "02:00.0", "RQ", ENDPOINT, false, NONE);
    Snapshot then = foretold(host, LIVE_UPDATE, null, ABLE);

    assertEquals("0011 0000", words(then, "00:01.0"));
    assertEquals("001d 0000", words(then, "00:02.0"));
    assertEquals(BootClass.LIVE_UPDATE, then.bootClass());
    assertEquals(BootClass.KEXEC_PLAIN, foretold(host, PLAIN_KEXEC, null, null).bootClass());
  }

  @Test
  void whatIsRefusedIsNotPreserved() {
    TestHost host = port(acs(0x5F, 0, 0x11), SUNRISE_POINT);

    assertEquals("0000 001d", words(foretold(host, LIVE_UPDATE, null, ABLE), "00:01.0"));
  }

  @Test
  void groupsAndTheirTypesAreGoneWithTheIommu() {
    TestHost host = port(OK, new PciIds(0x8086, 1, 0x060400));
    KernelView on = function(foretold(host, PLAIN_KEXEC, null, null), "01:00.0").kernel();
    KernelView off =
        function(foretold(host, PLAIN_KEXEC, null, "intel_iommu=off"), "01:00.0").kernel();

    assertEquals(List.of(true, "DMA-FQ"), List.of(on.hasGroup(), on.groupType()));
    assertEquals(List.of(false, ""), List.of(off.hasGroup(), off.groupType()));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({"intel_iommu=on, true", "quiet, false", "intel_iommu=on iommu=off, false"})
  void hostWithoutGroupsHasThemIfTheIommuIsSwitchedOn(String commandLine, boolean groups) {
    TestHost host = port(OK, new PciIds(0x8086, 1, 0x060400)).withoutIommu();

    assertEquals(
        groups, foretold(host, PLAIN_KEXEC, null, commandLine).hasReportedGroups(), commandLine);
  }

  @Test
  void virtualFunctionsAreGone() {
    TestHost host = port(OK, new PciIds(0x8086, 1, 0x060400)).vf("V", "01:00.1", "A");

    assertEquals(
        List.of("0000:00:01.0", "0000:01:00.0"),
        foretold(host, PLAIN_KEXEC, null, null).functions().stream()
            .map(f -> f.address().toString())
            .toList());
  }

  /** After a boot whose words were all cleared a regressed kernel merges all below the port. */
  @Test
  void clearedWordsOfTheBootBeforeAreThoseOfEitherForm() {
    for (PciIds ids : List.of(new PciIds(0x8086, 1, 0x060400), SUNRISE_POINT)) {
      TestHost host = port(acs(0x5F, 0x1D, 0x1D), ids);
      KexecTarget target =
          KexecTarget.of(host.snapshot().boot(), List.of(), "6.12.80", null, null, List.of())
              .get(0);
      KexecForecast forecast = forecast(host, PLAIN_KEXEC, target);

      assertEquals(2, groups(forecast.foretoldAfter(host.snapshot())), ids.toString());
      assertEquals(1, groups(forecast.foretoldIfCleared()), ids.toString());
    }
  }

  private static long groups(Snapshot snapshot) {
    return snapshot.functions().stream().map(f -> f.kernel().group()).distinct().count();
  }
}
