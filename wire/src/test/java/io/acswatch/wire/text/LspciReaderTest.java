package io.acswatch.wire.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.Captures;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LspciReaderTest {
  @Test
  void readsWhatLspciWouldPrintOfACapture() throws InputException {
    Capture capture = Captures.read("sriov-vfs");
    List<CapturedFunction> functions = read(dump(capture, "", ""));
    assertEquals(capture.functions().size(), functions.size());
    for (int i = 0; i < functions.size(); i++) {
      CapturedFunction expected = capture.functions().get(i);
      CapturedFunction read = functions.get(i);
      assertEquals(expected.address(), read.address());
      assertArrayEquals(expected.config().toByteArray(), read.config().toByteArray());
    }
  }

  @Test
  void takesIdsFromTheBytes() throws InputException {
    CapturedFunction read = read(dump(Captures.read("small"), "", "")).get(0);
    assertEquals(new PciIds(0x8086, 0x29C0, 0x060000), read.ids());
  }

  @Test
  void readsHeadingsWithTheBridgesAbove() throws InputException {
    byte[] bridge = new byte[64];
    bridge[0x19] = 0x21;
    String dump = HexFormat.ofDelimiter(" ").formatHex(bridge, 16, 32);
    String port = hex(64).replaceFirst("10: .*", "10: " + dump);
    String text =
        "00:01.0 X: y\n"
            + port
            + "00:01.0/01:00.0 X: y\n"
            + port
            + "0001:00:01.0/01:00.0/02:1f.7 X: y\n"
            + hex(64)
            + "00:01.0/03.2 X: y\n"
            + hex(64);

    assertEquals(
        List.of("0000:00:01.0", "0000:01:00.0", "0000:21:03.2", "0001:02:1f.7"),
        read(text).stream().map(f -> f.address().toString()).toList());
    assertThrows(InputException.class, () -> read("00:02.0/03.2 X: y\n" + hex(64)));
  }

  @Test
  void skipsDecodedLinesAndComplaints() throws InputException {
    String text =
        "pcilib: Cannot open /sys/bus/pci\nlspci: Unable to load libkmod resources: error -2\n"
            + dump(
                Captures.read("small"),
                "0000:",
                "\tSubsystem: 00: 11\n\tCapabilities: [100 v1] Access Control Services\n"
                    + "\t\tACSCap:\tSrcValid+\n");
    assertEquals(7, read(text).size());
  }

  @Test
  void readsLargeDomainsAndCarriageReturns() throws InputException {
    List<CapturedFunction> read = read(("10000:e1:1f.7 0604\n" + hex(64)).replace("\n", "\r\n"));
    assertEquals(PciAddress.of(0x10000, 0xE1, 0x1F, 7), read.get(0).address());
    assertEquals(64, read.get(0).config().length());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"16", "48", "80", "240", "272", "4080"})
  void refusesADeviceThatEndsTooEarly(int length) {
    assertEquals(
        "00:00.0 ends after N bytes, expected 64, 128, 256 or 4096: the dump is cut short"
            .replace("00:00.0", "0000:00:00.0")
            .replace("N", Integer.toString(length)),
        problem("00:00.0 x\n" + hex(length)));
  }

  @Test
  void refusesDamagedLines() {
    String good = "00:00.0 x\n" + hex(64);
    assertEquals(
        "0000:00:00.0: offset=20, expected 10", problem(good.replaceFirst("10: [^\n]*\n", "")));
    assertEquals(
        "0000:00:00.0: offset=10: bytes=15, expected 16",
        problem(good.replaceFirst("\n10: 10 ", "\n10: ")));
    assertEquals(
        "0000:00:00.0: offset=10: bytes=17, expected 16",
        problem(good.replaceFirst("\n10: ", "\n10: 00 ")));
    assertEquals(
        "0000:00:00.0: offset=10: byte 1 is \"1g\", expected two hexadecimal digits",
        problem(good.replaceFirst("\n10: 10", "\n10: 1g")));
    assertEquals("hex line before the first device heading", problem(hex(64)));
    assertEquals("second device 0000:00:00.0, the first is line 1", problem(good + "\n" + good));
    assertEquals(
        "nothing of PCI in it, expected the output of lspci, a list of IOMMU groups or a kernel log",
        problem("\n\n"));
    assertEquals(
        "0000:00:00.0: offset=00, expected no more", problem("00:00.0 x\n" + hex(4096) + hex(16)));
    assertEquals(
        "line begins with \"Slot:\", expected a device heading, a hex line or an indented line",
        problem("00:00.0 x\n" + hex(32) + "Slot:\n"));
  }

  @Test
  void remarksMayStandAroundAWholeDump() throws InputException {
    String post =
        "10: 00 00 00 00\n\n00:00.0 x\n" + hex(64) + "-- \nThanks, a user\n[ 1.5] ACPI: x\n";

    assertEquals(64, read(post).get(0).config().length());
  }

  @Test
  void namesFileAndLine() {
    InputException refused =
        assertThrows(InputException.class, () -> read("00:00.0 x\n" + hex(32) + "zz\n"));
    assertTrue(refused.getMessage().startsWith("dump.txt:4: "), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "'# pci-capture 1\n', CAPTURE",
    "'# pci-capture 2\n', CAPTURE",
    "'\n00:00.0 Host bridge', TEXT",
    "'lspci: x\n0000:00:00.0 Host bridge', TEXT",
    "'', TEXT",
    "'hello', TEXT",
    "'hell\0', BINARY"
  })
  void tellsCapturesFromDumps(String text, InputKind kind) throws IOException {
    BufferedInputStream stream =
        new BufferedInputStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    assertEquals(kind, InputKind.of(stream));
    assertEquals(text, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
  }

  private static String problem(String text) {
    return assertThrows(InputException.class, () -> read(text)).problem();
  }

  private static List<CapturedFunction> read(String text) throws InputException {
    PostedHost host = new PostedHost(PciNames::none);
    host.addText("dump.txt", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    return host.functions();
  }

  private static String dump(Capture capture, String domain, String decoded) {
    StringBuilder text = new StringBuilder();
    for (CapturedFunction function : capture.functions()) {
      String address = function.address().toString().substring("0000:".length());
      text.append(domain).append(address).append(" Some bridge: of a maker (rev 02)\n");
      text.append(decoded).append(hex(function.config().toByteArray())).append('\n');
    }
    return text.toString();
  }

  private static String hex(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return hex(bytes);
  }

  private static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      text.append(i % 16 == 0 ? "%02x:".formatted(i) : "");
      text.append(" %02x".formatted(bytes[i]));
      text.append(i % 16 == 15 ? "\n" : "");
    }
    return text.toString();
  }
}
