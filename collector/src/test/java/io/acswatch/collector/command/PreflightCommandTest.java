package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ABLE = "CONFIG_PCI_LIVEUPDATE=y\nCONFIG_VFIO_PCI_LIVEUPDATE=y\n";
  private static final String BEFORE = TestCaptures.file("switch-before.cap").toString();
  private static final String REDIRECT_OFF = "intel_iommu=on pci=disable_acs_redir=00:03.0";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"live-update", "plain-kexec"})
  void letsAHostGoWhoseGroupsStayApart(String mode) throws IOException {
    String[] arguments = and(able("preflight", BEFORE, "--owners=" + twoVms()), "--mode=" + mode);
    CommandRun text = CommandRun.of(arguments);
    CommandRun json = CommandRun.of(and(arguments, "--output=json"));

    assertEquals(ExitCode.OK, text.exitCode(), text.err());
    assertEquals("go", text.outLines().get(0));
    assertEquals(ExitCode.OK, json.exitCode());
    assertEquals(1, json.outLines().size());
    assertEquals("go", JSON.readTree(json.out()).get("verdict").asText());
    assertEquals("legacy-early-acs", JSON.readTree(json.out()).get("model").asText());
  }

  @Test
  void refusesAKexecWhoseCommandLineMergesTwoVms() throws IOException {
    String[] arguments = {
      "preflight",
      BEFORE,
      "--mode=plain-kexec",
      "--owners=" + twoVms(),
      "--target-cmdline",
      REDIRECT_OFF
    };

    CommandRun text = CommandRun.of(arguments);
    CommandRun json = CommandRun.of(and(arguments, "--output=json"));

    assertEquals(ExitCode.FINDING, text.exitCode(), text.err());
    assertEquals("no-go", text.outLines().get(0));
    assertTrue(
        text.out()
            .startsWith(
                """
                no-go
                  GROUP_MERGED_CROSS_VM: Devices of 2 VMs share one IOMMU group after a kexec: vm5, vm6.
                """),
        text.out());
    assertEquals(ExitCode.FINDING, json.exitCode());
    JsonNode answer = JSON.readTree(json.out());
    assertEquals("no-go", answer.get("verdict").asText());
    JsonNode alert = answer.get("findings").get(0);
    assertEquals("GROUP_MERGED_CROSS_VM", alert.get("code").asText());
    assertEquals("0000:00:03.0", alert.get("cause").get("port").asText());
  }

  @Test
  void knowsThatALiveUpdatePassesTheOptionsBy() throws IOException {
    CommandRun run =
        CommandRun.of(
            "preflight",
            BEFORE,
            "--owners=" + twoVms(),
            "--target-cmdline=" + REDIRECT_OFF + " liveupdate=on kho=on",
            "--target-config=" + config(ABLE));

    assertEquals(ExitCode.OK, run.exitCode(), run.out());
    assertEquals("  as a live update: go", run.outLines().get(1));
    assertTrue(run.outLines().contains("  as an ordinary kexec: no-go"), run.out());
  }

  /** The default before this was a live update, whatever the kernel can: it said go. */
  @Test
  void neverLetsVmsGoToAKernelThatPreservesNothing() throws IOException {
    String able = "intel_iommu=on liveupdate=on kho=on";
    for (String line :
        List.of("", "CONFIG_PCI_LIVEUPDATE=y", "# CONFIG_PCI_LIVEUPDATE is not set")) {
      String[] arguments = {
        "preflight", BEFORE, "--owners=" + twoVms(), "--target-cmdline=" + able
      };
      CommandRun run =
          CommandRun.of(
              line.isEmpty()
                  ? arguments
                  : and(arguments, "--target-config=" + config("CONFIG_PCI=y\n" + line + "\n")));

      assertEquals(line.isEmpty() ? ExitCode.FAILED : ExitCode.FINDING, run.exitCode(), line);
      assertEquals(line.isEmpty() ? "unknown" : "no-go", run.outLines().get(0), run.out());
      assertTrue(run.outLines().contains("  as an ordinary kexec: go"), run.out());
    }
    CommandRun plain = CommandRun.of("preflight", BEFORE, "--owners=" + twoVms());
    assertEquals(ExitCode.FINDING, plain.exitCode(), plain.out());
    assertTrue(
        plain.outLines().get(1).startsWith("  No ordinary kexec carries a device: 0000:06:00.0,"),
        plain.out());
  }

  @Test
  void answersBothKindsInJson() throws IOException {
    String[] arguments = able("preflight", BEFORE, "--owners=" + twoVms());
    JsonNode answer = JSON.readTree(CommandRun.of(and(arguments, "--output=json")).out());

    assertEquals("go", answer.get("verdict").asText());
    assertEquals("go", answer.get("as_live_update").get("verdict").asText());
    assertEquals("go", answer.get("as_ordinary_kexec").get("verdict").asText());
    assertEquals("can", answer.get("preserves_devices").asText());
    assertTrue(answer.get("findings").isArray());
  }

  @Test
  void looksIntoTheConfigurationOfTheKernelToComeOnThisHost() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    host.write("/boot/config-7.4.0", ABLE);
    String[] arguments = {
      "preflight",
      "--root=" + host.root(),
      "--owners=" + twoVms(),
      "--target-cmdline=intel_iommu=on liveupdate=on kho=on",
      "--target-kernel=7.4.0"
    };
    CommandRun run = CommandRun.of(arguments);

    assertEquals(ExitCode.OK, run.exitCode(), run.out());
    assertTrue(run.out().contains("/boot/config-7.4.0 has CONFIG_PCI_LIVEUPDATE"), run.out());
    host.write("/boot/config-7.4.0", "CONFIG_PCI=y\n");
    assertEquals(ExitCode.FINDING, CommandRun.of(arguments).exitCode());
  }

  @Test
  void whatIsNoConfigurationIsNoEvidence() throws IOException {
    CommandRun run =
        CommandRun.of(
            "preflight", BEFORE, "--owners=" + twoVms(), "--target-config=" + config("hello\n"));

    assertEquals(ExitCode.FAILED, run.exitCode(), run.out());
    assertEquals("", run.out());
    assertTrue(run.err().contains("no build configuration"), run.err());
  }

  @Test
  void knowsThatALiveUpdateKeepsALostBitAndAKexecRestoresIt() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    host.poke(PciAddress.parse("0000:00:03.0"), 0x14E, 0x11);
    String root = "--root=" + host.root();

    CommandRun update = CommandRun.of(able("preflight", root, "--owners=" + twoVms()));
    CommandRun kexec =
        CommandRun.of("preflight", root, "--owners=" + twoVms(), "--mode=plain-kexec");

    assertEquals(ExitCode.FINDING, update.exitCode(), update.err());
    assertTrue(update.out().contains("PENDING_MERGE: "), update.out());
    assertTrue(update.out().contains("GROUP_MERGED_CROSS_VM: "), update.out());
    assertEquals(ExitCode.OK, kexec.exitCode(), kexec.out());
  }

  @Test
  void refusesToPreserveAVirtualFunction() throws IOException {
    CommandRun run =
        CommandRun.of(
            able(
                "preflight",
                TestCaptures.file("sriov-vfs.cap").toString(),
                "--owners=" + owners("01:00.1", "vm1")));

    assertEquals(ExitCode.FINDING, run.exitCode(), run.err());
    assertTrue(run.out().contains("PRESERVATION_REFUSED: "), run.out());
    assertTrue(run.out().contains("virtual functions cannot be preserved"), run.out());
  }

  @Test
  void doesNotKnowWhatItCouldNotRead() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    Path config = host.path(host.realDirectory(PciAddress.parse("0000:00:02.0")) + "/config");
    Files.write(config, Arrays.copyOf(Files.readAllBytes(config), 64));

    CommandRun run =
        CommandRun.of(
            and(
                able("preflight", "--root=" + host.root(), "--owners=" + owners("01:00.0", "vm1")),
                "--output=json"));

    assertEquals(ExitCode.FAILED, run.exitCode(), run.out());
    JsonNode answer = JSON.readTree(run.out());
    assertEquals("unknown", answer.get("verdict").asText());
    assertTrue(answer.get("reasons").get(0).asText().contains("0000:00:02.0"), run.out());
    assertEquals("", run.err());
  }

  @Test
  void doesNotLetGoWhatDependsOnOwnersItDoesNotKnow() {
    CommandRun run =
        CommandRun.of("preflight", BEFORE, "--mode=plain-kexec", "--target-cmdline", REDIRECT_OFF);

    assertEquals(ExitCode.FAILED, run.exitCode(), run.out());
    assertEquals("unknown", run.outLines().get(0));
    assertTrue(run.outLines().get(1).startsWith("  No owners are known"), run.out());
    assertTrue(run.outLines().get(2).startsWith("  GROUP_MERGED_CROSS_VM: "), run.out());
  }

  @Test
  void letsGoWithoutOwnersWhatMergesNothing() {
    CommandRun run = CommandRun.of("preflight", BEFORE, "--mode=plain-kexec");

    assertEquals(ExitCode.OK, run.exitCode(), run.out());
  }

  @Test
  void doesNotLetAHostGoThatHasNoGroups() throws IOException {
    String off = TestCaptures.file("iommu-off-after.cap").toString();

    CommandRun unowned = CommandRun.of("preflight", off, "--mode=plain-kexec");
    CommandRun owned =
        CommandRun.of("preflight", off, "--mode=plain-kexec", "--owners=" + twoVms());

    assertEquals(ExitCode.FAILED, unowned.exitCode(), unowned.out());
    assertEquals(ExitCode.FINDING, owned.exitCode(), owned.out());
    assertTrue(owned.out().contains("IOMMU_OFF: "), owned.out());
  }

  @Test
  void takesTheTargetByReleaseOrByModel() throws IOException {
    String release = "--target-kernel=7.3.4+deb13-cloud-amd64";

    JsonNode byRelease =
        JSON.readTree(CommandRun.of("preflight", BEFORE, release, "--output=json").out());
    JsonNode byModel =
        JSON.readTree(
            CommandRun.of("preflight", BEFORE, "--target-kernel=legacy-7.0", "--output=json")
                .out());

    assertEquals("legacy-7.0", byRelease.get("model").asText());
    assertEquals("kernel 7.3.4", byRelease.get("model_reason").asText());
    assertEquals("legacy-7.0", byModel.get("model").asText());
    JsonNode both =
        JSON.readTree(
            CommandRun.of("preflight", BEFORE, release, "--model=legacy-early-acs", "--output=json")
                .out());
    assertEquals("legacy-early-acs", both.get("model").asText());
    assertEquals("asked for", both.get("model_reason").asText());
    assertEquals("asked for", byModel.get("model_reason").asText());
  }

  @Test
  void refusesAModeItDoesNotKnow() {
    CommandRun run = CommandRun.of("preflight", BEFORE, "--mode", "kexec");

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("expected live-update or plain-kexec"), run.err());
  }

  @Test
  void saysWhichFileIsMissing() {
    CommandRun run = CommandRun.of("preflight", "/nonexistent/a.cap");
    CommandRun root = CommandRun.of("preflight", "--root=" + directory);

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals(1, run.errLines().size());
    assertTrue(run.err().startsWith("acswatch: /nonexistent/a.cap: no such file"), run.err());
    assertEquals(ExitCode.FAILED, root.exitCode());
    assertEquals(1, root.errLines().size());
    assertEquals("", run.out() + root.out());
  }

  @Test
  void printsNothingThatMovesTheCursorAndNoLongLines() throws IOException {
    String owners = owners("06:00.0", "vm\u001b[31m\u00085", "07:00.0", "vm\u202e6");

    CommandRun run =
        CommandRun.of(
            "preflight",
            BEFORE,
            "--mode=plain-kexec",
            "--owners=" + owners,
            "--target-kernel=\u001b]0;6.1\u0007",
            "--target-cmdline",
            REDIRECT_OFF + " \u001b[2J");

    assertEquals(ExitCode.FINDING, run.exitCode(), run.err());
    assertTrue(run.out().matches("[\\x20-\\x7E\\n]+"), run.out());
    run.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
  }

  private static String[] and(String[] arguments, String last) {
    String[] more = Arrays.copyOf(arguments, arguments.length + 1);
    more[arguments.length] = last;
    return more;
  }

  /** The same arguments for a kernel that can preserve devices, and is told to. */
  private String[] able(String... arguments) throws IOException {
    return and(
        and(arguments, "--target-cmdline=intel_iommu=on liveupdate=on kho=on"),
        "--target-config=" + config(ABLE));
  }

  private String config(String text) throws IOException {
    return Files.writeString(directory.resolve("config"), text).toString();
  }

  private String twoVms() throws IOException {
    return owners("06:00.0", "vm5", "07:00.0", "vm6", "08:00.0", "vm5", "09:00.0", "vm5");
  }

  private String owners(String... addressesAndVms) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < addressesAndVms.length; i += 2) {
      lines.append("owner\t").append(addressesAndVms[i]).append('\t');
      lines.append(addressesAndVms[i + 1]).append("\ttest\n");
    }
    return Files.writeString(directory.resolve("owners"), lines).toString();
  }
}
