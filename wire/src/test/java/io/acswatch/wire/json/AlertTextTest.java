package io.acswatch.wire.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
      text.append(plain(alert)).append('\n');
    }
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(GOLDEN, text);
    }
    assertEquals(Files.readString(GOLDEN), text.toString());
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void fitsIntoAHundredColumns(IsolationAlert alert) {
    assertTrue(plain(alert).lines().allMatch(line -> line.length() <= 100), plain(alert));
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void saysTheSameInColour(IsolationAlert alert) {
    String coloured =
        AlertText.render(alert, Map.of(), (look, text) -> "<" + look + ">" + text + "</>");
    assertTrue(coloured.contains("<BOLD>"), coloured);
    assertEquals(plain(alert), coloured.replaceAll("<[A-Z/]+>", ""));
  }

  @Test
  void saysWhenItCameUpWhereThatWasEarlierThanWhatIsSeen() {
    IsolationAlert merged = Alerts.merged();
    IsolationAlert updated =
        merged.with(
            merged.fingerprint(),
            Instant.parse("2026-11-20T00:00:00Z").toEpochMilli(),
            AlertStatus.UPDATED,
            2);
    assertFalse(plain(merged).contains("  raised "), plain(merged));
    assertTrue(plain(updated).contains("\n  raised    2026-11-20T00:00:00Z\n"), plain(updated));
  }

  @Test
  void printsFurtherLinesBeforeTheLast() {
    Map<String, String> further = new TreeMap<>(Map.of("a", "first", "runbook", "x\u001b[2J"));
    String text = AlertText.render(Alerts.merged(), further, (look, word) -> word);
    assertTrue(
        text.endsWith(
            "\n  a         first\n  runbook   x [2J\n  id        %s\n"
                .formatted(Alerts.merged().fingerprint())),
        text);
  }

  @Test
  void saysAWordOnceIfItDidNotChange() {
    String text = plain(Alerts.notEnforced());
    assertTrue(text.contains("ACS Control of root port 0000:00:02.0 at 0x14e: 0011\n"), text);
  }

  @Test
  void lendsTheTerminalToNoHost() {
    IsolationAlert sparse = Alerts.sparse();
    String text = plain(sparse);
    assertTrue(sparse.headline().contains("\n"));
    assertFalse(text.contains("new\"\nor"), text);
  }

  private static String plain(IsolationAlert alert) {
    return AlertText.render(alert, Map.of(), (look, text) -> text);
  }
}
