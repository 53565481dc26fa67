package io.acswatch.collector.posted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostedInputTest {
  private static final String ROOT = "sosreport-box-2026-11-30-abc";
  private static final String WORDS =
      """
      00:00.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07) (prog-if 00 [Normal decode])
      \tStatus: Cap- 66MHz- UDF-
      \tIOMMU group: 1
      \tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
      """;
  private static final String DOMAIN =
      """
      <domain type='kvm'><name>vm5</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
        <devices><hostdev mode='subsystem' type='pci'><source>
          <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
        </source></hostdev></devices></domain>
      """;

  @TempDir private Path directory;

  private static Map<String, byte[]> report() {
    byte[] endpoint = new byte[256];
    endpoint[0] = (byte) 0x86;
    endpoint[1] = (byte) 0x80;
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("proc/bus/pci/01/00.0", endpoint);
    files.put("proc/bus/pci/devices", "0100 ...".getBytes(StandardCharsets.UTF_8));
    put(files, "sos_commands/pci/lspci_-nnvv", WORDS);
    put(files, "sos_commands/kernel/dmesg", "[ 0.5] pci 0000:01:00.0: Adding to iommu group 1\n");
    put(
        files,
        "sos_commands/kernel/uname_-a",
        "Linux box 6.1.0-18-amd64 #1 SMP x86_64 GNU/Linux\n");
    put(files, "proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet\n");
    put(files, "proc/sys/kernel/random/boot_id", "cafe\n");
    put(files, "sys/kernel/kexec_loaded", "1\n");
    put(files, "etc/libvirt/qemu/vm5.xml", DOMAIN);
    put(files, "etc/libvirt/qemu/networks/default.xml", "<network/>");
    put(files, "etc/shadow", "of no use");
    return files;
  }

  private static void put(Map<String, byte[]> files, String name, String text) {
    files.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gz", "xz", "zstd", "bzip2"})
  void readsAReportAsArchive(String packing) throws IOException, CompressorException {
    Path file = directory.resolve("report.anything");
    Files.write(file, packed(packing, tar(report())));

    check(read(file), file.toString());
  }

  @Test
  void readsAReportAsDirectoryAtAnyDepth() throws IOException {
    for (Map.Entry<String, byte[]> entry : report().entrySet()) {
      Path file = directory.resolve("cases/17").resolve(ROOT).resolve(entry.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, entry.getValue());
    }
    Files.createSymbolicLink(
        directory.resolve("cases/17").resolve(ROOT).resolve("proc/bus/pci/01/01.0"),
        Path.of("00.0"));

    check(read(directory), directory.toString());
  }

  private static void check(PostedHost host, String source) {
    Capture capture = host.toCapture();
    assertEquals("6.1.0-18-amd64", capture.boot().kernelRelease());
    assertEquals("BOOT_IMAGE=/vmlinuz quiet", capture.boot().commandLine());
    assertEquals("cafe", capture.boot().id());
    assertTrue(capture.kexecLoaded());
    assertEquals(2, capture.functions().size());
    CapturedFunction endpoint = capture.functions().get(1);
    assertEquals(256, endpoint.config().length());
    assertEquals(1, endpoint.kernel().group());
    assertEquals("/sys/devices/pci0000:00/0000:00:00.0/0000:01:00.0", endpoint.sysfsPath());
    assertEquals(PciAddress.of(0, 1, 0, 0), capture.owners().get(0).address());
    assertEquals(List.of(), host.contradictions());
    assertEquals(List.of(), host.missing());
    assertTrue(
        host.origins().stream()
            .anyMatch(line -> line.startsWith("registers of 1 functions: " + source)),
        host.origins().toString());
  }

  @Test
  void saysWhatACleanedReportLacks() throws IOException {
    Map<String, byte[]> files = report();
    files.remove("proc/bus/pci/01/00.0");
    Path file = Files.write(directory.resolve("r.tar"), tar(files));

    assertTrue(
        read(file).missing().stream()
            .anyMatch(missing -> missing.command().contains("--keep-binary-files")),
        read(file).missing().toString());
  }

  @Test
  void readsSupportconfig() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    put(files, "hardware.txt", "#==[ Command ]====#\n# /sbin/lspci -nnvv\n" + WORDS + "\n");
    put(
        files,
        "basic-environment.txt",
        "#==[ Command ]====#\n# /bin/uname -a\n"
            + "Linux box 5.14.21-150500.55.7-default #1 SMP x86_64\n");
    put(files, "memory.txt", "of no use");
    Path file = Files.write(directory.resolve("scc"), tar(files));

    Capture capture = read(file).toCapture();

    assertEquals("5.14.21-150500.55.7-default", capture.boot().kernelRelease());
    assertEquals(1, capture.functions().size());
  }

  @Test
  void readsTheReportOfProxmox() throws IOException {
    Path file = Path.of("src/test/resources/posted/pvereport.txt");

    PostedHost host = read(file);
    Capture capture = host.toCapture();

    assertEquals("6.8.12-20-pve", capture.boot().kernelRelease());
    assertEquals("root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt", capture.boot().commandLine());
    assertEquals(4, capture.functions().size());
    assertEquals(
        List.of("100 0000:01:00.0", "100 0000:01:00.1"),
        capture.owners().stream()
            .map(claim -> claim.vm() + " " + claim.address())
            .sorted()
            .toList());
    assertTrue(host.missing().toString().contains("sudo lspci -nnvvv"), host.missing().toString());
  }

  @Test
  void idsOfOneListingCountForTheWordsOfAnother() throws IOException {
    // As supportconfig has it: lspci -nn, then lspci -vvv without ids.
    String words = WORDS.replaceAll(" \\[[0-9a-f:]{4,9}]", "").replace("Intel", "Nobody");
    String ids = "00:00.0 PCI bridge [0604]: Nobody Corporation [8086:1901] (rev 07)\n";
    for (String text : List.of(ids + "\n" + words, words + "\n" + ids)) {
      CapturedFunction port =
          read(Files.writeString(directory.resolve("both"), text)).toCapture().functions().get(0);
      assertEquals("8086:1901", port.ids().toString());
      assertEquals(256, port.config().length());
      assertEquals(0x1901, port.config().u16(2));
    }
  }

  @Test
  void readsWhatLiesInOneFolder() throws IOException {
    Files.writeString(directory.resolve("lspci.txt"), WORDS);
    Files.writeString(
        directory.resolve("uname"), "Linux box 6.1.0-18-amd64 #1 SMP x86_64 GNU/Linux\n");
    Files.write(directory.resolve("photo.jpg"), new byte[] {-1, -40, 0, 0});
    Files.writeString(directory.resolve("answer.txt"), "Hi,\nhere it is.\n");
    Files.createDirectory(directory.resolve("sub"));
    Files.writeString(directory.resolve("sub/cmdline"), "BOOT_IMAGE=/vmlinuz\n");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("sub/cmdline"));

    Capture capture = read(directory).toCapture();

    assertEquals(1, capture.functions().size());
    assertEquals("6.1.0-18-amd64", capture.boot().kernelRelease());
    assertEquals("#1 SMP", capture.boot().kernelVersion());
    assertEquals("", capture.boot().commandLine());
  }

  @Test
  void contradictionsAreBounded() throws IOException {
    StringBuilder one = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      one.append("/sys/kernel/iommu_groups/%d/devices/0000:%02x:00.0%n".formatted(i, i));
    }
    PostedHost host = new PostedHost();
    PostedInput.add(
        "one", new ByteArrayInputStream(one.toString().getBytes(StandardCharsets.UTF_8)), host);
    String other = one.toString().replace("groups/", "groups/1");
    PostedInput.add(
        "other", new ByteArrayInputStream(other.getBytes(StandardCharsets.UTF_8)), host);

    assertEquals(51, host.contradictions().size());
    assertEquals("and 150 more", host.contradictions().get(50));
  }

  @Test
  void writesNothingAndFollowsNoLink() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, "sos_commands/pci/lspci_-nnvv", WORDS.getBytes(StandardCharsets.UTF_8));
      add(tar, "../../../proc/bus/pci/00/02.0", new byte[256]);
      add(tar, "/proc/bus/pci/00/03.0", new byte[256]);
      TarArchiveEntry link = new TarArchiveEntry("proc/cmdline", TarConstants.LF_SYMLINK);
      link.setLinkName("/etc/passwd");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    Path file = Files.write(directory.resolve("hostile"), bytes.toByteArray());

    Capture capture = read(file).toCapture();

    assertEquals("", capture.boot().commandLine());
    assertEquals(1, capture.functions().size());
    try (var left = Files.list(directory)) {
      assertEquals(List.of(file), left.toList());
    }
  }

  @Test
  void refusesWhatUnpacksToTooMuch() {
    byte[] zeros = new byte[1 << 20];
    InputException refused =
        assertThrows(
            InputException.class,
            () -> {
              try (InputStream stream =
                  PostedInput.bounded("bomb", new ByteArrayInputStream(zeros), 1000)) {
                stream.readAllBytes();
              }
            });
    assertTrue(refused.getMessage().startsWith("bomb: unpacks to more than"), refused.getMessage());
  }

  @Test
  void refusesAFileOfAReportThatIsTooLong() throws IOException {
    Map<String, byte[]> files = report();
    files.put("sos_commands/kernel/dmesg", new byte[(64 << 20) + 1]);
    Path file = Files.write(directory.resolve("long"), tar(files));

    assertRefused(file, "longer than 64 MiB");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 600, 2000})
  void refusesWhatEndsEarly(int length) throws IOException, CompressorException {
    byte[] whole = packed("xz", tar(report()));
    Path file =
        Files.write(
            directory.resolve("cut"),
            java.util.Arrays.copyOf(whole, Math.min(length, whole.length - 20)));

    InputException refused = assertThrows(InputException.class, () -> read(file));

    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
  }

  @Test
  void saysWhatItIsNot() throws IOException {
    assertRefused(
        directory,
        "no sosreport (sos_commands), no supportconfig (hardware.txt) and no text of PCI in it");
    assertRefused(
        Files.write(directory.resolve("other"), tar(Map.of("x/y", new byte[3]))), "no sosreport");
    assertRefused(
        Files.write(directory.resolve("binary"), new byte[] {1, 0, 2}),
        "is neither text nor an archive");
    assertRefused(Files.writeString(directory.resolve("text"), "hello\n"), "nothing of PCI in it");
    assertRefused(Files.writeString(directory.resolve("empty"), ""), "nothing of PCI in it");
    assertRefused(
        Files.writeString(
            directory.resolve("tree"),
            "-[0000:00]-+-00.0  Intel\n           +-01.0-[01]----00.0\n"),
        "only the tree of lspci -t");
  }

  private static void assertRefused(Path file, String reason) {
    InputException refused = assertThrows(InputException.class, () -> read(file));
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  private static PostedHost read(Path file) throws IOException {
    PostedHost host = new PostedHost();
    PostedInput.add(file, host);
    return host;
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        add(tar, ROOT + "/" + file.getKey(), file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] packed(String packing, byte[] content)
      throws IOException, CompressorException {
    if (packing.isEmpty()) {
      return content;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        new CompressorStreamFactory().createCompressorOutputStream(packing, bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
