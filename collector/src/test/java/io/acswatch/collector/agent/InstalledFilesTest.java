package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Program;
import io.acswatch.collector.command.HostCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is installed beside the program says the same as the program. */
class InstalledFilesTest {
  private static final Path DEPLOY = Path.of("../deploy");
  private static final Pattern MANUAL_KEY =
      Pattern.compile("\\.TP\\n\\.B (collector\\.\\S+)\\n(.*)\\n");

  private static List<String> settings(String unit, String key) throws IOException {
    List<String> values = new ArrayList<>();
    for (String line : Files.readAllLines(DEPLOY.resolve("systemd").resolve(unit))) {
      if (line.startsWith(key + "=")) {
        values.add(line.substring(key.length() + 1));
      }
    }
    return values;
  }

  @Test
  void theManualNamesEveryKeyWithItsDefault() throws IOException {
    String page = Files.readString(DEPLOY.resolve("package/man/acswatch-collector.conf.5"));
    TreeSet<String> named = new TreeSet<>();
    Matcher entry = MANUAL_KEY.matcher(page);
    while (entry.find()) {
      String key = entry.group(1);
      named.add(key);
      String otherwise = CollectorConfig.KEYS.defaultOf(key);
      if (!otherwise.isEmpty()) {
        assertTrue(entry.group(2).endsWith("(" + otherwise + ")"), entry::group);
      }
    }
    assertEquals(new TreeSet<>(CollectorConfig.KEYS.names()), named);
  }

  @Test
  void theHelpNamesEveryKeyWithItsDefault() {
    String help =
        Program.commandLine(new HostCommands())
            .getSubcommands()
            .get("collect")
            .getUsageMessage()
            .strip();
    for (String key : CollectorConfig.KEYS.names()) {
      assertTrue(
          help.lines()
              .anyMatch(
                  line ->
                      line.strip().startsWith(key)
                          && line.contains(CollectorConfig.KEYS.defaultOf(key))),
          key);
    }
  }

  /** Without one of them a fault in a part reaches the VMs beside it. */
  @ParameterizedTest
  @ValueSource(strings = {"acswatch-reader", "acswatch-sender", "acswatch-streams"})
  void everyUnitIsBounded(String unit) throws IOException {
    for (String limit : List.of("MemoryMax", "CPUQuota", "TasksMax")) {
      assertEquals(1, settings(unit + ".service", limit).size(), limit);
    }
  }

  @Test
  void neitherUnitDelaysAKexecByMoreThan200Milliseconds() throws IOException {
    for (String unit : List.of("acswatch-reader.service", "acswatch-sender.service")) {
      assertEquals(List.of("200ms"), settings(unit, "TimeoutStopSec"), unit);
    }
    assertTrue(SpoolingReader.STOP_LIMIT.toMillis() < 200);
    // Stopped side by side: ordered, one would wait for the other.
    assertFalse(settings("acswatch-sender.service", "After").get(0).contains("acswatch"));
    assertFalse(settings("acswatch-reader.service", "After").get(0).contains("acswatch"));
  }

  @Test
  void theReaderIsStoppedBeforeTheJumpAndBeforeItsDiskIsGone() throws IOException {
    String unit = "acswatch-reader.service";
    assertEquals(List.of("shutdown.target kexec.target"), settings(unit, "Before"));
    assertEquals(List.of("shutdown.target"), settings(unit, "Conflicts"));
    assertEquals(List.of("/var/lib/acswatch"), settings(unit, "RequiresMountsFor"));
    assertTrue(settings(unit, "After").get(0).contains("local-fs.target"));
  }
}
