package io.acswatch.wire.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.IsolationAlert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AlertTextTest {
  private static final Path GOLDEN = Path.of("src/test/resources/alerts.golden");

  static List<IsolationAlert> alerts() {
    return Alerts.all();
  }

  @Test
  void laysOutAnAlertAsInTheGolden() throws IOException {
    StringBuilder text = new StringBuilder();
    for (IsolationAlert alert : Alerts.all()) {
      text.append(AlertText.render(alert)).append('\n');
    }
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(GOLDEN, text);
    }
    assertEquals(Files.readString(GOLDEN), text.toString());
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void fitsIntoAHundredColumns(IsolationAlert alert) {
    assertTrue(
        AlertText.render(alert).lines().allMatch(line -> line.length() <= 100),
        AlertText.render(alert));
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void saysTheSameInColour(IsolationAlert alert) {
    String coloured = AlertText.render(alert, (part, text) -> "<" + part + ">" + text + "</>");
    assertTrue(coloured.contains("<HEADLINE>"), coloured);
    assertEquals(AlertText.render(alert), coloured.replaceAll("<[A-Z/]+>", ""));
  }

  @Test
  void saysAWordOnceIfItDidNotChange() {
    String text = AlertText.render(Alerts.notEnforced());
    assertTrue(text.contains("ACS Control of root port 0000:00:02.0 at 0x14e: 0011\n"), text);
  }

  @Test
  void lendsTheTerminalToNoHost() {
    IsolationAlert sparse = Alerts.sparse();
    String text = AlertText.render(sparse);
    assertTrue(sparse.headline().contains("\n"));
    assertFalse(text.contains("new\"\nor"), text);
  }
}
