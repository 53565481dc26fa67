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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEFORE = TestCaptures.file("switch-before.cap").toString();
  private static final String REDIRECT_OFF = "intel_iommu=on pci=disable_acs_redir=00:03.0";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"live-update", "plain-kexec"})
  void letsAHostGoWhoseGroupsStayApart(String mode) throws IOException {
    CommandRun text = CommandRun.of("preflight", BEFORE, "--mode", mode, "--owners", twoVms());
    CommandRun json =
        CommandRun.of(
            "preflight", BEFORE, "--mode", mode, "--owners", twoVms(), "--output", "json");

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
            "preflight", BEFORE, "--owners=" + twoVms(), "--target-cmdline", REDIRECT_OFF);

    assertEquals(ExitCode.OK, run.exitCode(), run.out());
  }

  @Test
  void knowsThatALiveUpdateKeepsALostBitAndAKexecRestoresIt() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    host.poke(PciAddress.parse("0000:00:03.0"), 0x14E, 0x11);
    String root = "--root=" + host.root();

    CommandRun update = CommandRun.of("preflight", root, "--owners=" + twoVms());
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
            "preflight",
            TestCaptures.file("sriov-vfs.cap").toString(),
            "--owners=" + owners("01:00.1", "vm1"));

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
            "preflight",
            "--root=" + host.root(),
            "--owners=" + owners("01:00.0", "vm1"),
            "--output=json");

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
