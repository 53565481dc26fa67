package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.spool.SigningKey;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.standalone.SecuredBroker.Login;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Does what {@code docs/secured-kafka.md} says, on a broker that asks who one is: its files and
 * commands as they stand there, and what its table of roles allows and refuses.
 */
@TestMethodOrder(OrderAnnotation.class)
class SecuredKafkaIT {
  private static final Path DOCUMENT = Path.of("..", "docs", "secured-kafka.md");
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "<!-- (file|run): ([^(]+?)( \\(mutual TLS\\))? -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final Path LAUNCHER = Path.of("..", "acswatch").toAbsolutePath().normalize();
  private static final Path LIBRARIES = Path.of("target", "acswatch", "lib").toAbsolutePath();
  private static final String NOBODY = "nobody";
  private static final String TABLE = "<!-- table: tried -->\n";
  private static final List<String> ROLES =
      List.of("collector", "streams", "consumer", "operator", "anybody else");

  @TempDir static Path scratch;
  private static SecuredBroker broker;
  private static Map<String, String> commands;

  @BeforeAll
  static void setUp() throws Exception {
    List<String> users =
        List.of("acswatch-collector", "acswatch-streams", "acswatch-consumer", "acswatch-operator");
    broker = SecuredBroker.start(Files.createDirectory(scratch.resolve("certificates")), users);
    Path bin = Files.createDirectory(scratch.resolve("bin"));
    script(bin, "acswatch", "exec '%s' \"$@\"".formatted(LAUNCHER));
    script(bin, "acswatch-collector", "exec '%s' \"$@\"".formatted(LAUNCHER));
    script(bin, "kafka-acls.sh", tool("AclCommand"));
    script(bin, "kafka-configs.sh", tool("ConfigCommand"));
    for (Login login : Login.values()) {
      writeFiles(login);
    }
    for (String preparation : List.of("users", "acls", "topics")) {
      run(Login.SCRAM, preparation).succeeded();
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  @Order(1)
  void everyCommandIsRun() {
    assertEquals(
        List.of("acls", "trust", "users", "topics", "check", "collector", "streams", "alerts"),
        List.copyOf(commands.keySet()));
  }

  @ParameterizedTest
  @EnumSource
  @Order(2)
  void framesBecomeAlertsWithNoMoreThanWhatIsGranted(Login login) throws Exception {
    String host = host(login);
    run(login, "topics").succeeded();
    try (LaunchedProcess check = run(login, "check")) {
      check.exitCode();
      assertTrue(check.out().contains(": frames may be written to acswatch.frames"), check::all);
    }
    Spool spool = Spool.open(directory(login).resolve("spool"), new SpoolLimits(1 << 20, LIMIT));
    SigningKey key = SigningKey.keep(spool.directory(), null);
    for (String capture : List.of("kexec-001-before", "kexec-001-after")) {
      Capture seen = Recordings.capture(capture, host);
      byte[] frame = FrameWriter.write(seen);
      spool.add(
          seen.boot().id(),
          FrameType.SNAPSHOT,
          new SpooledFrame(frame, key.sign(host, frame)),
          System.currentTimeMillis());
    }
    try (LaunchedProcess streams = run(login, "streams")) {
      await(streams, "judging acswatch.frames");
      try (LaunchedProcess sender = run(login, "collector")) {
        await(sender, "sending from ");
        Awaitility.await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  String alerts = said(run(login, "alerts"));
                  assertTrue(alerts.contains("GROUP_MERGED_CROSS_VM"), alerts);
                  assertTrue(alerts.contains(host), alerts);
                });
        String metrics = metrics(sender);
        assertTrue(metrics.contains("\nacswatch_sender_frames_total 2.0\n"), metrics);
        String trusted = said(run(login, "trust"));
        assertTrue(trusted.contains(host + "  " + key.text() + "\n" + host + " -> "), trusted);
        String listed = trusted.substring(trusted.indexOf("host-keys-"));
        assertTrue(listed.contains("\n" + host + "  " + key.text() + "\n"), trusted);
        assertTrue(runningCommandLines().contains("collector-secrets.conf"));
        assertHidesPasswords(
            streams.all(), sender.all(), metrics, metrics(streams), runningCommandLines());
      }
    }
  }

  /** Each role does each thing by both logins; what comes of it is the table of the page. */
  @Test
  @Order(3)
  void whatEachRoleMayDoIsWhatThePageSays() throws Exception {
    List<String> scram = tried(Login.SCRAM);
    assertEquals(scram, tried(Login.MTLS));
    String page = Files.readString(DOCUMENT);
    int from = page.indexOf(TABLE) + TABLE.length();
    int to = page.indexOf("<!-- end of table -->");
    String table = String.join("\n", scram) + "\n";
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(DOCUMENT, page.substring(0, from) + table + page.substring(to));
    } else {
      assertEquals(page.substring(from, to), table);
    }
  }

  private List<String> tried(Login login) throws Exception {
    List<String> table = new ArrayList<>();
    table.add("| | " + String.join(" | ", ROLES) + " |");
    table.add("| --- ".repeat(ROLES.size() + 1) + "|");
    try (Roles roles = new Roles(broker, login)) {
      try (LaunchedProcess streams = run(login, "streams")) {
        await(streams, "judging acswatch.frames");
        row(table, roles, "send a frame of a host without a trusted key", Roles::unknownHost);
        row(table, roles, "send a frame that its host has signed", Roles::ownFrame);
        row(table, roles, "send an unsigned frame of another host", Roles::unsigned);
        row(table, roles, "send a frame of another host by a key of one's own", Roles::foreign);
        row(table, roles, "send another host's signed frame as one's own", Roles::borrowed);
        streams.terminate();
        streams.exitCode();
      }
      row(table, roles, "read frames", (r, who) -> r.read(who, "frames"));
      row(table, roles, "see that frames exist (describe)", (r, who) -> r.describe(who, "frames"));
      row(table, roles, "see that alerts exist (describe)", (r, who) -> r.describe(who, "alerts"));
      row(table, roles, "read alerts", (r, who) -> r.read(who, "alerts"));
      row(table, roles, "read open alerts", (r, who) -> r.read(who, "alert-state"));
      row(table, roles, "read groups", (r, who) -> r.read(who, "groups"));
      row(table, roles, "read rejects", (r, who) -> r.read(who, "rejects"));
      row(table, roles, "read commands", (r, who) -> r.read(who, "commands"));
      row(table, roles, "read trusted keys", (r, who) -> r.read(who, "host-keys"));
      row(table, roles, "retire a host", (r, who) -> r.write(who, "commands"));
      row(table, roles, "trust a key, or none", (r, who) -> r.write(who, "host-keys"));
      row(table, roles, "raise an alert", (r, who) -> r.write(who, "alerts"));
      row(
          table,
          roles,
          "silence an alert (its tombstone)",
          (r, who) -> r.write(who, "alert-state"));
      row(table, roles, "write rejects", (r, who) -> r.write(who, "rejects"));
      row(table, roles, "take partitions from the application", Roles::join);
      row(table, roles, "move the application past frames", Roles::moveOffsets);
      row(table, roles, "fence the application's transactions", Roles::fence);
      row(table, roles, "change its state (changelog)", Roles::changelog);
      row(table, roles, "delete records", Roles::deleteRecords);
      row(table, roles, "delete a topic", Roles::deleteTopic);
      row(table, roles, "delete a changelog of the application", Roles::deleteChangelog);
      row(table, roles, "change a topic's settings", Roles::alterTopic);
      row(table, roles, "grant itself more", Roles::grant);
      row(table, roles, "follow alerts in a group of consumers", Roles::follow);
    }
    return table;
  }

  private static void row(List<String> table, Roles roles, String what, Roles.Attempt attempt)
      throws Exception {
    List<String> cells = new ArrayList<>(List.of(what));
    for (String role : ROLES) {
      cells.add(roles.tryTo(attempt, role.startsWith("anybody") ? NOBODY : "acswatch-" + role));
    }
    table.add("| " + String.join(" | ", cells) + " |");
  }

  /** Whoever may not see a topic is not told that it is not there, whichever client asks. */
  @Test
  @Order(4)
  void whatALoginMayNotSeeIsNotSaidToBeMissing() throws Exception {
    Path operator = directory(Login.SCRAM).resolve("operator.conf");
    String nobody = changed(operator, "acswatch-operator|(change-me-)operator", "$1" + NOBODY);
    Path capture = Path.of("src/main/resources/io/acswatch/standalone/kexec-before.cap");
    for (String command :
        List.of(
            "alerts --once",
            "incidents",
            "kernels",
            "rejects",
            "retire --yes host",
            "trust --list",
            "topics",
            "topics --check",
            "streams",
            "replay " + capture.toAbsolutePath(),
            "preflight " + capture.toAbsolutePath(),
            "simulate --hosts 1 --minutes 1")) {
      try (LaunchedProcess process = asked(command, nobody)) {
        assertEquals(3, process.exitCode(), process::all);
        assertFalse(process.all().contains("not exist"), process::all);
        assertTrue(
            process
                .err()
                .matches("(?s).*(does not let this login|Not authorized|authorization failed).*"),
            process::all);
      }
    }
    try (LaunchedProcess check = asked("topics --check", operator.toString())) {
      assertEquals(0, check.exitCode(), check::all);
      assertTrue(check.out().contains("acswatch-streams-host-state-changelog"), check::all);
    }
    try (LaunchedProcess other = asked("alerts --once --topic-prefix other", operator.toString())) {
      assertEquals(3, other.exitCode(), other::all);
      assertTrue(other.err().contains("login see topic other.alerts"), other::all);
    }
  }

  private static LaunchedProcess asked(String command, String config) throws IOException {
    String login = " --config " + config + " --bootstrap-servers " + broker.servers(Login.SCRAM);
    return LaunchedProcess.acswatch(scratch, (command + login).split(" "));
  }

  @Test
  @Tag("slow")
  @Order(5)
  void everyMistakeIsOneLine() throws Exception {
    Certificates others =
        Certificates.authority(Files.createDirectory(scratch.resolve("others")), "stranger");
    Path right = directory(Login.SCRAM).resolve("operator.conf");
    String scram = broker.servers(Login.SCRAM);
    String password = changed(right, "change-me-operator", "hunter2");
    String truststore =
        changed(
            right, broker.certificates().pem("ca").toString(), others.pem("stranger").toString());
    Path none = Files.writeString(scratch.resolve("none.conf"), "");
    String tlsOnly = " takes TLS only, and security.protocol is PLAINTEXT";
    Path certificate = directory(Login.MTLS).resolve("operator.conf");
    String noKey = changed(certificate, "kafka.ssl.keystore.*\n", "");

    assertSays("refuses the login: Authentication failed", scram, password);
    assertSays("TLS with the broker at " + scram + " failed: unable to find", scram, truststore);
    assertSays(tlsOnly, scram, none.toString());
    assertSays(" takes no TLS, and security", broker.plainServers(), right.toString());
    // JDK 17 is told bad_certificate, JDK 25 certificate_required.
    assertSays("Received fatal alert: ", broker.servers(Login.MTLS), noKey);
    assertSays("no address is known for the brokers", "nowhere.invalid:1", right.toString());
    assertSays("no broker can be reached at 127.0.0.1:1: ", "127.0.0.1:1", right.toString());
  }

  /** Each command logs in with a password, and has a key store's and its own key beside it. */
  @Test
  @Order(6)
  void noSecretIsInAnyOutputNorInTheListOfProcesses() throws Exception {
    Path conf = scratch.resolve("secrets.conf");
    String more =
        "kafka.ssl.keystore.type=PKCS12\nkafka.ssl.keystore.location=%s\nkafka.ssl.keystore.password=%s\n"
            .formatted(
                scratch.resolve("certificates/acswatch-operator.p12"), Certificates.PASSWORD);
    String operator = Files.readString(directory(Login.SCRAM).resolve("operator.conf"));
    Files.writeString(conf, operator + more);
    Path refused = Files.writeString(scratch.resolve("refused.conf"), more.replace("word", "wort"));
    Path capture = Path.of("src/main/resources/io/acswatch/standalone/kexec-before.cap");
    Path spool = Files.createDirectory(scratch.resolve("own-spool"));
    Path signing = Files.writeString(scratch.resolve("sign.conf"), "collector.sign=yes\n");
    FixtureHost host =
        FixtureHost.of(
            Recordings.capture("kexec-001-before", "h"),
            Files.createDirectory(scratch.resolve("root")));
    List<String> lines =
        List.of(
            "alerts --once",
            "incidents",
            "kernels",
            "rejects",
            "retire --yes nobody",
            "trust --list",
            "topics --check",
            "simulate --hosts 1 --minutes 1",
            "replay " + capture.toAbsolutePath(),
            "preflight " + capture.toAbsolutePath(),
            "check --root " + host.root() + " --spool " + spool + " --config " + signing,
            "collect reader --once --root "
                + host.root()
                + " --spool "
                + spool
                + " --config "
                + signing);
    for (String line : lines) {
      String login = " --config " + conf + " --bootstrap-servers " + broker.servers(Login.SCRAM);
      assertTrue(shown(line + login) != 2, line); // how busy the broker is decides nothing
      shown(line + " --config " + refused + " --bootstrap-servers a:1");
      assertEquals(0, shown(line.split(" -")[0] + " --help"), line);
    }
    String secret = Files.readAllLines(spool.resolve(SigningKey.FILE)).get(2);
    String said =
        said(
            LaunchedProcess.acswatch(
                scratch, "check", "--spool", spool.toString(), "--config", signing.toString()));
    assertTrue(said.contains("frames are signed by ed25519:"), said);
    assertFalse(said.contains(secret), said);
  }

  private static int shown(String line) throws Exception {
    try (LaunchedProcess process = LaunchedProcess.acswatch(scratch, line.split(" "))) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                assertHidesPasswords(runningCommandLines());
                return !process.isAlive();
              });
      assertHidesPasswords(process.all());
      return process.exitCode();
    }
  }

  /** By commands of the host's side and of the centre's, which have nothing of Kafka in common. */
  private static void assertSays(String expected, String servers, String config) throws Exception {
    Path capture = Path.of("src/main/resources/io/acswatch/standalone/kexec-before.cap");
    Path slow = scratch.resolve("slow.conf");
    Files.writeString(slow, "streams.start.timeout.ms=6000\n");
    for (List<String> command :
        List.of(
            List.of("replay", capture.toAbsolutePath().toString(), "--timeout", "2s"),
            List.of("simulate", "--hosts", "1"),
            List.of("preflight", capture.toAbsolutePath().toString()),
            List.of("alerts", "--once", "--config", slow.toString()))) {
      String[] more = {"--bootstrap-servers", servers, "--config", config};
      String[] all = Stream.concat(command.stream(), Arrays.stream(more)).toArray(String[]::new);
      try (LaunchedProcess process = LaunchedProcess.acswatch(scratch, all)) {
        assertEquals(3, process.exitCode(), process::all);
        assertTrue(process.err().contains(expected), () -> expected + " of " + process.all());
        assertEquals(1, process.err().lines().count(), process::all);
        assertFalse(process.all().contains("hunter2"), process::all);
      }
    }
  }

  private static String changed(Path file, String what, String replacement) throws IOException {
    Path changed = Files.createTempFile(scratch, "wrong-", ".conf");
    String text = Files.readString(file);
    String other = text.replaceAll(what, replacement);
    assertFalse(other.equals(text), what);
    return Files.writeString(changed, other).toString();
  }

  private static String host(Login login) {
    return "rack7-" + login.name().toLowerCase(Locale.ROOT);
  }

  private static Path directory(Login login) {
    return scratch.resolve(login.name());
  }

  private static void writeFiles(Login login) throws IOException {
    Path directory = Files.createDirectory(directory(login));
    Files.createSymbolicLink(directory.resolve("deploy"), Deployment.DIRECTORY);
    commands = new LinkedHashMap<>();
    Matcher example = EXAMPLE.matcher(Files.readString(DOCUMENT));
    while (example.find()) {
      String name = example.group(2);
      if (example.group(1).equals("run")) {
        commands.put(name, example.group(4));
      } else if (login == Login.MTLS == (example.group(3) != null)) {
        Path file = directory.resolve(name.substring(name.lastIndexOf('/') + 1));
        Files.writeString(file, here(login, example.group(4)) + more(name, directory));
      }
    }
    for (String part : List.of("collector", "streams")) {
      Path secrets = directory.resolve(part + "-secrets.conf");
      if (!Files.exists(secrets)) {
        Files.copy(Deployment.DIRECTORY.resolve("package/secrets.conf"), secrets);
      }
    }
  }

  /** What the test alone needs: places that are free. */
  private static String more(String name, Path directory) {
    if (name.endsWith("collector.conf")) {
      return "collector.http.address=127.0.0.1:0\ncollector.spool.dir=%s/spool\n"
          .formatted(directory);
    }
    return name.endsWith("streams.conf")
        ? "streams.http.address=127.0.0.1:0\nstreams.state.dir=%s/state\nstreams.peer.secret=%s-of-the-peers\n"
            .formatted(directory, SecuredBroker.PASSWORD)
        : "";
  }

  private static String here(Login login, String text) {
    return text.replaceAll("kafka\\.example\\.org:909[34]", broker.servers(login))
        .replace("rack7-host12", host(login))
        .replaceAll("/etc/acswatch/(\\S+\\.pem)", scratch.resolve("certificates") + "/$1")
        .replace("/etc/acswatch/", directory(login) + "/");
  }

  private static LaunchedProcess run(Login login, String command) throws IOException {
    return LaunchedProcess.program(
        directory(login),
        Map.of("PATH", scratch.resolve("bin") + ":" + System.getenv("PATH")),
        "bash",
        "-c",
        here(login, "set -e\n" + commands.get(command)));
  }

  private static void await(LaunchedProcess process, String said) {
    Awaitility.await()
        .atMost(LIMIT)
        .failFast("ended by itself", () -> !process.isAlive())
        .untilAsserted(() -> assertTrue(process.out().contains(said), process::all));
  }

  private static String said(LaunchedProcess process) throws InterruptedException {
    try (process) {
      process.exitCode();
      return process.all();
    }
  }

  private static String metrics(LaunchedProcess process) throws Exception {
    Matcher address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/").matcher(process.out());
    assertTrue(address.find(), process::all);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address.group() + "metrics")).build(),
            BodyHandlers.ofString())
        .body();
  }

  /** What {@code ps} shows of the processes below this one, and their environment. */
  private static String runningCommandLines() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (ProcessHandle process : ProcessHandle.current().descendants().toList()) {
      try {
        for (String file : List.of("cmdline", "environ")) {
          lines.append(Files.readString(Path.of("/proc/" + process.pid(), file)));
        }
      } catch (IOException ended) {
        // shows nothing
      }
    }
    return lines.toString();
  }

  private static void assertHidesPasswords(String... texts) {
    for (String text : texts) {
      assertFalse(text.contains(SecuredBroker.PASSWORD), text);
      assertFalse(text.contains(Certificates.PASSWORD), text);
      assertFalse(text.contains("PRIVATE KEY"), text);
    }
  }

  private static String tool(String name) {
    return "exec '%s' -cp '%s/*' org.apache.kafka.tools.%s \"$@\""
        .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), LIBRARIES, name);
  }

  private static void script(Path bin, String name, String command) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + command + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
