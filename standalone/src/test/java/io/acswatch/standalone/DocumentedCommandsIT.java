package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.standalone.Documentation.Block;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the shell blocks of the documentation as they stand there: the programs of this build, a
 * real broker, Kafka's own tools. A block that carries the mark {@code <!-- run: NAME -->} belongs
 * to another test, which must name its page. A command that cannot run here needs a reason in
 * {@link #NOT_RUN}; a new one without a reason is run.
 */
@Tag("slow")
class DocumentedCommandsIT {
  /** Beginnings of commands, and why this test leaves them out. */
  private static final Map<String, String> NOT_RUN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("./acswatch test", "it is the build that runs this test"),
              Map.entry(
                  "./acswatch bench", "minutes of measuring; the module's tests run each once"),
              Map.entry("./acswatch chaos", "it takes minutes and root: .ci/run runs it"),
              Map.entry("mvn ", "a build within the build"),
              Map.entry("podman build", "there is no container engine; image/test-image builds"),
              Map.entry("kubectl apply", "there is no API server; DeployedFormatsIT builds these"),
              Map.entry("apt install", "takes a machine of its own: deploy/package/test-package"),
              Map.entry("cp /usr/share/doc/acswatch-collector", "a file of the package: the same"),
              Map.entry("./acswatch e2e", "a build within the build"),
              Map.entry("./acswatch diff --html", "takes two posts: PostedCommandsTest"),
              Map.entry(
                  "./acswatch alerts --bootstrap-servers localhost:9092 --alertmanager",
                  "takes an Alertmanager: AlertmanagerIT")));

  /** Words of the pages that stand for something of the reader's, and what it is here. */
  private static final Map<String, String> HERE =
      Map.of(
          "(--bootstrap-servers?) (?:B|HOST:PORT|localhost:9092)(?![\\w:])", "$1 \\$SERVERS",
          "127\\.0\\.0\\.1:9640", "127.0.0.1:\\$HTTP",
          "(?<![\\w/.])/(etc|usr|var)/", "\\$ROOT/$1/",
          "P=0 N=4711", "P=0 N=0",
          "TOPIC --add-config SETTING=EXPECTED",
              "acswatch.alerts --add-config retention.ms=86400000",
          "(?m)^\\./acswatch ", "acswatch ");

  /** Commands that build first. */
  private static final Set<String> BUILDS = Set.of("test", "bench", "chaos");

  private static final String HOST = "rack7-host12";

  @TempDir static Path scratch;
  private static EmbeddedBroker broker;
  private static Map<String, String> environment;

  @BeforeAll
  static void raiseAlerts() throws Exception {
    broker =
        EmbeddedBroker.startTemporary(
            EmbeddedBroker.ANY_PORT,
            Map.of(
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users",
                "User:ANONYMOUS"));
    prepareTree();
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers",
                broker.bootstrapServers(),
                "streams.application.id",
                "raises-alerts",
                "streams.http.address",
                "127.0.0.1:0",
                "streams.state.dir",
                scratch.resolve("raises-alerts").toString()));
    Topics.create(config, new Topics.Layout(Optional.of(2), Optional.empty()));
    try (IsolationApp app = IsolationApp.start(config);
        AlertReader reader =
            new AlertReader(config.bootstrapServers(), config.topics().alerts(), true)) {
      Recordings.send(config, "kexec-001-before", HOST);
      Recordings.send(config, "kexec-001-after", HOST);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (reader.poll(Duration.ofMillis(300)).isEmpty()) {
        assertTrue(System.nanoTime() < deadline && app.status().isAlive(), "no alert");
      }
    }
  }

  /** A directory that stands for the reader's: the source tree, a host, what pages speak of. */
  private static void prepareTree() throws Exception {
    Path host = HostDirectory.of(RecordedKexec.before(), scratch.resolve("hosts").resolve(HOST));
    Files.createSymbolicLink(scratch.resolve("deploy"), Deployment.DIRECTORY);
    Files.createDirectories(scratch.resolve("standalone/target"));
    Files.createSymbolicLink(
        scratch.resolve("standalone/target/acswatch"), Path.of("target/acswatch").toAbsolutePath());
    Files.copy(Documentation.TREE.resolve("README.md"), scratch.resolve("README.md"));
    Files.copy(
        Path.of("../streams-app/src/test/resources/captures/kexec-001-before.cap"),
        scratch.resolve("host.cap"));
    Files.writeString(scratch.resolve("admin.properties"), "");
    Files.copy(
        Path.of("../collector/src/test/resources/captures/switch-before.cap"),
        scratch.resolve("post.txt"));
    Files.writeString(
        scratch.resolve("list.txt"), "/sys/kernel/iommu_groups/0/devices/0000:00:00.0\n");
    for (String directory :
        List.of("etc/acswatch", "etc/systemd/system", "usr/lib", "usr/share/doc")) {
      Files.createDirectories(scratch.resolve(directory));
    }
    Files.createDirectories(scratch.resolve("var/lib/acswatch-streams/0_0"));
    Files.writeString(scratch.resolve("etc/acswatch/owners"), "owner\t0000:06:00.0\tvm5\ttest\n");
    Files.copy(
        Deployment.DIRECTORY.resolve("package/collector.conf"),
        scratch.resolve("etc/acswatch/collector.conf"));
    Files.copy(
        Deployment.DIRECTORY.resolve("package/streams/streams.conf"),
        scratch.resolve("etc/acswatch/streams.conf"));
    Path libraries = Path.of("target", "acswatch", "lib").toAbsolutePath();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path acls = scratch.resolve("kafka-acls.sh");
    Files.writeString(
        acls,
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s/*' %s \"$@\"\n"
            .formatted(java, libraries, "org.apache.kafka.tools.AclCommand"));
    assertTrue(acls.toFile().setExecutable(true));
    environment = new HashMap<>();
    environment.put("LAUNCHER", Documentation.TREE.resolve("acswatch").toString());
    environment.put("LIBRARIES", libraries.toString());
    environment.put("JAVA", java);
    environment.put("KAFKA_ACLS", acls.toString());
    environment.put("ROOT", scratch.toString());
    environment.put("HOST", host.toString());
    environment.put("UNITS", Deployment.DIRECTORY.resolve("systemd").toString());
    environment.put("SERVERS", broker.bootstrapServers());
    environment.put("XDG_STATE_HOME", scratch.resolve("state").toString());
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      environment.put("HTTP", Integer.toString(free.getLocalPort()));
    }
  }

  @AfterAll
  static void stopBroker() throws IOException {
    broker.close();
    // JUnit would warn of links that lead out of its directory.
    Files.deleteIfExists(scratch.resolve("deploy"));
    Files.deleteIfExists(scratch.resolve("standalone/target/acswatch"));
  }

  @TestFactory
  Stream<DynamicTest> runsWhatThePagesSay() throws IOException {
    assumeTrue(Tools.isInstalled("curl"), "curl is missing (Debian: curl)");
    return shellBlocks().stream()
        .filter(block -> block.mark().isEmpty())
        .filter(block -> !runnable(block).isEmpty())
        .map(block -> DynamicTest.dynamicTest(block.toString(), () -> run(block)));
  }

  @Test
  void eachReasonLeavesOutACommandOfAPage() throws IOException {
    Set<String> unused = new HashSet<>(NOT_RUN.keySet());
    for (Block block : shellBlocks()) {
      block.commands().forEach(command -> unused.removeIf(command::startsWith));
    }
    assertEquals(Set.of(), unused);
  }

  @Test
  void eachBlockWithAMarkBelongsToATestThatNamesItsPage() throws IOException {
    List<String> tests = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Documentation.TREE.resolve("standalone/src/test/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        tests.add(Files.readString(file));
      }
    }
    for (Block block : shellBlocks()) {
      if (!block.mark().isEmpty()) {
        String page = '"' + Path.of(block.page()).getFileName().toString() + '"';
        assertTrue(
            tests.stream()
                .anyMatch(test -> test.contains(page) && test.contains('"' + block.mark() + '"')),
            () -> block + ": no test names " + page + " and \"" + block.mark() + '"');
      }
    }
  }

  /** Options in the running text of pages, by what the command itself lists. */
  @Test
  void eachOptionThatAPageNamesIsThere() throws Exception {
    Map<String, Set<String>> named = new TreeMap<>();
    for (String page : Documentation.pages()) {
      for (Documentation.Call call : Documentation.calls(page)) {
        if (!call.options().isEmpty() && !BUILDS.contains(call.command())) {
          named.computeIfAbsent(call.command(), any -> new TreeSet<>()).addAll(call.options());
        }
      }
    }
    for (Map.Entry<String, Set<String>> command : named.entrySet()) {
      try (LaunchedProcess help = LaunchedProcess.acswatch(scratch, command.getKey(), "--help")) {
        String text = help.succeeded();
        for (String option : command.getValue()) {
          assertTrue(text.contains(option), command.getKey() + " has no " + option + ":\n" + text);
        }
      }
    }
  }

  private static List<Block> shellBlocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (String page : Documentation.pages()) {
      Documentation.blocks(page).stream()
          .filter(block -> block.language().equals("sh"))
          .forEach(blocks::add);
    }
    return blocks;
  }

  private static List<String> runnable(Block block) {
    return block.commands().stream()
        .filter(command -> NOT_RUN.keySet().stream().noneMatch(command::startsWith))
        .toList();
  }

  private static void run(Block block) throws Exception {
    String script = String.join("\n", runnable(block));
    for (Map.Entry<String, String> word : HERE.entrySet()) {
      script = script.replaceAll(word.getKey(), word.getValue());
    }
    String prelude = Path.of("src/test/resources/docs/commands.sh").toAbsolutePath().toString();
    try (LaunchedProcess bash =
        LaunchedProcess.program(
            scratch, environment, "bash", "-c", ". '" + prelude + "'\n" + script + "\nfinish\n")) {
      assertEquals(
          0,
          bash.exitCode(),
          () ->
              "%s\nMend the page, or say in NOT_RUN why it cannot run here.\n%s"
                  .formatted(block, bash.all()));
    }
  }
}
