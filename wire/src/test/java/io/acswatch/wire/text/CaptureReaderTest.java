package io.acswatch.wire.text;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.Captures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureReaderTest {
  private static final String GOOD =
      """
      # pci-capture 1
      phase	before
      kernel_release	6.1
      boot_id	b
      scan_order	00:02.0 01:00.0
      group	4	DMA-FQ	0000:00:02.0 0000:01:00.0
      dev	0000:00:02.0	4	256	3412	/sys/a	0x1234	0x0001	0x060400	pcieport	-	-	-	0	-
      dev	0000:01:00.0	4	64	34120200	/sys/b	0x1234	0x0002	0x010802	-	-	-	-	1	fixed
      """;

  @Test
  void readsTheShortestCapture() throws InputException {
    Capture capture = read(GOOD);
    assertEquals(2, capture.functions().size());
    assertEquals(new Boot("b", "6.1", "", "", -1, -1), capture.boot());
    assertEquals("", capture.host());
    assertEquals(0, capture.takenAtMillis());
    CapturedFunction second = capture.functions().get(1);
    assertEquals(
        new KernelView(4, "DMA-FQ", "", KernelView.Sriov.NONE, true, false, Preservation.NONE),
        second.kernel());
    assertEquals(64, second.config().length());
    assertEquals(0x1234, second.config().u16(0));
    assertEquals(ReadStatus.COMPLETE, second.readStatus());
    assertEquals("fixed", second.removable());
  }

  @Test
  void readsWhatWeAdded() throws InputException {
    Capture capture =
        read(
            GOOD
                + "host\th1\ntaken_at\t2026-11-23T08:48:09.2501+01:00\nsequence\t9\n"
                + "read_status\t00:02.0\tASLEEP\nowner\t01:00.0\tvm-a\tlibvirt\nend\t2\n");
    assertEquals("h1", capture.host());
    assertEquals(Instant.parse("2026-11-23T07:48:09.250Z").toEpochMilli(), capture.takenAtMillis());
    assertEquals(9, capture.sequence());
    assertEquals(ReadStatus.ASLEEP, capture.functions().get(0).readStatus());
    assertEquals("vm-a", capture.owners().get(0).vm());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcieport", "before", "0000:00:02.0 0000", "fixed"})
  void refusesACarriageReturnInsideALine(String text) {
    String broken = GOOD.replaceFirst(text, text + "\r");
    int line = (int) broken.substring(0, broken.indexOf('\r')).lines().count();

    InputException refused =
        assertThrows(InputException.class, () -> read(broken.replace("\n", "\r\n")));

    assertTrue(
        refused.getMessage().matches(".*:" + line + ":\\d+: carriage return inside a line"),
        refused.getMessage());
  }

  @Test
  void ignoresKeysItDoesNotKnow() throws InputException {
    read(GOOD + "\n# remark\nnew_key\tvalue\nnonsense\n");
  }

  @Test
  void readsLinesInAnyOrder() throws InputException {
    String[] lines = GOOD.split("\n");
    StringBuilder reversed = new StringBuilder(lines[0]).append('\n');
    for (int i = lines.length - 1; i > 0; i--) {
      reversed.append(lines[i]).append('\n');
    }
    assertEquals(CaptureWriter.toText(read(GOOD)), CaptureWriter.toText(read(reversed.toString())));
  }

  @Test
  void readsCarriageReturnsAndAByteOrderMark() throws InputException {
    Capture capture = read("\uFEFF" + GOOD.replace("\n", "\r\n"));
    assertEquals(CaptureWriter.toText(read(GOOD)), CaptureWriter.toText(capture));
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        Arguments.of(
            "# pci-capture 1",
            "# pci-capture 2",
            "1: first line is \"# pci-capture 2\", expected \"# pci-capture 1\""),
        Arguments.of(
            "# pci-capture 1", "hello", "1: first line is \"hello\", expected \"# pci-capture 1\""),
        Arguments.of(
            "kernel_release\t6.1",
            "x",
            " no kernel_release line: the file is cut short or not a capture"),
        Arguments.of(
            "boot_id\tb", "boot_id", " no boot_id line: the file is cut short or not a capture"),
        Arguments.of("boot_id\tb", "phase\tx", "4: second phase line"),
        Arguments.of(
            "phase\tbefore", "kexec_loaded\t2", "2:14: kexec_loaded: value=\"2\", expected 0 to 1"),
        Arguments.of(
            "phase\tbefore",
            "bootloader_type\tx",
            "2:17: bootloader_type: value=\"x\", expected 0 to 2147483647"),
        Arguments.of(
            "phase\tbefore",
            "taken_at\tyesterday",
            "2: taken_at=\"yesterday\", expected an RFC 3339 instant as 2026-11-23T07:48:09.250Z"),
        Arguments.of(
            "phase\tbefore",
            "sequence\t0",
            "2:10: sequence: value=\"0\", expected 1 to 9223372036854775807"),
        Arguments.of(
            "phase\tbefore", "owner\t01:00.0\tvm", "2: owner: fields=2, expected 3 after the key"),
        Arguments.of(
            "phase\tbefore",
            "owner\t01:00.0\t \tx",
            "2:15: owner: vm=\" \", expected the name of a VM"),
        Arguments.of(
            "phase\tbefore",
            "read_status\t01:00.0\tX",
            "2:21: read_status: status=\"X\", expected one of [COMPLETE, TRUNCATED_UNPRIVILEGED, EXT_UNAVAILABLE, EXT_ALIASED, ALL_ONES, NOT_READY, TORN_READ, ASLEEP, UNREADABLE]"),
        Arguments.of(
            "phase\tbefore",
            "read_status\t05:00.0\tASLEEP",
            "2: read_status names 0000:05:00.0, which no dev line describes"),
        Arguments.of(
            "phase\tbefore",
            "end\t3",
            " dev lines=2, expected 3 as the end line says: dev lines are missing or too many"),
        Arguments.of(" 01:00.0\n", " 7\n", "5:20: scan_order=\"7\", expected [dddd:]bb:dd.f"),
        Arguments.of(
            " 01:00.0\n",
            " 02:00.0\n",
            "5: scan_order names 0000:02:00.0, which no dev line describes: the file is cut short"),
        Arguments.of(
            "DMA-FQ\t",
            "DMA-FQ\t0000:03:00.0 ",
            "6: group 4 names 0000:03:00.0, which no dev line describes: the file is cut short"),
        Arguments.of(
            "group\t4",
            "group\t5",
            "7: dev: 0000:00:02.0 is in group 4, but the group lines say group 5 (line 6)"),
        Arguments.of(
            "0000:00:02.0\t4\t",
            "0000:00:02.0\t-\t",
            "7: dev: 0000:00:02.0 is in no group, but the group lines say group 4 (line 6)"),
        Arguments.of(
            " 0000:01:00.0\n",
            "\n",
            "8: dev: 0000:01:00.0 is in group 4, but the group lines say no group"),
        Arguments.of("group\t4", "group\tx", "6:7: group: number=\"x\", expected 0 to 2147483647"),
        Arguments.of("phase\tbefore", "group\t4\tDMA\t", "6: second group line for group 4"),
        Arguments.of(
            "phase\tbefore",
            "group\t3\tDMA\t0000:01:00.0",
            "6: group 4 names 0000:01:00.0, which group 3 in line 2 names too"),
        Arguments.of("\tfixed", "", "8: dev: fields=13, expected 14 after the key"),
        Arguments.of("\tfixed", "\tfixed\tx", "8: dev: fields=15, expected 14 after the key"),
        Arguments.of(
            "dev\t0000:01:00.0",
            "dev\t0000:01:0.0",
            "8:5: dev: address=\"0000:01:0.0\", expected [dddd:]bb:dd.f"),
        Arguments.of(
            "dev\t0000:01:00.0",
            "dev\t0000:00:02.0",
            "8: dev: second line for 0000:00:02.0, the first is line 7"),
        Arguments.of("\t64\t", "\t4097\t", "8:20: dev: config length=\"4097\", expected 0 to 4096"),
        Arguments.of("\t64\t", "\t-1\t", "8:20: dev: config length=\"-1\", expected 0 to 4096"),
        Arguments.of("\t64\t", "\t3\t", "8:22: dev: config: bytes=4, expected at most length=3"),
        Arguments.of("34120200", "3412020", "8:23: dev: config: digits=7, expected an even number"),
        Arguments.of(
            "34120200",
            "34120z00",
            "8:28: dev: config: character \"z\", expected a hexadecimal digit"),
        Arguments.of("0x0002", "0x10000", "8:46: dev: device=\"0x10000\", expected 0x0 to 0xffff"),
        Arguments.of("0x010802", "0x", "8:53: dev: class=\"0x\", expected 0x0 to 0xffffff"),
        Arguments.of(
            "pcieport\t-", "pcieport\tpf", "7:68: dev: physfn=\"pf\", expected [dddd:]bb:dd.f"),
        Arguments.of(
            "pcieport\t-\t-",
            "pcieport\t-\t70000",
            "7:70: dev: sriov_numvfs=\"70000\", expected 0 to 65535"),
        Arguments.of("\t1\tfixed", "\t2\tfixed", "8:70: dev: ari_enabled=\"2\", expected 0 to 1"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("damages")
  void refusesADamagedCapture(String right, String wrong, String message) {
    int at = GOOD.lastIndexOf(right);
    assertTrue(at >= 0, right);
    String damaged = GOOD.substring(0, at) + wrong + GOOD.substring(at + right.length());
    InputException refused = assertThrows(InputException.class, () -> read(damaged));
    assertEquals("x.cap:" + message, refused.getMessage());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"before-merge", "sriov-vfs"})
  void knowsACutCaptureForOne(String name) throws InputException {
    String text = CaptureWriter.toText(Captures.read(name));
    for (int length = 0; length < text.lastIndexOf("\nend\t"); length += 7) {
      String cut = text.substring(0, length);
      if (cut.endsWith("\n") || text.charAt(length) == '\n') {
        continue;
      }
      // Beyond the dev lines only a log line is lost, which no count tells.
      if (length > text.indexOf("\ndmesg")) {
        break;
      }
      assertThrows(InputException.class, () -> read(cut), () -> "cut at " + cut.length());
    }
    for (int line = 0;
        line < text.lines().filter(l -> !l.startsWith("dmesg")).count() - 1;
        line++) {
      StringBuilder cut = new StringBuilder();
      text.lines().limit(line).forEach(l -> cut.append(l).append('\n'));
      assertThrows(InputException.class, () -> read(cut.toString()), () -> "after " + cut);
    }
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);
    bytes[GOOD.indexOf("before") + 2] = (byte) 0xC3;
    InputException refused =
        assertThrows(
            InputException.class,
            () -> CaptureReader.read("x.cap", new ByteArrayInputStream(bytes)));
    assertEquals("x.cap:2: byte 9 of the line is not UTF-8", refused.getMessage());
  }

  @Test
  void refusesALineWithoutEnd() {
    InputException refused =
        assertThrows(
            InputException.class,
            () ->
                CaptureReader.read(
                    "endless", endless("# pci-capture 1\nnote\t", "x".repeat(1_000))));
    assertEquals("endless:2: line longer than 1048576 bytes", refused.getMessage());
  }

  @Test
  void refusesAnInputWithoutEnd() {
    InputException refused =
        assertThrows(
            InputException.class,
            () ->
                CaptureReader.read(
                    "endless", endless("# pci-capture 1\n", "#" + " ".repeat(998) + "\n")));
    assertTrue(
        refused.getMessage().endsWith("input longer than 268435456 bytes"), refused.getMessage());
  }

  private static InputStream endless(String beginning, String then) {
    Enumeration<InputStream> parts =
        new Enumeration<>() {
          private String next = beginning;

          @Override
          public boolean hasMoreElements() {
            return true;
          }

          @Override
          public InputStream nextElement() {
            InputStream part = new ByteArrayInputStream(next.getBytes(StandardCharsets.UTF_8));
            next = then;
            return part;
          }
        };
    return new SequenceInputStream(parts);
  }

  @Test
  void saysWhyAFileCannotBeRead(@TempDir Path directory) throws IOException {
    Path missing = directory.resolve("missing.cap");
    assertEquals(
        missing + ": no such file",
        assertThrows(InputException.class, () -> CaptureReader.read(missing)).getMessage());
    assertEquals(
        directory + ": is a directory",
        assertThrows(InputException.class, () -> CaptureReader.read(directory)).getMessage());
    Path empty = Files.createFile(directory.resolve("empty.cap"));
    assertEquals(
        empty + ": empty, expected the line \"# pci-capture 1\"",
        assertThrows(InputException.class, () -> CaptureReader.read(empty)).getMessage());
  }

  @Test
  void quotesHostileTextHarmlessly() {
    InputException refused =
        assertThrows(InputException.class, () -> read("\u001b[2J" + "x".repeat(5000)));
    assertTrue(refused.getMessage().length() < 200, refused.getMessage());
    assertFalse(refused.getMessage().contains("\u001b"));
  }

  @Test
  void writerRefusesWhatWouldBreakALine() throws InputException {
    Capture capture = read(GOOD);
    assertDoesNotThrow(() -> CaptureWriter.toText(capture));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            CaptureWriter.toText(
                capture.withOwners(
                    List.of(
                        new OwnershipClaim(capture.functions().get(0).address(), "a\tb", "x")))));
  }

  private static Capture read(String text) throws InputException {
    return CaptureReader.readText("x.cap", text);
  }
}
