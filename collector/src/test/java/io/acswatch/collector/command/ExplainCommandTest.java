package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.TestCaptures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEFORE = TestCaptures.file("switch-before.cap").toString();
  private static final String AFTER = TestCaptures.file("switch-after.cap").toString();

  @TempDir private Path directory;

  @Test
  void namesThePortAndTheBitsThatPutAFunctionIntoItsGroup() {
    CommandRun run = CommandRun.of("explain", AFTER, "06:00.0");

    assertEquals(ExitCode.OK, run.exitCode(), run.err());
    assertEquals(
        """
        0000:06:00.0 shares a group with 0000:00:03.0, 0000:04:00.0, 0000:05:00.0, 0000:05:00.1,
            0000:05:00.2, 0000:05:00.3, 0000:07:00.0, 0000:08:00.0, 0000:08:00.1, 0000:09:00.0
          1. Downstream port 0000:05:00.0 does not help, for root port 0000:00:03.0 above it does not
             isolate: Capability 005f at 0x14c, Control 0011 at 0x14e: RR, CR off.
          2. It joins the group of 0000:05:00.0.

        model legacy-early-acs (kernel 6.1.192)
        """,
        run.out());
  }

  @Test
  void givesEachStepWithItsKindAndSubject() throws IOException {
    JsonNode json = json(CommandRun.of("explain", AFTER, "06:00.0", "--output", "json"));

    assertEquals(AFTER, json.get("source").asText());
    assertEquals("legacy-early-acs", json.get("model").asText());
    assertEquals("0000:06:00.0", json.get("address").asText());
    assertEquals(11, json.get("group").size());
    assertTrue(json.get("kernel_agrees").asBoolean());
    assertEquals("CLIMB", json.get("steps").get(0).get("kind").asText());
    assertEquals("0000:00:03.0", json.get("steps").get(0).get("function").asText());
    assertEquals(
        "{\"capability_offset\":332,\"capability\":95,\"control_offset\":334,\"control\":17,"
            + "\"missing\":[\"RR\",\"CR\"]}",
        json.get("steps").get(0).get("acs").toString());
    assertFalse(json.get("steps").get(1).has("acs"), json.toString());
    assertFalse(json.has("note"), json.toString());
  }

  @Test
  void saysWhyTwoFunctionsShareAGroup() throws IOException {
    CommandRun text = CommandRun.of("explain", AFTER, "06:00.0", "0000:07:00.0");
    JsonNode json = json(CommandRun.of("explain", AFTER, "06:00.0", "07:00.0", "--output=json"));

    assertTrue(text.out().startsWith("0000:06:00.0 and 0000:07:00.0 share a group.\n"), text.out());
    assertFalse(text.out().contains("keeps them apart"), text.out());
    assertTrue(json.get("together").asBoolean());
    assertEquals("0000:07:00.0", json.get("functions").get(1).get("address").asText());
    assertEquals(0, json.get("kept_apart_by").size());
  }

  @Test
  void saysWhichBitWouldJoinTwoFunctions() throws IOException {
    CommandRun text = CommandRun.of("explain", BEFORE, "06:00.0", "07:00.0");
    JsonNode json = json(CommandRun.of("explain", BEFORE, "06:00.0", "07:00.0", "--output=json"));

    assertTrue(text.out().contains("are in separate groups"), text.out());
    assertTrue(text.out().contains("\n  root port 0000:00:03.0: SV RR CR UF\n"), text.out());
    assertFalse(json.get("together").asBoolean());
    assertEquals(2, json.get("kept_apart_by").size());
    JsonNode port = json.get("kept_apart_by").get(0);
    assertEquals("[\"0000:00:03.0\"]", port.get("functions").toString());
    assertEquals("root-port", port.get("port_type").asText());
    assertEquals("[\"SV\",\"RR\",\"CR\",\"UF\"]", port.get("bits").toString());
  }

  @Test
  void explainsAFunctionOnceThatIsNamedTwice() {
    CommandRun run = CommandRun.of("explain", BEFORE, "06:00.0", "06:00.0");

    assertEquals(CommandRun.of("explain", BEFORE, "06:00.0").out(), run.out());
  }

  @Test
  void listsTheWeakPointsOfTheOwnersThatHitMostVmsFirst() throws IOException {
    String owners = owners("06:00.0", "vm5", "07:00.0", "vm6", "01:00.0", "vm1", "09:00.0", "vm9");

    CommandRun text = CommandRun.of("explain", BEFORE, "--owners", owners);
    CommandRun json = CommandRun.of("explain", BEFORE, "--owners", owners, "--output", "json");

    assertEquals(ExitCode.OK, text.exitCode());
    assertTrue(
        text.out().contains("\n  root port 0000:00:03.0: SV RR CR UF\n    3 VMs: vm5, vm6, vm9\n"),
        text.out());
    assertEquals(2, json.outLines().size(), "the root port, and the downstream ports of one slot");
    JsonNode first = JSON.readTree(json.outLines().get(0));
    assertEquals("[\"0000:00:03.0\"]", first.get("functions").toString());
    assertEquals("[\"vm5\",\"vm6\",\"vm9\"]", first.get("vms").toString());
  }

  @Test
  void letsEachGroupStandForAnOwnerWhereNoneIsKnown() {
    CommandRun run = CommandRun.of("explain", BEFORE);

    assertTrue(run.out().contains("No owners are known"), run.out());
    assertTrue(run.out().contains("    4 groups: 0000:06:00.0, 0000:07:00.0"), run.out());
  }

  @Test
  void saysThatThereAreNoWeakPoints() throws IOException {
    String one = owners("06:00.0", "vm5");

    CommandRun text = CommandRun.of("explain", BEFORE, "--owners", one);
    CommandRun json = CommandRun.of("explain", BEFORE, "--owners", one, "--output=json");

    assertEquals(ExitCode.OK, text.exitCode());
    assertTrue(text.out().startsWith("no weak points: "), text.out());
    assertEquals("", json.out());
  }

  @Test
  void explainsByTheModelItIsTold() throws IOException {
    String late = TestCaptures.file("late-acs.cap").toString();

    JsonNode json =
        json(CommandRun.of("explain", late, "01:00.0", "--model=legacy-7.0", "--output=json"));

    assertEquals("legacy-7.0", json.get("model").asText());
    assertEquals("asked for", json.get("model_reason").asText());
  }

  @Test
  void saysWhereTheKernelHasAnotherGroup() {
    String changed = TestCaptures.file("setpci-runtime.cap").toString();

    CommandRun run = CommandRun.of("explain", changed, "00:02.0");

    assertTrue(run.out().contains("! The kernel reports another group"), run.out());
  }

  @Test
  void saysThatNoIommuServesAFunction() {
    String amd = TestCaptures.file("amd-iommu.cap").toString();

    CommandRun run = CommandRun.of("explain", amd, "00:01.0", "00:02.0");

    assertEquals(ExitCode.OK, run.exitCode(), run.err());
    assertTrue(run.out().contains("0000:00:01.0 is in no group"), run.out());
    assertTrue(run.out().contains("share no group."), run.out());
  }

  @Test
  void saysInOneLineThatThereIsNoSuchFunction() {
    CommandRun run = CommandRun.of("explain", BEFORE, "06:00.0", "ff:1f.7");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("acswatch: " + BEFORE + ": has no function 0000:ff:1f.7\n", run.err());
    assertEquals("", run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"06:00", "06:00.8", "zz:00.0", "", "06:20.0", "\u001b[2J", "1:2:3:4.5"})
  void refusesWhatIsNoAddress(String address) {
    CommandRun run = CommandRun.of("explain", BEFORE, address);

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertEquals(2, run.errLines().size(), run.err());
    assertFalse(run.err().contains("\u001b"), run.err());
  }

  @Test
  void refusesAThirdAddress() {
    CommandRun run = CommandRun.of("explain", BEFORE, "06:00.0", "07:00.0", "08:00.0");

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().startsWith("acswatch: at most two addresses"), run.err());
  }

  @Test
  void refusesAModelItDoesNotKnow() {
    assertEquals(ExitCode.USAGE, CommandRun.of("explain", BEFORE, "--model", "best").exitCode());
  }

  @Test
  void saysWhichFileIsMissing() throws IOException {
    CommandRun run = CommandRun.of("explain", "/nonexistent/a.cap");
    CommandRun noOwners = CommandRun.of("explain", BEFORE, "--owners", "/nonexistent/o");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().startsWith("acswatch: /nonexistent/a.cap: no such file"), run.err());
    assertEquals(1, run.errLines().size());
    assertEquals(ExitCode.FAILED, noOwners.exitCode());
    assertTrue(noOwners.err().startsWith("acswatch: /nonexistent/o: no such file"), run.err());
  }

  @Test
  void printsNothingThatMovesTheCursor() throws IOException {
    String owners = owners("06:00.0", "vm\u001b[31m\u00085", "07:00.0", "vm\u202e6\u2028");
    Path capture = directory.resolve("hostile.cap");
    Files.writeString(
        capture,
        Files.readString(Path.of(BEFORE))
            .replaceAll("kernel_release\t.*", "kernel_release\t\u001b]0;x\u0007"));

    for (String[] arguments :
        List.of(new String[] {"06:00.0"}, new String[] {"06:00.0", "07:00.0"}, new String[] {})) {
      List<String> all =
          new ArrayList<>(List.of("explain", capture.toString(), "--owners", owners));
      all.addAll(List.of(arguments));
      CommandRun run = CommandRun.of(all.toArray(String[]::new));

      assertEquals(ExitCode.OK, run.exitCode(), run.err());
      assertTrue(run.out().matches("[\\x20-\\x7E\\n]+"), run.out());
    }
  }

  @Test
  void staysWithinAHundredColumns() {
    for (String name : TestCaptures.NAMES) {
      String file = TestCaptures.file(name).toString();
      CommandRun.of("explain", file).out().lines().forEach(ExplainCommandTest::isNotTooLong);
    }
    CommandRun.of("explain", AFTER, "06:00.0", "07:00.0")
        .out()
        .lines()
        .forEach(ExplainCommandTest::isNotTooLong);
  }

  private static void isNotTooLong(String line) {
    assertTrue(line.length() <= 100, line);
  }

  private String owners(String... addressesAndVms) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < addressesAndVms.length; i += 2) {
      lines.append("owner\t").append(addressesAndVms[i]).append('\t');
      lines.append(addressesAndVms[i + 1]).append("\ttest\n");
    }
    return Files.writeString(directory.resolve("owners"), lines).toString();
  }

  private static JsonNode json(CommandRun run) throws IOException {
    assertEquals(ExitCode.OK, run.exitCode(), run.err());
    assertEquals(1, run.outLines().size());
    return JSON.readTree(run.out());
  }
}
