package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.UnitOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UnitOptionsTest {
  @TempDir Path directory;

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--config ONE",
        "--config ONE --config TWO",
        "--spool /s --root /r --host-id h --config ONE",
        "--bootstrap-servers a:1,b:2 --topic-prefix p --config TWO"
      })
  void areReadAsPicocliReadsThem(String line) throws IOException {
    Files.writeString(directory.resolve("ONE"), "collector.host.id=one\ncollector.sign=yes\n");
    Files.writeString(directory.resolve("TWO"), "kafka.security.protocol=SSL\n");
    String[] arguments =
        words(line.replace("ONE", directory + "/ONE").replace("TWO", directory + "/TWO"));
    CollectOptions options = new CollectOptions();
    new CommandLine(options).parseArgs(arguments);

    UnitOptions read = Objects.requireNonNull(UnitOptions.of(arguments));

    assertEquals(options.config(), CollectorConfig.from(read.settings()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--once",
        "--spool",
        "--spool=/s",
        "--spool --root",
        "--spool /s --spool /t",
        "--glance-interval 1s",
        "--config @file",
        "reader --spool /s"
      })
  void leaveTheRestToPicocli(String line) {
    assertNull(UnitOptions.of(words(line)));
  }

  /** Or their start takes three times the processor time. */
  @Test
  void coverWhatTheUnitsGive() throws IOException {
    for (String role : new String[] {"reader", "sender"}) {
      String unit = Files.readString(Path.of("../deploy/systemd/acswatch-" + role + ".service"));
      String start = unit.substring(unit.indexOf("ExecStart="), unit.indexOf("\nRestart="));

      assertNotNull(UnitOptions.of(words(start.split(" collect " + role + " ")[1])), start);
    }
  }
}
