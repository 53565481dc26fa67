package io.acswatch.collector.posted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.params.provider.MethodSource;

/** Any file is read or refused with an {@link InputException} of one line. */
class PostedFuzzTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long MAX_CPU_NANOS = 10_000_000_000L;

  static Stream<byte[]> reports() throws IOException, CompressorException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(
          tar,
          "r/sos_commands/pci/lspci_-nnvv",
          "00:01.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07)\n"
              + "\tStatus: Cap- 66MHz- UDF-\n\tBus: primary=00, secondary=01, subordinate=01\n");
      add(tar, "r/proc/bus/pci/01/00.0", "\u0086\u0080".repeat(32));
      add(tar, "r/proc/cmdline", "BOOT_IMAGE=/vmlinuz\n");
      add(tar, "r/etc/libvirt/qemu/a.xml", "<domain><name>a</name></domain>");
    }
    byte[] tar = bytes.toByteArray();
    List<byte[]> all = new ArrayList<>(List.of(tar));
    for (String packing : List.of("gz", "xz", "bzip2", "zstd")) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (OutputStream out =
          new CompressorStreamFactory().createCompressorOutputStream(packing, packed)) {
        out.write(tar);
      }
      all.add(packed.toByteArray());
    }
    return all.stream();
  }

  private static void add(TarArchiveOutputStream tar, String name, String text) throws IOException {
    byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  /** What was read makes a capture that can be written and read again. */
  @MethodSource("reports")
  @FuzzTest
  void anyFileIsReadOrIsRefused(byte[] file) throws IOException {
    long before = THREADS.getCurrentThreadCpuTime();
    PostedHost host = new PostedHost();
    try {
      PostedInput.add("fuzz", new ByteArrayInputStream(file), host);
      Capture capture = host.toCapture();
      assertEquals(
          capture.functions().size(),
          CaptureReader.readText("again", CaptureWriter.toText(capture)).functions().size());
      host.missing();
      host.contradictions();
      host.origins().forEach(origin -> assertEquals(1, origin.lines().count(), origin));
    } catch (InputException refused) {
      assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - before;
    assertTrue(
        nanos < MAX_CPU_NANOS, () -> "CPU nanos=" + nanos + " for " + file.length + " bytes");
  }
}
