package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.standalone.Deployment.Rule;
import io.acswatch.streams.app.IsolationMetrics;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.wire.json.AlertLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of Prometheus, by its own tool, and what leads from them to people. */
class PrometheusRulesTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path RUNBOOK = Deployment.DIRECTORY.resolve("RUNBOOK.md");
  private static final Path PROMETHEUS = Deployment.DIRECTORY.resolve("prometheus");
  private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");
  private static final Pattern TYPED = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  @Test
  void configurationAndRulesAreSound() throws Exception {
    assumePromtool();
    Deployment.run(PROMETHEUS, "promtool", "check", "config", "prometheus.yml");
    String said =
        Deployment.run(PROMETHEUS, "promtool", "check", "rules", Deployment.RULES.toString());
    assertTrue(said.contains(Deployment.rules().size() + " rules found"), said);
  }

  @Test
  void everyRuleIsSilentFiresAndIsSilentAgain() throws Exception {
    assumePromtool();
    Deployment.run(PROMETHEUS, "promtool", "test", "rules", Deployment.RULE_TESTS.toString());
  }

  /** What the test above rests on: a rule without a test would pass it. */
  @Test
  void everyRuleHasATestOfAllThree() throws IOException {
    Set<String> tested = new TreeSet<>();
    for (JsonNode test : Deployment.yaml(Deployment.RULE_TESTS).get("tests")) {
      String rule = test.get("name").asText();
      List<Boolean> firing = new ArrayList<>();
      for (JsonNode moment : test.get("promql_expr_test")) {
        assertEquals(
            "group without (severity, alertstate, job) (ALERTS{alertstate=\"firing\"})",
            moment.get("expr").asText(),
            rule);
        firing.add(moment.get("exp_samples").toString().contains("alertname=\\\"" + rule + "\\\""));
      }
      assertEquals(false, firing.get(0), rule + " is silent before");
      assertTrue(firing.contains(true), rule + " fires");
      assertEquals(false, firing.get(firing.size() - 1), rule + " is silent again");
      assertTrue(tested.add(rule), rule + " is tested twice");
    }
    assertEquals(names(), tested);
  }

  @Test
  void rulesAndDashboardsUseOnlyMetricsThatAreRegistered() throws IOException {
    Set<String> registered = new HashSet<>(Set.of("up"));
    TYPED
        .matcher(
            new IsolationMetrics(new FleetIndex(Duration.ofMinutes(15), () -> 0), () -> 0, Map::of)
                .text())
        .results()
        .forEach(type -> registered.addAll(series(type.group(1), type.group(2))));
    String collector = Files.readString(DOCS.resolve("collector-metrics.md"));
    DOCUMENTED.matcher(collector).results().forEach(metric -> registered.add(metric.group(1)));

    List<String> expressions =
        Stream.concat(
                Deployment.rules().stream().map(Rule::expression),
                Deployment.queries().stream().map(Deployment.Query::expression))
            .toList();
    Set<String> unknown = new TreeSet<>();
    for (String expression : expressions) {
      List<String> used = Deployment.selectors(expression);
      assertTrue(!used.isEmpty(), "no metric in " + expression);
      used.stream()
          .map(selector -> selector.replaceFirst("\\{.*", ""))
          .filter(name -> !registered.contains(name))
          .forEach(unknown::add);
    }
    assertEquals(Set.of(), unknown);
  }

  private static List<String> series(String family, String type) {
    return type.equals("histogram")
        ? List.of(family + "_bucket", family + "_count", family + "_sum")
        : List.of(family);
  }

  @Test
  void everyRuleSaysWhatItIsAndWhatToDo() throws IOException {
    Set<String> anchors = anchors();
    for (Rule rule : Deployment.rules()) {
      JsonNode annotations = rule.node().get("annotations");
      assertTrue(annotations.path("summary").asText().length() > 10, rule.name());
      assertTrue(annotations.path("description").asText().endsWith("."), rule.name());
      assertTrue(
          Set.of("critical", "warning").contains(rule.node().at("/labels/severity").asText()),
          rule.name());
      String[] url = annotations.path("runbook_url").asText().split("#");
      assertEquals(AlertLinks.RUNBOOK, url[0]);
      assertTrue(anchors.contains(url[1]), "no section #" + url[1] + " in the runbook");
    }
  }

  /** Where the rules lead, the alerts lead too; the file is the one that is named. */
  @Test
  void everyAlertLeadsToItsSectionOfTheSameRunbook() throws IOException {
    assertTrue(AlertLinks.RUNBOOK.startsWith("https://"), AlertLinks.RUNBOOK);
    assertTrue(AlertLinks.RUNBOOK.endsWith("/deploy/" + RUNBOOK.getFileName()), AlertLinks.RUNBOOK);
    Set<String> anchors = anchors();
    for (AlertCode code : AlertCode.values()) {
      String[] url = AlertLinks.DEFAULT.runbookOf(code).split("#");
      assertEquals(AlertLinks.RUNBOOK, url[0]);
      assertTrue(anchors.contains(url[1]), "no section #" + url[1] + " in the runbook");
    }
  }

  @Test
  void theRunbookHasASectionForEachRuleAndEachCodeAndForNothingElse() throws IOException {
    Set<String> expected = new TreeSet<>(names());
    Stream.of(AlertCode.values()).map(Enum::name).forEach(expected::add);
    Set<String> sections =
        headings()
            .map(heading -> heading.group(1))
            .filter(heading -> heading.matches("Acswatch[A-Za-z]+|[A-Z]+(_[A-Z]+)+"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(expected, sections);
  }

  private static Set<String> names() throws IOException {
    return Deployment.rules().stream()
        .map(Rule::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<MatchResult> headings() throws IOException {
    return HEADING.matcher(Files.readString(RUNBOOK)).results();
  }

  private static Set<String> anchors() throws IOException {
    return headings()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT).replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static void assumePromtool() {
    assumeTrue(Tools.isInstalled("promtool"), "promtool is missing (Debian: prometheus)");
  }
}
