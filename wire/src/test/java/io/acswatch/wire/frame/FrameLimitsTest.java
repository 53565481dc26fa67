package io.acswatch.wire.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Collections.nCopies;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strings as long as they may be, and one byte longer. */
class FrameLimitsTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "host, 253",
    "phase, 1024",
    "boot id, 128",
    "release, 256",
    "version, 256",
    "command line, 65536",
    "group type, 1024",
    "driver, 1024",
    "path, 1024",
    "removable, 1024",
    "vm, 1024",
    "source, 1024",
    "note, 65536",
  })
  void aCaptureHasTheSameLimitsAsTextAndAsFrame(String field, int most) throws IOException {
    assertTooLongAbove(field, most);
    Capture longest = capture(field, "a".repeat(most));
    CaptureContent.assertSame(
        longest, CaptureReader.readText("longest", CaptureWriter.toText(longest)));

    String longer = CaptureWriter.toText(capture(field, "a".repeat(most + 1)));
    InputException refused =
        assertThrows(InputException.class, () -> CaptureReader.readText("longer", longer));
    assertTrue(
        refused.getMessage().endsWith("bytes=%d, expected at most %d".formatted(most + 1, most)),
        refused.getMessage());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "collector version, 256",
    "target release, 256",
    "target command line, 65536",
    "unchanged host, 253",
    "unchanged boot id, 128",
  })
  void aStringMayBeAsLongAsThisAndNoLonger(String field, int most) throws IOException {
    assertTooLongAbove(field, most);
  }

  private static void assertTooLongAbove(String field, int most) throws IOException {
    assertNull(new FrameReader().wrap(frame(field, most)));

    Rejected rejected = new FrameReader().wrap(frame(field, most + 1));
    assertNotNull(rejected);
    assertEquals(RejectReason.BAD_LENGTH, rejected.reason());
    assertEquals(
        "a string of %d bytes, expected at most %d".formatted(most + 1, most), rejected.detail());
  }

  @Test
  void whatWasPostedHasThemToo() throws IOException {
    String release = "6.1." + "0".repeat(300);
    String version = "#1 " + "x".repeat(300);
    String posted =
        "Linux version %s (x@y) %s%n".formatted(release, version)
            + "Command line: BOOT_IMAGE=%s%n".formatted("x".repeat(65_536))
            + "00:1f.0 ISA bridge [0601]: Intel Corporation [8086:2918]\n"
            + "\tKernel driver in use: %s%n".formatted("d".repeat(1_025));
    PostedHost host = new PostedHost();
    host.addText("x".repeat(200), new ByteArrayInputStream(posted.getBytes(UTF_8)));
    Capture capture = host.toCapture();
    CaptureContent.assertSame(
        capture, CaptureReader.readText("again", CaptureWriter.toText(capture)));
    assertNull(new FrameReader().wrap(FrameWriter.write(capture)));
    assertEquals(
        List.of("kernel release", "kernel version", "command line", "driver"),
        host.contradictions().stream().map(line -> line.replaceFirst(":.*", "")).toList());
  }

  /** A frame with a string of so many bytes in this field. */
  private static byte[] frame(String field, int length) throws IOException {
    String text = "a".repeat(length);
    Boot boot = new Boot("b", "", "", "", Boot.UNKNOWN_LOADER, 0);
    return switch (field) {
      case "collector version" ->
          FrameWriter.write(new Heartbeat("h", boot, 1, 1, 1, false, text, 0, 0, 0, List.of()));
      case "target release" -> FrameWriter.write(event(boot, text, ""));
      case "target command line" -> FrameWriter.write(event(boot, "", text));
      case "unchanged host" ->
          FrameWriter.write(new Unchanged(text, "b", 1, 2, 1, ContentDigest.UNKNOWN));
      case "unchanged boot id" ->
          FrameWriter.write(new Unchanged("h", text, 1, 2, 1, ContentDigest.UNKNOWN));
      default -> FrameWriter.write(capture(field, text));
    };
  }

  private static KexecEvent event(Boot boot, String release, String commandLine) {
    return new KexecEvent(
        "h", boot, 1, 1, 1, true, KexecEvent.Step.LOADED, release, commandLine, List.of());
  }

  private static Capture capture(String field, String text) throws IOException {
    Capture tiny = GoldenFrameTest.capture("tiny");
    CapturedFunction first = tiny.functions().get(0);
    KernelView kernel = first.kernel();
    CapturedFunction changed =
        new CapturedFunction(
            first.address(),
            field.equals("path") ? text : first.sysfsPath(),
            first.config(),
            first.readStatus(),
            first.ids(),
            new KernelView(
                kernel.group(),
                field.equals("group type") ? text : kernel.groupType(),
                field.equals("driver") ? text : kernel.driver(),
                kernel.sriov(),
                kernel.ariEnabled(),
                kernel.removable(),
                kernel.preservation()),
            field.equals("removable") ? text : first.removable());
    return new Capture(
        field.equals("host") ? text : "h",
        field.equals("phase") ? text : "",
        new Boot(
            field.equals("boot id") ? text : "b",
            field.equals("release") ? text : "6.1",
            field.equals("version") ? text : "",
            field.equals("command line") ? text : "",
            Boot.UNKNOWN_LOADER,
            0),
        1,
        1,
        false,
        List.of(),
        List.of(changed),
        List.of(
            new OwnershipClaim(
                first.address(),
                field.equals("vm") ? text : "vm",
                field.equals("source") ? text : "test")),
        List.of(field.equals("note") ? text : "note"));
  }

  @Test
  void refusesMoreNotesAndOwnersThanFunctionsThereMayBe() throws IOException {
    Capture tiny = GoldenFrameTest.capture("tiny");
    OwnershipClaim claim = tiny.owners().get(0);
    assertNull(new FrameReader().wrap(FrameWriter.write(with(tiny, 65_536, claim))));
    Rejected notes = new FrameReader().wrap(FrameWriter.write(with(tiny, 65_537, claim)));
    assertEquals("notes=65537, expected at most 65536", notes.detail());
    Capture owned = tiny.withOwners(Collections.nCopies(65_537, claim));
    Rejected owners = new FrameReader().wrap(FrameWriter.write(owned));
    assertEquals("owners=65537, expected at most 65536", owners.detail());
  }

  @Test
  void refusesALongerScanOrderThanFunctionsThereMayBe() throws IOException {
    PciAddress first = GoldenFrameTest.capture("tiny").functions().get(0).address();
    assertNull(new FrameReader().wrap(FrameWriter.write(at(1, nCopies(8_192, first)))));
    Rejected rejected = new FrameReader().wrap(FrameWriter.write(at(1, nCopies(8_193, first))));
    assertEquals("scanOrder=8193, expected at most 8192", rejected.detail());
  }

  /**
   * What judging takes grows with their square; one frame of 65,536 held its partition for good.
   */
  @Test
  void refusesMoreFunctionsThanCanBeJudgedInTime() throws IOException {
    CapturedFunction first = GoldenFrameTest.capture("tiny").functions().get(0);
    List<CapturedFunction> functions = new ArrayList<>();
    for (int i = 0; i < 8_192; i++) {
      functions.add(
          new CapturedFunction(
              new PciAddress(0, i),
              "",
              first.config(),
              first.readStatus(),
              first.ids(),
              first.kernel(),
              ""));
    }
    Capture capture = at(1, List.of());
    byte[] most =
        FrameWriter.write(
            new Capture(
                "h", "", capture.boot(), 1, 1, false, List.of(), functions, List.of(), List.of()));
    assertNull(new FrameReader().wrap(most));

    byte[] more = Arrays.copyOf(most, most.length + 64); // an entry of zeros
    ByteBuffer.wrap(more)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x08, more.length)
        .putInt(0x10, functions.size() + 1);
    assertEquals("functions=8193, expected at most 8192", new FrameReader().wrap(more).detail());
  }

  /** Alerts say when a snapshot was taken, and their schema wants a time of RFC 3339. */
  @Test
  void refusesATimeAfterTheYear9999() throws IOException {
    long last = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
    Capture latest = at(last, List.of());
    assertNull(new FrameReader().wrap(FrameWriter.write(latest)));
    CaptureContent.assertSame(
        latest, CaptureReader.readText("latest", CaptureWriter.toText(latest)));
    Rejected snapshot = new FrameReader().wrap(FrameWriter.write(at(last + 1, List.of())));
    assertEquals("takenAt=253402300800000, expected at most 253402300799999", snapshot.detail());
    Unchanged word = new Unchanged("h", "b", last + 1, 2, 1, ContentDigest.UNKNOWN);
    Rejected unchanged = new FrameReader().wrap(FrameWriter.write(word));
    assertEquals("lookedAt=253402300800000, expected at most 253402300799999", unchanged.detail());
    String later = CaptureWriter.toText(at(last + 1, List.of()));
    assertThrows(InputException.class, () -> CaptureReader.readText("later", later));
  }

  private static Capture at(long takenAtMillis, List<PciAddress> scanOrder) throws IOException {
    Capture tiny = GoldenFrameTest.capture("tiny");
    return new Capture(
        "h",
        "",
        tiny.boot(),
        takenAtMillis,
        1,
        false,
        scanOrder,
        tiny.functions(),
        List.of(),
        List.of());
  }

  private static Capture with(Capture capture, int notes, OwnershipClaim claim) {
    return new Capture(
        capture.host(),
        "",
        capture.boot(),
        1,
        1,
        false,
        List.of(),
        capture.functions(),
        Collections.nCopies(65_536, claim),
        Collections.nCopies(notes, "note"));
  }

  @Test
  void aHostIdCountsInBytes() {
    assertEquals("h".repeat(253), FrameLimits.host("h".repeat(253)));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> FrameLimits.host("\u00fc".repeat(127)));
    assertEquals("a host id of 254 bytes, expected at most 253", refused.getMessage());
  }
}
