package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.spool.SpoolLock;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the process of an agent says, and what it ends with. */
class CollectProcessIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private record Ended(int exitCode, String err) {}

  @ParameterizedTest
  @ValueSource(strings = {"collect --bootstrap-servers 127.0.0.1:1", "collect reader"})
  @SuppressWarnings("try") // the lock is held, and nothing more
  void isThreeWhereAnotherReaderHoldsTheSpool(String command) throws Exception {
    Path spool = Files.createDirectory(directory.resolve("spool"));
    FixtureHost host = host();
    try (SpoolLock held = SpoolLock.take(spool, "reader")) {
      Ended ended = run(command, "--spool", spool.toString(), "--root", host.root().toString());

      assertEquals(3, ended.exitCode(), ended.err());
      assertTrue(ended.err().contains("another reader works on this spool"), ended.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"collect --bootstrap-servers 127.0.0.1:1", "collect reader"})
  void isThreeWhereTheRootHasNoBootId(String command) throws Exception {
    FixtureHost host = host();
    Files.delete(host.path("/proc/sys/kernel/random/boot_id"));

    Ended ended =
        run(
            command,
            "--spool",
            directory.resolve("spool").toString(),
            "--root",
            host.root().toString());

    assertEquals(3, ended.exitCode(), ended.err());
    assertTrue(ended.err().contains("boot_id: no such file or directory"), ended.err());
  }

  @Test
  void isZeroWhenTheReaderIsStopped() throws Exception {
    Process reader =
        start(
            "collect reader",
            "--spool",
            directory.resolve("spool").toString(),
            "--root",
            host().root().toString());
    assertTrue(reader.inputReader().readLine().startsWith("reading fixture"));

    reader.destroy();

    assertTrue(reader.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, reader.exitValue());
  }

  @Test
  void isOneWhenFramesStayInTheDefaultSpool() throws Exception {
    Process agent =
        start("collect --bootstrap-servers 127.0.0.1:1", "--root", host().root().toString());
    BufferedReader out = agent.inputReader();
    assertTrue(out.readLine().startsWith("collecting as fixture"));
    Path spool = directory.resolve("state/acswatch/spool");
    Awaitility.await().until(() -> !frames(spool).isEmpty());

    long stopped = System.nanoTime();
    agent.toHandle().destroy(); // Process.destroy would close its output

    assertTrue(agent.waitFor(2, TimeUnit.SECONDS), "it takes more than 2 s");
    assertTrue(System.nanoTime() - stopped < TimeUnit.SECONDS.toNanos(2));
    assertEquals(1, agent.exitValue(), Files.readString(directory.resolve("err")));
    List<Path> left = frames(spool);
    assertEquals(
        left.size() + " frames wait in " + spool + "; the next start sends them", out.readLine());
  }

  @Test
  void warnsOfFunctionsThatShowNoAcsRegister() throws Exception {
    FixtureHost host = host();
    Path port = host.path(host.realDirectory(PciAddress.parse("0000:00:03.0")) + "/config");
    byte[] all = Files.readAllBytes(port);
    Files.write(port, Arrays.copyOf(all, 64));
    Path config =
        Files.writeString(directory.resolve("conf"), "collector.sweep.interval.ms=1000\n");
    String[] place = {
      "--root", host.root().toString(), "--spool", directory.resolve("spool").toString()
    };
    Process reader = start("collect reader --config " + config, place);
    Path err = directory.resolve("err");
    String says = "1 of 32 functions show 64 bytes only, and no ACS register";
    try {
      Awaitility.await().atMost(LIMIT).until(() -> Files.readString(err).contains(says));
      Files.write(port, all);
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> Files.readString(err).contains("all functions show their ACS registers"));
    } finally {
      reader.destroy();
      assertTrue(reader.waitFor(30, TimeUnit.SECONDS));
    }
    assertEquals(1, Files.readString(err).split(says, -1).length - 1, "said once");
  }

  @ParameterizedTest
  @ValueSource(strings = {"collect", "collect sender --config CONF"})
  void saysInAFewLinesThatThereIsNoBroker(String command) throws Exception {
    Path config =
        Files.writeString(directory.resolve("conf"), "collector.http.address=127.0.0.1:0\n");
    Path spool = directory.resolve("spool");
    FixtureHost host = host();
    String[] place = {"--root", host.root().toString(), "--spool", spool.toString()};
    run("collect reader --once", place);
    Process agent =
        start(
            command.replace("CONF", config.toString())
                + " --bootstrap-servers 127.0.0.1:1 --timeout 1s",
            place);
    Path err = directory.resolve("err");
    Awaitility.await().until(() -> Files.readString(err).contains("no broker can be reached"));
    agent.toHandle().destroy();
    assertTrue(agent.waitFor(10, TimeUnit.SECONDS));
    List<String> lines = Files.readAllLines(err);
    assertTrue(lines.size() < 5, () -> String.join("\n", lines));
    assertFalse(lines.stream().anyMatch(line -> line.contains("does not return")), lines::toString);
  }

  private static List<Path> frames(Path spool) throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files.filter(file -> file.toString().endsWith(".frame")).toList();
    }
  }

  private FixtureHost host() throws IOException {
    return FixtureHost.of(TestCaptures.read("switch-before.cap"), directory.resolve("host"));
  }

  private Ended run(String command, String... arguments) throws Exception {
    Process process = start(command, arguments);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it goes on running");
    return new Ended(process.exitValue(), Files.readString(directory.resolve("err")));
  }

  private Process start(String command, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"));
    line.addAll(
        List.of(
            "-Dorg.slf4j.simpleLogger.log.io.acswatch=info", // as it is shipped
            HostCommands.class.getName()));
    line.addAll(List.of(command.split(" ")));
    line.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(line);
    process.environment().put("XDG_STATE_HOME", directory.resolve("state").toString());
    return process.redirectError(directory.resolve("err").toFile()).start();
  }
}
