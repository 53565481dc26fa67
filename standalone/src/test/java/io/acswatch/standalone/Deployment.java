package io.acswatch.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files below {@code deploy}, as tests look at them. */
final class Deployment {
  static final Path DIRECTORY = Path.of("..", "deploy").toAbsolutePath().normalize();
  static final Path RULES = DIRECTORY.resolve("prometheus/acswatch.rules.yml");
  static final Path RULE_TESTS = DIRECTORY.resolve("prometheus/acswatch.rules.test.yml");
  static final Path DASHBOARDS = DIRECTORY.resolve("grafana/dashboards");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A metric of ours or of the library in an expression, with its label matchers. */
  private static final Pattern SELECTOR =
      Pattern.compile("\\b((?:acswatch|jvm|process)_[a-z_]+|up)\\b(\\{[^}]*})?");

  private Deployment() {}

  /** A rule as it stands in the file. */
  record Rule(String name, String expression, JsonNode node) {}

  /** A query of a panel; {@code panel} names its dashboard too. */
  record Query(String panel, String expression) {}

  static JsonNode yaml(Path file) throws IOException {
    return yaml(Files.readString(file));
  }

  static JsonNode yaml(String text) {
    return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(text));
  }

  static List<Rule> rules() throws IOException {
    List<Rule> rules = new ArrayList<>();
    for (JsonNode group : yaml(RULES).get("groups")) {
      for (JsonNode rule : group.get("rules")) {
        rules.add(new Rule(rule.get("alert").asText(), rule.get("expr").asText(), rule));
      }
    }
    return rules;
  }

  static List<Path> dashboardFiles() throws IOException {
    try (Stream<Path> files = Files.list(DASHBOARDS)) {
      return files.sorted().toList();
    }
  }

  static List<JsonNode> dashboards() throws IOException {
    List<JsonNode> dashboards = new ArrayList<>();
    for (Path file : dashboardFiles()) {
      dashboards.add(JSON.readTree(file.toFile()));
    }
    return dashboards;
  }

  static List<Query> queries() throws IOException {
    List<Query> queries = new ArrayList<>();
    for (JsonNode dashboard : dashboards()) {
      for (JsonNode panel : dashboard.get("panels")) {
        String name = dashboard.get("title").asText() + ", " + panel.path("title").asText();
        panel
            .path("targets")
            .forEach(target -> queries.add(new Query(name, target.get("expr").asText())));
      }
    }
    return queries;
  }

  /** The metrics of an expression, each with its label matchers. */
  static List<String> selectors(String expression) {
    List<String> selectors = new ArrayList<>();
    Matcher selector = SELECTOR.matcher(expression);
    while (selector.find()) {
      selectors.add(selector.group());
    }
    return selectors;
  }

  /** What a program says; fails where the program does. */
  static String run(Path directory, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + " failed:\n" + said);
    }
    return said;
  }
}
