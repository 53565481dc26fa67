package io.acswatch.pci.groups;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command line orders, in the kernel's own syntax. */
class AcsOptionsTest {
  private static final int FOUND = 0x41;
  private static final int SWITCHED_ON = 0x7D;
  private static final String UNTOUCHED = "007d";

  private static final HostHierarchy HOST =
      new TestHost()
          .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
          .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
          .add("A", "02:05.3", "USP", ENDPOINT, false, NONE)
          .hierarchy();

  private static String applied(String options, String address, boolean before611) {
    return "%04x"
        .formatted(AcsOptions.of(options).apply(HOST, at(address), FOUND, SWITCHED_ON, before611));
  }

  private static int at(String address) {
    int index = -1;
    for (int i = 0; i < HOST.size(); i++) {
      index = HOST.function(i).address().equals(PciAddress.parse(address)) ? i : index;
    }
    return index;
  }

  @ParameterizedTest(name = "{0}: off {1}, on {2}")
  @CsvSource({
    "'', false, false",
    "iommu=off, true, false",
    "quiet intel_iommu=off, true, false",
    "amd_iommu=off, true, false",
    "'intel_iommu=sm_on,on', false, true",
    "amd_iommu=force, false, true",
    "'iommu=pt,force', false, true",
    "iommu=pt, false, false",
    "intel_iommu=on iommu=off, true, false",
    "my_iommu=off, false, false",
    "pci=off, false, false",
    "iommu.passthrough=on, false, false"
  })
  void iommuIsSwitched(String commandLine, boolean off, boolean on) {
    AcsOptions options = AcsOptions.of(commandLine);

    assertEquals(off, options.switchesIommuOff());
    assertEquals(on, options.switchesIommuOn());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "pci=noats, true",
    "'pci=nommconf,noats,nomsi', true",
    "noats, false",
    "xpci=noats, false",
    "pci=noatsx, true",
    "pci=, false"
  })
  void translatedRequestsAreBlockedWithoutAts(String commandLine, boolean blocked) {
    assertEquals(blocked, AcsOptions.of(commandLine).noAts());
  }

  /** The kernel's kstrtobool looks at one character, of "on" and "off" at the second. */
  @ParameterizedTest(name = "{0}: off {1}, live update on {2}, handover on {3}")
  @CsvSource({
    "'', false, false, false",
    "liveupdate=on, false, true, false",
    "liveupdate=1 kho=Y, false, true, true",
    "liveupdate=true kho=yes, false, true, true",
    "kho=off, true, false, false",
    "kho=0 liveupdate=on, true, true, false",
    "liveupdate=n kho=on, true, false, true",
    "liveupdate=False, true, false, false",
    "liveupdate=on liveupdate=off, true, false, false",
    "liveupdate=off liveupdate=on, false, true, false",
    "liveupdate=on liveupdate=maybe, false, true, false",
    "kho=on kho=o, false, false, true",
    "xkho=off noliveupdate=off, false, false, false"
  })
  void liveUpdateIsSwitched(String commandLine, boolean off, boolean update, boolean handover) {
    AcsOptions options = AcsOptions.of(commandLine);

    assertEquals(off, options.switchesLiveUpdateOff());
    assertEquals(update, options.switchesLiveUpdateOn());
    assertEquals(handover, options.switchesHandoverOn());
  }

  @Test
  void redirectIsClearedInTheWordThatTheBootFound() {
    // Before 6.11 in the word as switched on; after it, all else falls back to what was found.
    String all = "pci=disable_acs_redir=00:01.0";

    assertEquals("0051", applied(all, "00:01.0", true));
    assertEquals("0041", applied(all, "00:01.0", false));
    assertEquals(UNTOUCHED, applied(all, "01:00.0", true));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "0@00:01.0, 0040",
    "1@00:01.0, 0041",
    "x1x0x@00:01.0, 0049",
    "0xxxx1x@00:01.0, 0003",
    "1111111@00:01.0, 007f",
    "xx@00:01.0, 0041",
    "?1@00:01.0, 007d",
    "@00:01.0, 0041",
    "xX1@00:01.0, 0041",
    "10000001@00:01.0, 007d",
    "x0000001@00:01.0, 0001",
    "0@nowhere;1@00:01.0, 007d",
    "?1@00:09.0;1@00:01.0, 007d",
    "11@00:02.0, 007d",
    "11, 007d",
    "1x@00:02.0;0x1@00:01.0;11@00:01.0, 0041",
    "10@00:01.0;01@00:01.0, 0042"
  })
  void bitsAreSetAndClearedInTheWordThatTheBootFound(String order, String expected) {
    assertEquals(expected, applied("pci=config_acs=" + order, "00:01.0", false));
    assertEquals(UNTOUCHED, applied("pci=config_acs=" + order, "00:01.0", true));
  }

  @Test
  void ofTheSameOptionTwiceTheLastCounts() {
    String twice = "pci=config_acs=%s@00:01.0 quiet pci=config_acs=%s@00:01.0";

    assertEquals("0040", applied(twice.formatted("1", "0"), "00:01.0", false));
    assertEquals(
        UNTOUCHED,
        applied("pci=disable_acs_redir=00:01.0 pci=disable_acs_redir=00:09.0", "00:01.0", false));
  }

  @Test
  void pathDoesNotReachAboveTheRoot() {
    assertEquals(UNTOUCHED, applied("pci=disable_acs_redir=00:09.0/01.0", "00:01.0", false));
  }

  @Test
  void controlsThatAreLeftAsFoundAreKnown() {
    AcsOptions options = AcsOptions.of("pci=config_acs=0x1@00:01.0;x@01:00.0");

    assertTrue(options.keepsWhatWasFound(HOST, at("00:01.0"), 0x1D));
    assertFalse(options.keepsWhatWasFound(HOST, at("00:01.0"), 0x05));
    assertTrue(options.keepsWhatWasFound(HOST, at("01:00.0"), 0x01));
    assertFalse(options.keepsWhatWasFound(HOST, at("02:05.3"), 0x1D));
  }

  @Test
  void bothOptionsOnOneDeviceTheLatterFromWhatWasFound() {
    assertEquals(
        "0043", applied("pci=disable_acs_redir=00:01.0,config_acs=1x@00:01.0", "00:01.0", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "02:05.3",
        "0000:02:05.3",
        "01:00.0/05.3",
        "00:01.0/00.0/05.3",
        "00:01.0/0.0/5.3",
        "0000:00:01.0/00.0/05.3",
        "pci:1af4:1",
        "pci:1AF4:0001",
        "pci:0:1",
        "pci:1af4:0",
        "pci:1af4:0001:0:0",
        "pci:1af4:0001:9999",
        "pci:1af4:0001:0:g",
        "2:5.3",
        "0:2:5.3",
        "00:09.0;02:05.3"
      })
  void namesTheDevice(String device) {
    assertEquals("0041", applied("pci=disable_acs_redir=" + device, "02:05.3", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "02:05.2",
        "0001:02:05.3",
        "01:00.0/05.2",
        "01:00.0/04.3",
        "00:01.0/05.3",
        "00:01.0/01.0/05.3",
        "00:02.0/00.0/05.3",
        "00:00.0/00:01.0/00.0/05.3",
        "00.0/01.0/00.0/05.3",
        "01.0/00.0/05.3",
        "somewhere/05.3",
        "somewhere;02:05.3",
        "pci:1af4:xyz;02:05.3",
        "02:05.3x",
        "",
        "/",
        "pci:1af4",
        "pci:1af4:0002",
        "pci:1af5:0001",
        "pci:1af4:xyz",
        "pci:zz:0001",
        "pci:1af4:0001:0:5",
        "pci:1af4:0001:5:0"
      })
  void doesNotNameTheDevice(String device) {
    assertEquals(UNTOUCHED, applied("pci=disable_acs_redir=" + device, "02:05.3", false));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "pci:8086:2018:1028:07b1, 0041",
    "pci:8086:2018:0:07b1, 0041",
    "pci:8086:2018:1028:0, 0041",
    "pci:8086:2018, 0041",
    "pci:8086:2018:1029:07b1, 007d",
    "pci:8086:2018:1028:07b2, 007d"
  })
  void subsystemIdsCountIfThereAreBoth(String device, String expected) {
    ConfigFacts facts =
        new ConfigFacts(
            ReadStatus.COMPLETE,
            4096,
            new ConfigFacts.Header(0, 0, 0x1028, 0x07b1, false, 0, 0),
            PortType.ENDPOINT,
            OK,
            ConfigFacts.Features.NONE,
            0);
    PciFunction function =
        new PciFunction(
            PciAddress.parse("00:04.0"),
            new DevicePath("pci0000:00/04.0"),
            new PciIds(0x8086, 0x2018, 0x088000),
            facts,
            KernelView.NONE);

    int control =
        AcsOptions.of("pci=disable_acs_redir=" + device)
            .apply(HostHierarchy.of(List.of(function)), 0, FOUND, SWITCHED_ON, false);

    assertEquals(expected, "%04x".formatted(control));
  }
}
