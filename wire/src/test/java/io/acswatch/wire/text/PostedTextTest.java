package io.acswatch.wire.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.InputException;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shapes in which people post; each stands for texts that were met. */
class PostedTextTest {
  private static final String PORT =
      """
      00:02.0 PCI bridge [0604]: Some Maker With A Long Name Inc. Root Port B [1022:5a16]
      \tControl: I/O+ Mem+ BusMaster+
      \tStatus: Cap+ 66MHz- UDF-
      \tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
      \tCapabilities: [58] Express (v2) Root Port (Slot+), MSI 00
      \tCapabilities: [190 v1] Access Control Services
      \t\tACSCap:\tSrcValid+ TransBlk+ ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans+
      \t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
      """;

  @Test
  void linesThatMailWrappedAreOneAgain() throws InputException {
    String quoted =
        PORT.replace("Root Port B", "Root\nPort B")
            .replace("[58] Express (v2) Root", "[58] Express, which is a bus, (v2) Root")
            .replace("UpstreamFwd+ EgressCtrl", "UpstreamFwd+ \nEgressCtrl")
            .replace("[58] Express, which is a bus, (v2) Root", "[58] Express (v2) Root")
            .lines()
            .map(line -> "> > " + line + "\n")
            .collect(Collectors.joining());

    for (String post : List.of(quoted, quoted.replace(">", "&gt;"))) {
      CapturedFunction read = read(post).functions().get(0);
      assertEquals("1022:5a16", read.ids().toString());
      AcsRegisters acs = new FunctionDecoder().decode(read.config(), read.readStatus()).acs();
      assertEquals(0x5F, acs.capability());
      assertEquals(0x1D, acs.control());
    }
  }

  /** What grep or the poster took away is not absent on the host. */
  @ParameterizedTest
  @ValueSource(strings = {"^[0-9a-f].*|.*ACS.*", "^[0-9a-f].*|.*(Control|Bus).*", ".*"})
  void linesThatWereLeftOutMayTell(String kept) throws InputException {
    String picked =
        ("00:00.0 Host bridge [0600]: A [1022:5a14]\n" + PORT)
            .lines()
            .filter(line -> line.matches(kept))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    if (kept.equals(".*")) {
      picked = picked.replaceFirst("\tCapabilities: .58.*", "\t\t[...]");
    }

    PostedHost host = read(picked);

    assertEquals(0, host.functions().get(1).config().length(), picked);
    assertTrue(host.missing().toString().contains("sudo lspci -nnvvv"), picked);
  }

  @Test
  void ofOneDeviceAloneTheOthersMayBeMissing() throws InputException {
    String one =
        PORT.replace("02.0", "1f.0")
            .replaceAll("(?m)^\t(Bus|Capabilities: .190|\tACS).*\n", "")
            .replace("[0604]", "[0280]")
            .replace("Root Port", "Endpoint");

    assertTrue(
        read(one).missing().get(0).what().startsWith("other functions of the device"),
        read(one).missing().toString());
    assertTrue(
        read("00:00.0 Host bridge [0600]: A [1022:5a14]\n" + one)
            .missing()
            .get(0)
            .what()
            .endsWith("0000:00:00.0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IOMMU Group 1:\n\t00:02.0 PCI bridge [0604]: A [1022:5a16]\n\t01:00.0 VGA [0300]: B",
        "IOMMU GROUP 1\n (1) 00:02.0 PCI bridge [0604]: A [1022:5a16]\n (1) 01:00.0 VGA [0300]: B",
        "IOMMU group 1\n[R] 00:02.0 PCI bridge [0604]: A [1022:5a16]\n    01:00.0 VGA [0300]: B",
        "IOMMU Group 1:\n\t[RESET]\t00:02.0 x\n\t       \t01:00.0 y\n\t\tUSB: Bus 001 Device 002 z",
        "IOMMU group: 1 00:02.0 PCI bridge [0604]: A\nIOMMU group: 1 01:00.0 VGA [0300]: B",
        "IOMMU group 1:\t[1022:5a16] 00:02.0 PCI bridge: A\n\t\t[10de:1c82] 01:00.0 VGA: B",
        "### IOMMU Group 1\n- 00:02.0 PCI bridge: A\n- 01:00.0 VGA: B",
        "Group 1\n├── 00:02.0 PCI bridge: A\n└── 01:00.0 VGA: B\nGroup 2\n└── 02:00.0 NIC: C",
        "/sys/kernel/iommu_groups/1/devices/0000:00:02.0\n/sys/kernel/iommu_groups/1/devices/0000:01:00.0",
        "/sys/kernel/iommu_groups/1/devices:\ntotal 0\nlrwxrwxrwx 1 root root 0 Feb 4 10:29"
            + " 0000:00:02.0 -> ../../../../devices/pci0000:00/0000:00:02.0\nlrwxrwxrwx 1 root root 0"
            + " Feb 4 10:29 0000:01:00.0 -> ../../../../devices/pci0000:00/0000:00:02.0/0000:01:00.0",
        "/sys/bus/pci/devices/0000:00:02.0/iommu_group -> ../../../kernel/iommu_groups/1\n"
            + "/sys/bus/pci/devices/0000:01:00.0/iommu_group -> ../../../../kernel/iommu_groups/1",
        ">> [ 1.1] kernel: pci 0000:00:02.0: Adding to iommu group 1\n"
            + ">> [ 1.2] kernel: vfio-pci 0000:01:00.0: Adding to iommu group 1\n"
            + ">> [ 1.3] qcom-venus 1d00000.video-codec: Adding to iommu group 2",
        "pci 0000:00:02.0 / 01:00.0: Adding to iommu group 1   (both)",
        "│ class    │ device │ id           │ iommugroup │ vendor │\n"
            + "│ 0x060400 │ 0x5a16 │ 0000:00:02.0 │          1 │ 0x1022 │\n"
            + "│ 0x030000 │ 0x1c82 │ 0000:01:00.0 │          1 │ 0x10de │",
      })
  void listsOfGroups(String post) throws InputException {
    PostedHost host = read(post + "\n\n$ lspci\n00:1f.0 ISA bridge: C\n");

    TreeMap<String, Integer> groups = new TreeMap<>();
    host.functions()
        .forEach(function -> groups.put(function.address().toString(), function.kernel().group()));
    groups.remove("0000:02:00.0");
    assertEquals("{0000:00:02.0=1, 0000:00:1f.0=-1, 0000:01:00.0=1}", groups.toString());
  }

  @Test
  void idsInFrontOfAnAddressCount() throws InputException {
    CapturedFunction read =
        read("IOMMU group 1:\t[1022:5a16] 00:02.0 PCI bridge: A (rev 02)\n").functions().get(0);
    assertEquals("1022:5a16", read.ids().toString());
  }

  @Test
  void aListingOfAnotherHostDoesNotCount() throws InputException {
    PostedHost host =
        read(
            """
            IOMMU Group 1 00:02.0 PCI bridge [0604]: A [1022:5a16]
            IOMMU Group 1 01:00.0 VGA [0300]: B [10de:1c82]

            A friend of mine has
            IOMMU Group 1 00:02.0 PCI bridge [0604]: C [8086:1901]
            IOMMU Group 1 02:00.0 VGA [0300]: B [10de:1c82]
            """);

    assertEquals(
        List.of("0000:00:02.0 1", "0000:01:00.0 1"),
        host.functions().stream().map(f -> f.address() + " " + f.kernel().group()).toList());
    assertEquals(
        List.of(
            "post.txt: the listing from line 5 on does not count, it is of another host or time:"
                + " 0000:00:02.0 is 8086:1901, and 1022:5a16 in line 1"),
        host.contradictions());
  }

  @Test
  void ofALogTheLastBootCounts() throws InputException {
    PostedHost host =
        read(
            """
            [    0.0] Linux version 6.1.0 (x) #1 SMP
            [    0.5] pci 0000:01:00.0: Adding to iommu group 14
            [    0.0] Linux version 6.2.0 (x) #1 SMP
            [    0.5] pci 0000:01:00.0: Adding to iommu group 12
            [    0.5] pci 0000:02:00.0: Adding to iommu group 13
            [    9.5] pci 0000:02:00.0: Removing from iommu group 13
            """);

    assertEquals("6.2.0", host.toCapture().boot().kernelRelease());
    assertEquals(
        List.of("0000:01:00.0 12"),
        host.functions().stream().map(f -> f.address() + " " + f.kernel().group()).toList());
    assertEquals(List.of(), host.contradictions());
  }

  /** 256 bytes of lspci -xxx end before ACS: words beside them may tell of it. */
  @Test
  void aShortDumpDoesNotSayThatThereIsNoAcs() throws InputException {
    StringBuilder dump = new StringBuilder();
    for (int row = 0; row < 256; row += 16) {
      String bytes =
          switch (row) {
            case 0x00 -> "22 10 16 5a 07 00 10 00 00 00 04 06 00 00 01 00";
            case 0x10 -> "00 00 00 00 00 00 00 00 00 01 01 00 00 00 00 00";
            case 0x30 -> "00 00 00 00 58 00 00 00 00 00 00 00 00 00 00 00";
            case 0x50 -> "00 00 00 00 00 00 00 00 10 00 42 00 00 00 00 00";
            default -> "00" + " 00".repeat(15);
          };
      dump.append("%02x: %s\n".formatted(row, bytes));
    }
    PostedHost alone = read("00:02.0 PCI bridge [0604]: A [1022:5a16]\n" + dump);
    PostedHost beside = read(PORT + dump);

    FunctionDecoder decoder = new FunctionDecoder();
    CapturedFunction read = alone.functions().get(0);
    assertFalse(decoder.decode(read.config(), read.readStatus()).capabilitiesKnown());
    assertTrue(alone.missing().get(0).what().startsWith("extended capabilities"));
    CapturedFunction both = beside.functions().get(0);
    assertEquals(0x1D, decoder.decode(both.config(), both.readStatus()).acs().control());
  }

  @Test
  void whatOnlyLooksLikeADumpIsNone() throws InputException {
    PostedHost host =
        read(
            PORT
                + "\n 338:   49 8b 87 c8 00 00 00    mov    0xc8(%r15),%rax\n 357:   00\nCc: A B\n"
                + "00:02.0/00.0 PCI bridge [0604]: A switch [1002:1478]\n"
                + "00:02.0/00.0/00.0 PCI bridge [0604]: A switch [1002:1479]\n");

    // Without -v nothing tells which bus is below the switch.
    assertEquals(
        List.of("0000:00:02.0", "0000:01:00.0"),
        host.functions().stream().map(function -> function.address().toString()).toList());
  }

  @Test
  void bytesOfOldMailAreRead() throws InputException {
    String post = "00:02.0\u00a0PCI bridge [0604]: M\u00fcller [1022:5a16]\n";
    assertEquals(
        "1022:5a16", read(post, StandardCharsets.ISO_8859_1).functions().get(0).ids().toString());
    assertEquals(
        "1022:5a16", read(post, StandardCharsets.UTF_8).functions().get(0).ids().toString());
  }

  @Test
  void aLogOfPlatformDevicesSaysSo() {
    assertTrue(
        assertThrows(
                InputException.class,
                () -> read("qcom-venus 1d00000.video-codec: Adding to iommu group 1\n"))
            .problem()
            .startsWith("only groups of devices that are not PCI in it"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pci_0000_00_02_0\npci_0000_01_00_0", "pci@0000:00:02.0  bridge  A port"})
  void namesOfDevicesTellNothing(String post) {
    assertTrue(
        assertThrows(InputException.class, () -> read(post))
            .problem()
            .startsWith("only names of devices (virsh nodedev-list, lshw) in it"));
  }

  private static PostedHost read(String post) throws InputException {
    return read(post, StandardCharsets.UTF_8);
  }

  private static PostedHost read(String post, Charset charset) throws InputException {
    PostedHost host = new PostedHost(PciNames::none);
    host.addText("post.txt", new ByteArrayInputStream(post.getBytes(charset)));
    return host;
  }
}
