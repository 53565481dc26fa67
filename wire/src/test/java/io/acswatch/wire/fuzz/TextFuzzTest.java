package io.acswatch.wire.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.CaptureContent;
import io.acswatch.wire.frame.Captures;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.frame.RandomCaptures;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import io.acswatch.wire.text.OwnersReader;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is read or refused with an {@link InputException} of one line. */
class TextFuzzTest {
  private static InputStream stream(byte[] text) {
    return new ByteArrayInputStream(text);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Stream<byte[]> captures() {
    return Stream.concat(
            Captures.NAMES.stream().map(Captures::text),
            LongStream.range(0, 8)
                .mapToObj(seed -> CaptureWriter.toText(RandomCaptures.next(seed))))
        .map(TextFuzzTest::utf8);
  }

  /** A capture that was read can be written, decoded and grouped. */
  @MethodSource("captures")
  @FuzzTest
  void anyTextIsACaptureOrIsRefused(byte[] text) {
    Bounds.hold(
        text.length,
        () -> {
          Capture capture = CaptureReader.read("fuzz", stream(text));
          SnapshotGroups groups = SnapshotGroups.of(Snapshot.of(capture), null);
          assertEquals(capture.functions().size(), groups.derived().size());
          FrameReader frame = new FrameReader();
          assertNull(frame.wrap(FrameWriter.write(capture)));
          CaptureContent.assertSame(capture, frame.toCapture());
          String again = CaptureWriter.toText(capture);
          CaptureContent.assertSame(capture, CaptureReader.readText("again", again));
        });
  }

  static Stream<byte[]> owners() {
    return Stream.of(
            "# who owns what\n\nowner\t0000:03:00.0\tvm-a\tlibvirt\n",
            "owner\t3b:00.1\t6a7e\u00e9\tfile\r\nowner\t10000:00:1f.7\tb\t-\n",
            "owner\t03:00.0\t\t\n")
        .map(TextFuzzTest::utf8);
  }

  @MethodSource("owners")
  @FuzzTest
  void anyTextIsAnOwnersFileOrIsRefused(byte[] text) {
    Bounds.hold(
        text.length,
        () ->
            OwnersReader.read("fuzz", stream(text))
                .forEach(claim -> assertTrue(!claim.vm().isBlank())));
  }

  static Stream<byte[]> dumps() {
    String line = ": 86 80 18 29 03 01 00 00 02 00 01 06 00 00 80 00\n";
    StringBuilder header = new StringBuilder();
    for (int offset = 0; offset < 64; offset += 16) {
      header.append("%02x".formatted(offset)).append(line);
    }
    return Stream.of(
            "00:1f.0 ISA bridge: Intel\n" + header,
            "0000:00:1f.0 0601: 8086:2918\n\tFlags: bus master\n" + header + "\n",
            "pcilib: cannot open\n10000:e0:01.7\n" + header,
            """
            > IOMMU Group 1 00:01.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07)
            00:01.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07) (prog-if 00 [Normal])
            \tStatus: Cap+ 66MHz- UDF-
            \tIOMMU group: 1
            \tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
            \tCapabilities: [a0] Express (v2) Root Port (Slot+), MSI 00
            \tCapabilities: [140 v1] Access Control Services
            \t\tACSCap:\tSrcValid+ TransBlk+ ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
            \t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
            \tCapabilities: [160 v1] Single Root I/O Virtualization (SR-IOV)
            \t\tIOVCtl:\tEnable+ Migration-
            \t\tInitial VFs: 8, Total VFs: 8, Number of VFs: 2, Function Dependency Link: 00
            \t\tVF offset: 128, stride: 2, Device ID: 1515
            [    0.5] pci 0000:00:01.0: Adding to iommu group 1
            [    0.0] Linux version 6.1.0-49-amd64 (x@y) #1 SMP Debian 6.1.174-1
            [    0.0] Command line: BOOT_IMAGE=/vmlinuz quiet
            """)
        .map(TextFuzzTest::utf8);
  }

  @MethodSource("dumps")
  @FuzzTest
  void anyTextIsADumpOrIsRefused(byte[] text) {
    Bounds.hold(
        text.length,
        () -> {
          PostedHost host = new PostedHost();
          host.addText("fuzz", stream(text));
          Capture capture = host.toCapture();
          assertEquals(
              capture.functions().size(),
              CaptureReader.readText("again", CaptureWriter.toText(capture)).functions().size());
          host.origins();
          host.missing();
        });
  }
}
