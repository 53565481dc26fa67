package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import} and {@code advise}, and what commands take besides captures. */
class PostedCommandsTest {
  private static final String POST =
      """
      Hi all, my GPU shares a group:

      user@box:~$ ./groups.sh
      > IOMMU Group 0 00:00.0 Host bridge [0600]: Intel Corporation [8086:3ec2] (rev 07)
      > IOMMU Group 1 00:01.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07)
      > IOMMU Group 1 01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1b81] (rev a1)
      > IOMMU Group 1 01:00.1 Audio device [0403]: NVIDIA [10de:10f0] (rev a1)

      user@box:~$ uname -a
      Linux box 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) x86_64 GNU/Linux
      user@box:~$ sudo lspci -nnvvv -s 00:01.0
      00:01.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07) (prog-if 00 [Normal decode])
      \tStatus: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR-
      \tIOMMU group: 1
      \tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
      \tCapabilities: [a0] Express (v2) Root Port (Slot+), MSI 00
      """;

  @TempDir private Path directory;

  private Path post() throws IOException {
    return Files.writeString(directory.resolve("post.txt"), POST);
  }

  @Test
  void groupsOfAPostAreExplained() throws IOException {
    CommandRun groups = CommandRun.of("groups", post().toString());
    CommandRun explain = CommandRun.of("explain", post().toString(), "01:00.0");

    assertEquals(0, groups.exitCode(), groups.err());
    assertTrue(groups.out().contains("kernel: 2 groups; derived: 2, the same"), groups.out());
    assertTrue(groups.out().contains("01:00.1; shown by: sudo lspci -nnvvv"), groups.out());
    assertTrue(
        explain
            .out()
            .contains("Root port 0000:00:01.0 above it does not isolate: no ACS capability."),
        explain.out());
  }

  @Test
  void importTellsOriginsContradictionsAndWhatIsMissing() throws IOException {
    Path other =
        Files.writeString(
            directory.resolve("list.txt"), "/sys/kernel/iommu_groups/7/devices/0000:01:00.0\n");
    Path made = directory.resolve("host.cap");

    CommandRun run =
        CommandRun.of("import", post().toString(), other.toString(), "-o", made.toString());

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("groups of 4 functions: "), run.err());
    assertTrue(run.err().contains("contradiction: 0000:01:00.0: group 1 in " + post()), run.err());
    assertTrue(
        run.err().contains("missing: the kernel's command line; shown by: cat /proc/cmdline"),
        run.err());
    assertEquals(
        0, CommandRun.of("groups", made.toString()).exitCode(), "what import made is a capture");
  }

  @Test
  void adviseNamesWhatJoinsAndWhatOverrideOnlyHides() throws IOException {
    CommandRun run = CommandRun.of("advise", post().toString(), "01:00.0", "01:00.1");
    CommandRun json =
        CommandRun.of("advise", "--output=json", post().toString(), "01:00.0", "01:00.1");

    assertTrue(run.out().contains("Root port 0000:00:01.0 above it does not isolate"), run.out());
    JsonNode advice = new ObjectMapper().readTree(json.out());
    assertEquals("KEEPS", advice.at("/ways/0/proof").asText(), json.out());
    assertTrue(
        advice.get("answer").asText().startsWith("Not known: registers of 0000:01:00.0"),
        json.out());
  }

  @Test
  void adviseFindsTheOptionThatJoins() throws IOException {
    // pci=disable_acs_redir came with the kexec; the kernel before had these groups apart.
    CommandRun run =
        CommandRun.of(
            "advise",
            "--output=json",
            "--before",
            "src/test/resources/captures/switch-before.cap",
            "src/test/resources/captures/switch-after.cap");

    assertEquals(0, run.exitCode(), run.err());
    JsonNode way = new ObjectMapper().readTree(run.outLines().get(0)).at("/ways/1");
    assertEquals("COMMAND_LINE SPLITS -pci=disable_acs_redir=00:03.0", text(way), run.out());
    assertEquals(
        "[[\"0000:06:00.0\"],[\"0000:07:00.0\"],[\"0000:08:00.0\",\"0000:08:00.1\"],[\"0000:09:00.0\"]]",
        way.get("then").toString(),
        "as the kernel before had them");
    JsonNode other = new ObjectMapper().readTree(run.outLines().get(1));
    assertTrue(
        other
            .get("answer")
            .asText()
            .startsWith("Cannot be split: 0000:0a:00.0 is conventional PCI"),
        run.out());
  }

  private static String text(JsonNode way) {
    return way.get("means").asText()
        + " "
        + way.get("proof").asText()
        + " "
        + way.get("change").asText();
  }

  @Test
  void wordsAreDecodedAsFarAsTheyShow() throws IOException {
    CommandRun text = CommandRun.of("decode", post().toString());
    CommandRun json = CommandRun.of("decode", "--output=json", post().toString());

    assertTrue(
        text.outLines()
            .contains(
                "0000:00:01.0  8086:1901  class 060400  root-port  header type 1  in words of lspci"),
        text.out());
    assertTrue(text.outLines().contains("0000:01:00.0  10de:1b81  class 0300  in words of lspci"));
    JsonNode port = new ObjectMapper().readTree(json.outLines().get(1));
    assertTrue(port.get("length").isNull() && port.get("multifunction").isNull(), json.out());
    assertEquals("IN_WORDS", port.get("status").asText());
  }

  @Test
  void aPostIsNoGroundForAGo() throws IOException {
    Path words =
        Files.writeString(
            directory.resolve("words.txt"),
            POST.substring(
                POST.indexOf(
                    "00:01.0 PCI bridge [0604]: Intel Corporation [8086:1901] (rev 07) (prog")));

    CommandRun preflight = CommandRun.of("preflight", words.toString());
    CommandRun diff = CommandRun.of("diff", words.toString(), words.toString());
    CommandRun explain = CommandRun.of("explain", words.toString(), "00:01.0");

    assertEquals(3, preflight.exitCode(), preflight.out());
    assertTrue(preflight.out().startsWith("unknown\n"), preflight.out());
    assertTrue(
        preflight.out().replaceAll("\\s+", " ").contains("shown by: uname -a"), preflight.out());
    assertEquals(3, diff.exitCode(), diff.out());
    assertTrue(diff.out().startsWith("unknown: no findings in what is shown\n"), diff.out());
    assertTrue(explain.out().contains("missing: the kernel, whose rules decide"), explain.out());

    Path made = directory.resolve("words.cap");
    assertEquals(0, CommandRun.of("import", words.toString(), "-o", made.toString()).exitCode());
    assertEquals(3, CommandRun.of("diff", made.toString(), made.toString()).exitCode());
  }

  /** An iMac of 33 functions, posted without root: the groups are the kernel's, ACS is unknown. */
  @Test
  void withoutRootAcsStaysUnknown() throws IOException {
    String file = "src/test/resources/posted/without-root.txt";
    CommandRun groups = CommandRun.of("groups", "--output=json", file);
    CommandRun advise = CommandRun.of("advise", file, "03:00.0");

    JsonNode all = new ObjectMapper().readTree(groups.out());
    assertTrue(all.get("unknown").size() > 20, groups.out());
    assertTrue(all.at("/missing/0/what").asText().startsWith("capabilities, which only root"));
    assertEquals("sudo lspci -nnvvv", all.at("/missing/0/command").asText());
    assertTrue(
        advise.out().replaceAll("\\s+", " ").contains("= Not known: the registers that decide"),
        advise.out());
  }

  /** A list of groups tells nothing of registers: what would follow from them is not made up. */
  @Test
  void ofAListOnlyTheKernelsGroupsAreTold() throws IOException {
    Path list =
        Files.writeString(
            directory.resolve("list.txt"),
            """
            IOMMU Group 1:
            \t00:01.0 PCI bridge [0604]: A port [8086:1901]
            \t01:00.0 VGA compatible controller [0300]: A card [10de:1c82]
            \t01:00.1 Audio device [0403]: A card [10de:0fb9]
            \t02:00.0 Ethernet controller [0200]: Another [8086:1533]
            IOMMU Group 2:
            \t00:1f.0 ISA bridge [0601]: A bridge [8086:a145]
            """);
    String groups = CommandRun.of("groups", list.toString()).out();
    String explain = CommandRun.of("explain", list.toString(), "01:00.1").out();
    String advise = CommandRun.of("advise", list.toString()).out().replaceAll("\\s+", " ");

    assertTrue(groups.contains("kernel: 2 groups; derived: unknown of 4 functions"), groups);
    assertFalse(groups.contains("derived: with"), groups);
    assertTrue(
        explain.contains("shares a group with 0000:00:01.0, 0000:01:00.0, 0000:02:00.0"), explain);
    assertTrue(explain.contains("The kernel reports this group; why it formed it is not known"));
    assertTrue(advise.contains("= Not known: the registers that decide were not read."), advise);
    assertFalse(advise.contains("They come apart"), advise);
  }

  private static final String WORDS =
      """
      00:00.0 Host bridge [0600]: A [8086:29c0]
      \tStatus: Cap- 66MHz-
      \tIOMMU group: 0
      00:01.0 PCI bridge [0604]: A port [1b36:000c] (prog-if 00 [Normal decode])
      \tStatus: Cap+ 66MHz-
      \tIOMMU group: 1
      \tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
      \tCapabilities: [54] Express (v2) Root Port (Slot+), MSI 00
      01:00.0 Ethernet controller [0200]: A card [8086:10d3]
      \tStatus: Cap+ 66MHz-
      \tIOMMU group: 1
      \tCapabilities: [a0] Express (v1) Endpoint, MSI 00
      01:00.1 Ethernet controller [0200]: A card [8086:10d3]
      \tStatus: Cap+ 66MHz-
      \tIOMMU group: 1
      \tCapabilities: [a0] Express (v1) Endpoint, MSI 00
      """;

  @Test
  void ownersOfAReportReachPreflight() throws IOException {
    Path root = directory.resolve("report");
    Files.createDirectories(root.resolve("sos_commands/pci"));
    Files.writeString(root.resolve("sos_commands/pci/lspci_-nnvv"), WORDS);
    Files.createDirectories(root.resolve("etc/libvirt/qemu"));
    for (int function = 0; function < 2; function++) {
      Files.writeString(
          root.resolve("etc/libvirt/qemu/vm" + function + ".xml"),
          """
          <domain type='kvm'><name>vm</name><uuid>11111111-2222-3333-4444-55555555555F</uuid>
            <devices><hostdev mode='subsystem' type='pci'><source>
              <address domain='0x0000' bus='0x01' slot='0x00' function='0xF'/>
            </source></hostdev></devices></domain>
          """
              .replace("F<", function + "<")
              .replace("0xF", "0x" + function));
    }

    CommandRun preflight = CommandRun.of("preflight", directory.toString());

    assertEquals(1, preflight.exitCode(), preflight.out());
    assertTrue(
        preflight
            .out()
            .replaceAll("\\s+", " ")
            .contains(
                "CROSS_VM_SHARED_GROUP: Devices that 11111111-2222-3333-4444-555555555550 and"
                    + " 11111111-2222-3333-4444-555555555551 claim are in one IOMMU group"),
        preflight.out());
  }

  @Test
  void groupsThatOnlyAnOverrideExplainsAreSaidToBeSuch() throws IOException {
    String split = WORDS.replaceFirst("(?s)(.*)IOMMU group: 1", "$1IOMMU group: 2");
    Path file = Files.writeString(directory.resolve("split.txt"), split);

    String groups = CommandRun.of("groups", file.toString()).out().replaceAll("\\s+", " ");

    assertTrue(groups.contains("A kernel with the patch for pcie_acs_override= forms"), groups);
  }

  /** A kernel log may tell of no function at all. */
  @Test
  void whereNoFunctionIsThereIsNoAdvice() throws IOException {
    Path log =
        Files.writeString(directory.resolve("log.txt"), "[ 0.0] Linux version 6.1.0 (x) #1 SMP\n");

    CommandRun advise = CommandRun.of("advise", log.toString());

    assertEquals(3, advise.exitCode());
    assertTrue(advise.err().endsWith("log.txt: no function is in it\n"), advise.err());
    assertTrue(CommandRun.of("groups", log.toString()).out().contains("no function is in it"));
  }

  @Test
  void withoutGroupsAndRegistersNothingIsMadeUp() throws IOException {
    Path list =
        Files.writeString(
            directory.resolve("names.txt"),
            "00:01.0 PCI bridge [0604]: A port [8086:1901]\n"
                + "01:00.0 VGA compatible controller [0300]: A card [10de:1c82]\n"
                + "01:00.1 Audio device [0403]: A card [10de:0fb9]\n");
    String groups = CommandRun.of("groups", list.toString()).out();

    assertTrue(groups.contains("the kernel's groups are not shown; derived: unknown of 3"), groups);
    assertTrue(groups.contains("group ?"), groups);
    assertTrue(
        CommandRun.of("explain", list.toString(), "01:00.0", "01:00.1")
            .out()
            .contains("whether they share a group is not known"));
    assertTrue(
        CommandRun.of("advise", list.toString())
            .out()
            .startsWith("Which functions share a group is not known."));
  }

  @Test
  void namesOfHostileTextsStayInThePage() throws IOException {
    Path hostile =
        Files.writeString(
            directory.resolve("hostile.txt"),
            POST.replace("BOOT", "x")
                + "Command line: </script><script>alert(1)</script>\n"
                + "\tKernel driver in use: </script>\n");
    Path page = directory.resolve("page.html");

    CommandRun run = CommandRun.of("explain", "--html", page.toString(), hostile.toString());

    assertEquals(0, run.exitCode(), run.err());
    String html = Files.readString(page);
    assertEquals(-1, html.indexOf("<script>alert"), "text of the post is no markup");
    assertEquals(3, html.split("</script>", -1).length - 1);
  }

  @Test
  void wrongUseIsSaidInOneLine() throws IOException {
    CommandRun together = CommandRun.of("advise", "--together", post().toString(), "01:00.0");
    CommandRun unknown = CommandRun.of("advise", post().toString(), "05:00.0");
    CommandRun missing = CommandRun.of("import", directory.resolve("none").toString());

    assertEquals(2, together.exitCode());
    assertTrue(together.err().contains("--together takes two addresses"), together.err());
    assertEquals(3, unknown.exitCode());
    assertTrue(unknown.err().contains("has no function 0000:05:00.0"), unknown.err());
    assertEquals(3, missing.exitCode());
    assertEquals(1, missing.errLines().size(), missing.err());
  }
}
