package io.acswatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateDirectoryTest {
  @ParameterizedTest
  @CsvSource({
    "/var/state, /home/a, /var/state/acswatch/spool",
    "'', /home/a, /home/a/.local/state/acswatch/spool",
    "relative, /home/a, /home/a/.local/state/acswatch/spool"
  })
  void isXdgStateHomeElseHome(String state, String home, Path expected) {
    assertEquals(
        expected, StateDirectory.of("spool", Map.of("XDG_STATE_HOME", state, "HOME", home)));
  }
}
