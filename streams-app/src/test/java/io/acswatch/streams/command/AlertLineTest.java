package io.acswatch.streams.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.client.Alert;
import io.acswatch.client.AlertSerde;
import io.acswatch.client.Severity;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlertLineTest {
  private static final Path RELEASED =
      Path.of("..", "wire", "src", "test", "resources", "released", "alerts-v1.0.jsonl");

  private static Alert alert(int index) throws IOException {
    return alert(Files.readAllLines(RELEASED).get(index));
  }

  private static Alert alert(String json) {
    return new AlertSerde().deserialize("t", json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void saysOnOneLineWhenHowUrgentWhereAndWhat() throws IOException {
    Alert merged = alert(0);

    assertEquals(
        merged.takenAfter()
            + " critical raised   "
            + merged.fingerprint().substring(0, 8)
            + " rack7-host12 GROUP_MERGED_CROSS_VM "
            + merged.headline(),
        AlertLine.of(merged, 0, false));
  }

  /** The command then prints its line, for which every version has the words. */
  @Test
  void refusesToTellInFullWhatALaterVersionSays() throws IOException {
    String later =
        Files.readAllLines(RELEASED).get(0).replace("GROUP_MERGED_CROSS_VM", "LATER_CODE");
    byte[] json = later.getBytes(StandardCharsets.UTF_8);
    assertThrows(InputException.class, () -> AlertLine.inFull(alert(later), json, false));
    assertTrue(AlertLine.of(alert(later), 0, false).contains(" LATER_CODE "));
  }

  @Test
  void coloursBySeverityAndDimsWhatIsResolved() throws IOException {
    assertTrue(AlertLine.of(alert(0), 0, true).contains("\u001b[1;31mcritical\u001b[0m"));
    assertTrue(AlertLine.of(alert(1), 0, true).contains("\u001b[2minfo    \u001b[0m"));
    Alert resolved = alert(Files.readAllLines(RELEASED).get(0).replace("RAISED", "RESOLVED"));
    assertTrue(AlertLine.of(resolved, 0, true).contains("\u001b[2mcritical\u001b[0m"));
  }

  @Test
  void showsTheTimeOfTheRecordWhereTheAlertNamesNone() throws IOException {
    String json = Files.readAllLines(RELEASED).get(0);
    Alert timeless = alert(json.replaceFirst("\"taken_after\":\"[^\"]*\"", "\"taken_after\":null"));

    assertTrue(AlertLine.of(timeless, 1_000, false).startsWith("1970-01-01T00:00:01Z critical"));
  }

  @Test
  void aHostCannotMoveTheCursor() throws IOException {
    String json = Files.readAllLines(RELEASED).get(0);
    Alert hostile = alert(json.replace("rack7-host12", "a\\u001b[2J\\nb\\u202e"));

    String line = AlertLine.of(hostile, 0, false);
    assertFalse(line.contains("\u001b") || line.contains("\n") || line.contains("\u202e"), line);
  }

  @Test
  void filtersBySeverityHostCodeAndVm() throws IOException {
    Alert merged = alert(0);
    String vm = merged.vms().get(0);

    assertTrue(new AlertFilter(Severity.INFO, List.of(), List.of(), List.of()).wants(merged));
    assertTrue(filter(Severity.CRITICAL, "rack7-host12", merged.code(), vm).wants(merged));
    assertFalse(filter(Severity.CRITICAL, "other", merged.code(), vm).wants(merged));
    assertFalse(filter(Severity.CRITICAL, "rack7-host12", "OTHER", vm).wants(merged));
    assertFalse(filter(Severity.CRITICAL, "rack7-host12", merged.code(), "other").wants(merged));
    assertFalse(new AlertFilter(Severity.WARNING, List.of(), List.of(), List.of()).wants(alert(1)));
  }

  private static AlertFilter filter(Severity severity, String host, String code, String vm) {
    return new AlertFilter(severity, List.of(host), List.of(code), List.of(vm));
  }
}
