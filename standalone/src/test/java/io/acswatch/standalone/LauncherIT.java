package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code ./acswatch} itself, on what this build has put under {@code target/acswatch}. */
class LauncherIT {
  private static final Path LAUNCHER = Path.of("..", "acswatch").toAbsolutePath().normalize();
  private static final Path BUILT = Path.of("target", "acswatch").toAbsolutePath();

  @TempDir Path scratch;

  private record Outcome(int exitCode, String out, String err) {}

  @Test
  void listsItsCommands() throws Exception {
    Outcome help = run(LAUNCHER, Map.of(), "--help");

    assertEquals(0, help.exitCode());
    assertTrue(help.out().contains("  demo  ") && help.out().contains("  groups  "), help.out());
    assertEquals("", help.err());
  }

  @Test
  void answersAnUnknownCommandWithAHintAndExitCodeTwo() throws Exception {
    Outcome unknown = run(LAUNCHER, Map.of(), "gruops");

    assertEquals(2, unknown.exitCode());
    assertEquals(
        "acswatch: no such command 'gruops'; did you mean groups?; acswatch --help lists the"
            + " commands\n",
        unknown.err());
    assertEquals("", unknown.out());
  }

  @Test
  void testHelpsWithoutTesting() throws Exception {
    Outcome help = run(LAUNCHER, Map.of(), "test", "--help");

    assertEquals(0, help.exitCode(), help.err());
    assertTrue(help.out().startsWith("Usage: acswatch test"), help.out());
  }

  @Test
  void answersNoCommandWithTheTableAndExitCodeTwo() throws Exception {
    Outcome none = run(LAUNCHER, Map.of());

    assertEquals(2, none.exitCode());
    assertTrue(none.err().startsWith("Usage: acswatch COMMAND"), none.err());
  }

  @Test
  void worksThroughASymbolicLinkFromAnywhere() throws Exception {
    Path link = Files.createSymbolicLink(scratch.resolve("a link"), LAUNCHER);

    Outcome version = run(link, Map.of(), "--version");
    Files.delete(link); // JUnit would warn of a link that leads out of its directory

    assertEquals(0, version.exitCode(), version.err());
    assertEquals(
        "acswatch " + Files.readString(BUILT.resolve("version")).strip(),
        version.out().replaceFirst(" \\(.*\n", ""));
  }

  @Test
  void saysWhatIsWrongWithJavaHome() throws Exception {
    Outcome refused = run(LAUNCHER, Map.of("JAVA_HOME", "/no/such/jdk"), "groups", "x.cap");

    assertEquals(3, refused.exitCode());
    assertTrue(refused.err().startsWith("acswatch: JAVA_HOME=/no/such/jdk holds no bin/java\n"));
  }

  @Test
  void refusesAJavaThatIsTooOldWithoutStartingIt() throws Exception {
    Path old = Files.createDirectories(scratch.resolve("jdk-11/bin")).getParent();
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    assertTrue(
        Files.writeString(old.resolve("bin/java"), "#!/bin/sh\nexit 99\n")
            .toFile()
            .setExecutable(true));

    Outcome refused = run(LAUNCHER, Map.of("JAVA_HOME", old.toString()), "groups", "x.cap");

    assertEquals(3, refused.exitCode());
    assertTrue(refused.err().contains("is Java 11.0.2, 17 or later is needed"), refused.err());
  }

  /**
   * Ctrl-C reaches all of the terminal's programs: launcher, Maven, and what shows its progress.
   */
  @Test
  void saysThatABuildWasStoppedAndNotThatItFailed() throws Exception {
    Path tree = Files.createDirectories(scratch.resolve("tree/standalone")).getParent();
    Files.writeString(tree.resolve("pom.xml"), "");
    Files.writeString(tree.resolve("standalone/pom.xml"), "");
    Path launcher = Files.copy(LAUNCHER, tree.resolve("acswatch"));
    Path mvn = Files.createDirectory(scratch.resolve("bin")).resolve("mvn");
    Files.writeString(
        mvn,
        """
        #!/bin/bash
        [[ $2 != -v ]] || { echo Apache Maven 3.9.9; exit; }
        trap 'exit 130' INT
        echo "[ERROR] about to build"
        mkfifo fifo && touch building
        read -r <>fifo
        """);
    assertTrue(mvn.toFile().setExecutable(true));
    Map<String, String> environment =
        Map.of("ACSWATCH_NO_BUILD", "", "PATH", mvn.getParent() + ":" + System.getenv("PATH"));
    try (LaunchedProcess build =
        LaunchedProcess.program(
            scratch,
            environment,
            // A group of its own, as a terminal gives it; and one that listens, wherever this runs.
            "setsid",
            "env",
            "--default-signal=INT",
            launcher.toString(),
            "groups")) {
      Awaitility.await().atMost(LIMIT).until(() -> Files.exists(scratch.resolve("building")));

      // The shell's own: not every machine has the program.
      Deployment.run(scratch, "bash", "-c", "kill -INT -- -" + build.pid());

      assertEquals(130, build.exitCode(), build::all);
      assertFalse(build.err().contains("failed"), build::all);
      assertFalse(build.err().contains("ERROR"), build::all);
    }
  }

  /** What glibc keeps for each thread would be a multiple of what RocksDB needs. */
  @Test
  void boundsTheArenasOfWhatGoesOnForLong() throws Exception {
    Path home = Files.createDirectories(scratch.resolve("jdk/bin")).getParent();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    assertTrue(
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\necho arenas $MALLOC_ARENA_MAX\n")
            .toFile()
            .setExecutable(true));

    for (String command : List.of("streams", "standalone", "demo", "collect")) {
      Outcome started = run(LAUNCHER, Map.of("JAVA_HOME", home.toString()), command);
      assertTrue(started.out().matches("arenas [12]\n"), started.out());
    }
  }

  @Test
  void passesTheFlagsOfTheParentPom() throws IOException {
    for (String file : List.of("jvm.flags", "jvm-24.flags")) {
      String flags = Files.readString(BUILT.resolve(file));
      assertTrue(flags.startsWith("--"), file + ": " + flags);
      assertFalse(flags.contains("${"), file + ": " + flags);
    }
  }

  private Outcome run(Path launcher, Map<String, String> environment, String... arguments)
      throws Exception {
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.directory(scratch.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("ACSWATCH_NO_BUILD", "yes");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertTrue(
        process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS),
        "still running: " + builder.command());
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
