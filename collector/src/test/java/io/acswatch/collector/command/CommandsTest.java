package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.Lspci;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEFORE = TestCaptures.file("switch-before.cap").toString();
  private static final String LATE_BEFORE =
      TestCaptures.file("late-acs-kexec-before.cap").toString();
  private static final String LATE_AFTER = TestCaptures.file("late-acs-kexec-after.cap").toString();
  private static final String AFTER = TestCaptures.file("switch-after.cap").toString();

  @TempDir private Path directory;

  @Test
  void listsAllCommands() {
    CommandRun run = CommandRun.of("--help");

    assertEquals(ExitCode.OK, run.exitCode());
    for (String command :
        List.of(
            "capture", "decode", "groups", "explain", "diff", "preflight", "replay", "collect")) {
      assertTrue(run.out().contains("\n  " + command + " "), command);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "capture",
        "decode",
        "groups",
        "explain",
        "diff",
        "preflight",
        "replay",
        "collect"
      })
  void explainsEachCommand(String command) {
    CommandRun run = CommandRun.of(command, "--help");

    assertEquals(ExitCode.OK, run.exitCode());
    assertTrue(run.out().startsWith("Usage: acswatch " + command), run.out());
  }

  @Test
  void refusesWrongUsageInTwoLines() {
    CommandRun run = CommandRun.of("groups", "--modle", "x", BEFORE);

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertEquals(2, run.errLines().size());
    assertEquals("'acswatch groups --help' tells more", run.errLines().get(1));
  }

  @Test
  void refusesAModelItDoesNotKnow() {
    CommandRun run = CommandRun.of("groups", "--model", "best", BEFORE);

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("legacy-early-acs"), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"decode", "groups"})
  void saysWhichFileIsMissing(String command) {
    CommandRun run = CommandRun.of(command, "/nonexistent/a.cap");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals(1, run.errLines().size());
    assertTrue(run.err().startsWith("acswatch: /nonexistent/a.cap: no such file"), run.err());
  }

  @Test
  void saysWhichLineIsDamaged() throws IOException {
    Path damaged = directory.resolve("damaged.cap");
    List<String> lines = Files.readAllLines(TestCaptures.file("switch-before.cap"));
    Files.write(damaged, lines.stream().map(l -> l.replace("0000:00:02.2\t", "0:zz.2\t")).toList());

    CommandRun run = CommandRun.of("groups", damaged.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals(1, run.errLines().size());
    assertTrue(run.err().matches("(?s)acswatch: .*damaged\\.cap:\\d+:.*0:zz\\.2.*"), run.err());
  }

  @Test
  void refusesADumpThatIsCutShort() throws IOException {
    Path dump = directory.resolve("dump");
    String whole = Lspci.dump(TestCaptures.read("switch-before.cap").functions());
    Files.writeString(dump, whole.substring(0, 700));

    CommandRun run = CommandRun.of("decode", dump.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().startsWith("acswatch: " + dump + ":"), run.err());
  }

  @Test
  void refusesWhatIsNeitherCaptureNorDump() throws IOException {
    Path text = Files.writeString(directory.resolve("text"), "hello\n");

    CommandRun run = CommandRun.of("decode", text.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().contains("nothing of PCI in it"), run.err());
  }

  @Test
  void decodesEachFunctionToOneObject() throws IOException {
    CommandRun run = CommandRun.of("decode", "--output", "json", AFTER, BEFORE);

    assertEquals(ExitCode.OK, run.exitCode());
    assertEquals(
        TestCaptures.read("switch-after.cap").functions().size()
            + TestCaptures.read("switch-before.cap").functions().size(),
        run.outLines().size());
    assertEquals(
        JSON.readTree(
            """
            {"source":"%s","address":"0000:00:03.0","vendor":6966,"device":12,"class":394240,
             "header_type":1,"multifunction":false,"port_type":"root-port","length":4096,
             "status":"COMPLETE",
             "capabilities":[{"id":9,"offset":144},{"id":16,"offset":84},{"id":17,"offset":72},
                             {"id":13,"offset":64}],
             "capability_list_end":"END",
             "extended_capabilities":[{"id":1,"version":2,"offset":256},
                                      {"id":13,"version":1,"offset":328}],
             "extended_list_end":"END",
             "acs":{"offset":328,"capability":95,"control":17,
                    "capability_flags":["SV","TB","RR","CR","UF","DT"],
                    "control_flags":["SV","UF"],"egress_vector_bits":0}}
            """
                .formatted(AFTER)),
        line(run, "0000:00:03.0"));
    assertTrue(line(run, "0000:00:00.0").get("port_type").isNull());
    assertTrue(line(run, "0000:00:00.0").get("acs").isNull());
    assertTrue(line(run, "0000:00:00.0").get("extended_list_end").isNull());
  }

  @Test
  void showsWhereAListGoesRoundInCircles() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    PciAddress port = PciAddress.parse("0000:00:03.0");
    host.poke(port, 0x41, 0x90); // the last standard capability points to the first
    host.poke(port, 0x14B, 0x10); // the last extended one to 0x100
    Path file = directory.resolve("looped.cap");
    CommandRun.of("capture", "--root", host.root().toString(), "-o", file.toString());

    JsonNode json = line(CommandRun.of("decode", "--output=json", file.toString()), "0000:00:03.0");
    String text = CommandRun.of("decode", file.toString()).out();

    assertEquals("LOOPED", json.get("capability_list_end").asText());
    assertEquals("LOOPED", json.get("extended_list_end").asText());
    assertEquals(4, json.get("capabilities").size());
    assertTrue(text.contains("! capability list ends with LOOPED"), text);
  }

  @Test
  void namesTheFileThatItCannotWriteAsTheUserDid() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("unwritten"));
    Path file = directory.resolve("nonexistent/x");

    CommandRun run =
        CommandRun.of("capture", "--root", host.root().toString(), "-o", file.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("acswatch: " + file + ": no such file or directory\n", run.err());
  }

  @Test
  void printsGroupsAsSetsOfAddresses() throws IOException {
    CommandRun run = CommandRun.of("groups", AFTER, BEFORE, "--output", "json");

    assertEquals(ExitCode.OK, run.exitCode());
    assertEquals(2, run.outLines().size());
    JsonNode groups = JSON.readTree(run.outLines().get(0));
    assertEquals(AFTER, groups.get("source").asText());
    assertEquals("legacy-early-acs", groups.get("model").asText());
    assertEquals(groups.get("kernel"), groups.get("derived"));
    assertEquals(17, groups.get("kernel").size());
    assertEquals("0000:00:03.0", groups.get("kernel").get(4).get(0).asText());
    assertEquals("0000:09:00.0", groups.get("kernel").get(4).get(10).asText());
    assertEquals(List.of(), List.copyOf(texts(groups.get("unknown"))));
  }

  @Test
  void saysWhereTheUnknownOrderDecides() throws IOException {
    String known = TestCaptures.file("late-acs.cap").toString();
    Path file = directory.resolve("unordered.cap");
    Files.write(
        file,
        Files.readAllLines(Path.of(known)).stream()
            .filter(line -> !line.startsWith("scan_order"))
            .toList());
    String[] late = {"groups", file.toString(), "--model=legacy-7.0"};

    JsonNode ordered = JSON.readTree(CommandRun.of("groups", known, "--output=json").out());
    JsonNode unordered =
        JSON.readTree(CommandRun.of(late[0], late[1], late[2], "--output=json").out());

    assertTrue(ordered.get("order_known").asBoolean());
    assertFalse(ordered.get("order_matters").asBoolean());
    assertFalse(unordered.get("order_known").asBoolean());
    assertTrue(unordered.get("order_matters").asBoolean());
    assertTrue(CommandRun.of(late).out().contains("order is not known, and derived would"));
    assertFalse(CommandRun.of("groups", known).out().contains("order is not known"));
  }

  @Test
  void hasNoKernelGroupsWhereTheKernelHasNone() throws IOException {
    String file = TestCaptures.file("iommu-off-after.cap").toString();

    JsonNode groups = JSON.readTree(CommandRun.of("groups", file, "--output", "json").out());
    String text = CommandRun.of("groups", file).out();

    assertTrue(groups.get("kernel").isNull());
    assertTrue(groups.get("derived").size() > 1);
    assertTrue(text.contains("kernel reports no groups"), text);
  }

  @Test
  void leavesFunctionsWithoutAnIommuOutOfAllGroups() throws IOException {
    String file = TestCaptures.file("amd-iommu.cap").toString();

    JsonNode groups = JSON.readTree(CommandRun.of("groups", file, "--output", "json").out());

    assertEquals(groups.get("kernel"), groups.get("derived"));
    assertTrue(CommandRun.of("groups", file).out().contains("  no group\n"));
  }

  @Test
  void marksWhereKernelAndRegistersDisagree() throws IOException {
    String file = TestCaptures.file("setpci-runtime.cap").toString();

    CommandRun tree = CommandRun.of("groups", file);

    assertTrue(tree.out().contains("derived: 4, NOT THE SAME ANY MORE\n"), tree.out());
    assertTrue(
        tree.out()
            .contains(
                "    Registers changed since groups were formed: 0000:00:02.0 (Control 0011, the"
                    + " kernel leaves 001d),\n"),
        tree.out());
    assertTrue(tree.out().contains("group 5, derived: with 3 others"), tree.out());
  }

  @Test
  void coloursWhenToldSoAndNotWhenPiped() {
    for (String command : new String[] {"groups", "diff"}) {
      List<String> arguments = new ArrayList<>(List.of(command, BEFORE));
      if (command.equals("diff")) {
        arguments.add(AFTER);
      }
      String piped = CommandRun.of(arguments.toArray(String[]::new)).out();
      arguments.add("--color=always");
      String coloured = CommandRun.of(arguments.toArray(String[]::new)).out();

      assertFalse(piped.contains("\u001b"), piped);
      assertTrue(coloured.contains("\u001b["), coloured);
      assertEquals(piped, coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
    }
  }

  @Test
  void drawsWhatChangedBelowTheAlerts() {
    CommandRun whole = CommandRun.of("diff", BEFORE, AFTER);

    assertTrue(whole.out().contains("lost RR CR"), whole.out());
    assertTrue(
        CommandRun.of("diff", BEFORE, AFTER, "--output=json").outLines().stream()
            .allMatch(line -> line.startsWith("{")));
  }

  @Test
  void namesTheLineOfAnAddressThatIsNone() throws IOException {
    Path config = Files.writeString(directory.resolve("conf"), "\ncollector.http.address=foo\n");

    CommandRun run =
        CommandRun.of("collect", "sender", "--bootstrap-servers=k:1", "--config=" + config);

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(
        run.err().startsWith("acswatch: " + config + ":2: collector.http.address=foo, expected"),
        run.err());
  }

  @Test
  void namesTheColoursThereAre() {
    CommandRun run = CommandRun.of("groups", "--color=sometimes", BEFORE);

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("sometimes"), run.err());
    assertTrue(run.err().contains("ALWAYS"), run.err());
  }

  /** ACS was cleared by hand, then a kernel started that groups by the words a kexec finds. */
  @Test
  void saysThatGroupsCannotBeComputedFromTheCaptureAfterAlone() throws IOException {
    CommandRun text = CommandRun.of("groups", LATE_AFTER);
    JsonNode json = JSON.readTree(CommandRun.of("groups", LATE_AFTER, "--output=json").out());

    assertTrue(text.out().contains("kernel: 10 groups; derived: not to be computed\n"), text.out());
    assertEquals("NOT_COMPUTABLE", json.get("agreement").asText());
    assertTrue(
        json.get("difference").asText().contains("ACS was off in 0000:01:00.2, 0000:03:00.2"),
        json.toString());
    assertEquals(json.get("kernel"), json.get("derived"));
    assertEquals(6, json.get("not_computable").size());
  }

  @Test
  void computesThemFromTheCaptureBeforeTheKexec() throws IOException {
    for (String command : List.of("groups", "explain")) {
      CommandRun missing = CommandRun.of(command, LATE_AFTER, "--before", "nowhere.cap");
      assertEquals(ExitCode.FAILED, missing.exitCode());
      assertTrue(missing.err().contains("nowhere.cap"), missing.err());
    }
    JsonNode cleared =
        JSON.readTree(
            CommandRun.of(
                    "groups",
                    LATE_AFTER,
                    "--before",
                    TestCaptures.file("late-acs-kexec-cleared.cap").toString(),
                    "--output=json")
                .out());
    JsonNode older =
        JSON.readTree(
            CommandRun.of("groups", LATE_AFTER, "--before", LATE_BEFORE, "--output=json").out());

    assertEquals("SAME", cleared.get("agreement").asText());
    assertEquals("", cleared.get("difference").asText());
    assertEquals(cleared.get("kernel"), cleared.get("derived"));
    assertEquals("NOT_COMPUTABLE", older.get("agreement").asText());
  }

  @Test
  void findsNoMismatchWhereWordsChangedBeforeTheKexec() {
    CommandRun run = CommandRun.of("diff", LATE_BEFORE, LATE_AFTER);

    assertFalse(run.out().contains("KERNEL_GROUP_MISMATCH"), run.out());
    assertTrue(run.out().contains("ACS of 0000:01:00.2 was off then"), run.out());
  }

  @Test
  void judgesByTheModelItIsTold() {
    CommandRun usual = CommandRun.of("diff", LATE_BEFORE, LATE_AFTER);
    CommandRun told = CommandRun.of("diff", LATE_BEFORE, LATE_AFTER, "--model=legacy-early-acs");

    assertTrue(usual.out().contains("MODEL_CHANGED"), usual.out());
    assertFalse(told.out().contains("MODEL_CHANGED"), told.out());
    assertTrue(
        told.out()
            .contains("The kernel's groups are not those of model legacy-early-acs (asked for)"),
        told.out());
    assertEquals(
        ExitCode.USAGE, CommandRun.of("diff", LATE_BEFORE, LATE_AFTER, "--model=none").exitCode());
  }

  @Test
  void derivesByTheModelItIsTold() throws IOException {
    JsonNode groups =
        JSON.readTree(
            CommandRun.of("groups", AFTER, "--model", "bus-isolation-v3", "--output=json").out());

    assertEquals("bus-isolation-v3", groups.get("model").asText());
    assertEquals(groups.get("strict"), groups.get("derived"));
  }

  @Test
  void raisesACriticalAlertWhenTwoVmsCameToShareAGroup() throws IOException {
    Path owners =
        Files.writeString(
            directory.resolve("owners"),
            "owner\t0000:06:00.0\tvm5\ttest\nowner\t0000:07:00.0\tvm6\ttest\n");

    CommandRun run =
        CommandRun.of("diff", BEFORE, AFTER, "--owners", owners.toString(), "--output", "json");

    assertEquals(ExitCode.FINDING, run.exitCode());
    JsonNode alert = JSON.readTree(run.outLines().get(0));
    assertEquals("GROUP_MERGED_CROSS_VM", alert.get("code").asText());
    assertEquals("critical", alert.get("severity").asText());
    assertEquals(Set.of("vm5", "vm6"), texts(alert.get("vms")));
    assertEquals("0000:00:03.0", alert.get("cause").get("port").asText());
  }

  @Test
  void doesNotCallAResolvedAlertAFinding() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    PciAddress port = PciAddress.parse("0000:00:03.0");
    Path owners =
        Files.writeString(
            directory.resolve("owners"),
            "owner\t0000:06:00.0\tvm5\ttest\nowner\t0000:07:00.0\tvm6\ttest\n");
    Path cleared = directory.resolve("cleared.cap");
    Path restored = directory.resolve("restored.cap");
    host.poke(port, 0x14E, 0);
    CommandRun.of("capture", "--root", host.root().toString(), "-o", cleared.toString());
    host.poke(port, 0x14E, 0x1D);
    host.write("/proc/uptime", "99.00 1.00\n");
    CommandRun.of("capture", "--root", host.root().toString(), "-o", restored.toString());

    CommandRun run =
        CommandRun.of(
            "diff", cleared.toString(), restored.toString(), "--owners=" + owners, "--output=json");

    assertEquals(ExitCode.OK, run.exitCode(), run.out());
    assertTrue(run.out().contains("\"status\":\"RESOLVED\""), run.out());
  }

  @Test
  void saysThatThereIsNothingToSay() {
    CommandRun run = CommandRun.of("diff", BEFORE, BEFORE);

    assertEquals(ExitCode.OK, run.exitCode());
    assertEquals("no findings\n", run.out());
    assertEquals("", CommandRun.of("diff", BEFORE, BEFORE, "--output=json").out());
  }

  @Test
  void takesStandardInputForOneCaptureOnly() {
    CommandRun run = CommandRun.of("diff", "-", "-");

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("not both"), run.err());
  }

  @Test
  void refusesAnOwnersFileWithAWrongLine() throws IOException {
    Path owners = Files.writeString(directory.resolve("owners"), "# who\nowner 06:00.0 vm5\n");

    CommandRun run = CommandRun.of("diff", BEFORE, AFTER, "--owners", owners.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().startsWith("acswatch: " + owners + ":2:"), run.err());
  }

  @Test
  void capturesAHostIntoAFile() throws IOException {
    Capture capture = TestCaptures.read("sriov-vfs.cap");
    FixtureHost host = FixtureHost.of(capture, directory.resolve("h"));
    Path file = directory.resolve("new.cap");

    CommandRun run =
        CommandRun.of("capture", "--root", host.root().toString(), "-o", file.toString());

    assertEquals(ExitCode.OK, run.exitCode());
    assertEquals("", run.out() + run.err());
    Capture written = CaptureReader.read(file);
    assertEquals("fixture", written.host());
    assertEquals(capture.boot(), written.boot());
    assertEquals(capture.functions().size(), written.functions().size());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(2, files.count(), "no part of a file is left beside it");
    }
  }

  @Test
  void warnsThatItMayNotReadAcs() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    Path config = host.path(host.realDirectory(PciAddress.parse("0000:00:03.0")) + "/config");
    Files.write(config, Arrays.copyOf(Files.readAllBytes(config), 64));
    Path file = directory.resolve("cut.cap");

    CommandRun run =
        CommandRun.of("capture", "--root", host.root().toString(), "-o", file.toString());
    JsonNode json = line(CommandRun.of("decode", "--output=json", file.toString()), "0000:00:03.0");

    assertEquals(ExitCode.OK, run.exitCode());
    assertTrue(run.err().contains("CAP_SYS_ADMIN"), run.err());
    assertEquals(ReadStatus.TRUNCATED_UNPRIVILEGED.name(), json.get("status").asText());
    assertTrue(json.get("acs").isNull());
    assertEquals(1, json.get("header_type").asInt());
  }

  @Test
  void namesTheDirectoryItCannotWriteTo() throws IOException {
    FixtureHost host =
        FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("h"));
    Path file = directory.resolve("absent").resolve("new.cap");

    CommandRun run =
        CommandRun.of("capture", "--root", host.root().toString(), "-o", file.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals(1, run.errLines().size());
    assertTrue(run.err().contains(directory.resolve("absent").toString()), run.err());
  }

  @Test
  void refusesARootWithoutAHost() throws IOException {
    CommandRun run = CommandRun.of("capture", "--root", directory.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().contains("/sys/bus/pci/devices: no such file"), run.err());
  }

  @Test
  void capturesThisVeryMachine() throws IOException {
    CommandRun run = CommandRun.of("capture", "--host-id", "here");

    if (Files.exists(Path.of("/sys/bus/pci/devices"))) {
      assertEquals(ExitCode.OK, run.exitCode(), run.err());
      assertEquals("here", CaptureReader.readText("out", run.out()).host());
    } else {
      assertEquals(ExitCode.FAILED, run.exitCode());
    }
  }

  @Test
  void doesNotCollectWithoutBrokers() {
    CommandRun run = CommandRun.of("collect");

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("collector.bootstrap.servers"), run.err());
  }

  @Test
  void namesTheLineOfAnUnknownSetting() throws IOException {
    Path config = Files.writeString(directory.resolve("collect.conf"), "\ncollector.x=1\n");

    CommandRun run = CommandRun.of("collect", "--config", config.toString());

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().startsWith("acswatch: " + config + ":2:"), run.err());
  }

  @Test
  void readsAllCapturesBeforeItReplaysTheFirst() {
    CommandRun run =
        CommandRun.of("replay", "--bootstrap-servers", "127.0.0.1:1", BEFORE, "/nonexistent.cap");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().startsWith("acswatch: /nonexistent.cap: no such file"), run.err());
  }

  @Test
  void refusesATimeWithoutUnit() {
    CommandRun run =
        CommandRun.of("replay", "--bootstrap-servers", "k:1", "--timeout", "5", BEFORE);

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("500ms"), run.err());
  }

  private static JsonNode line(CommandRun run, String address) throws IOException {
    for (String line : run.outLines()) {
      JsonNode json = JSON.readTree(line);
      if (json.get("address").asText().equals(address)) {
        return json;
      }
    }
    throw new AssertionError("no line for " + address + ": " + run);
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
