package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboards as Grafana would load them; {@link DeployedFormatsIT} makes them anew. */
class GrafanaDashboardsTest {
  private static final Path PAGE =
      Path.of("../wire/src/main/resources/io/acswatch/wire/page/app.js");
  private static final Pattern ROUTES = Pattern.compile("const PAGES = \\{(.*?)};");
  private static final int COLUMNS = 24;

  @Test
  void eachHasAnIdOfItsOwnAndSaysWhatItIs() throws IOException {
    Set<String> ids = new HashSet<>();
    for (JsonNode dashboard : Deployment.dashboards()) {
      String uid = dashboard.get("uid").asText();
      assertTrue(uid.matches("acswatch-[a-z]+"), uid);
      assertTrue(ids.add(uid), uid + " twice");
      assertTrue(dashboard.get("title").asText().startsWith("acswatch: "), uid);
      assertFalse(dashboard.get("description").asText().isEmpty(), uid);
    }
    assertEquals(4, ids.size());
  }

  @Test
  void eachLetsChooseItsPrometheusAndThePageItLinksTo() throws IOException {
    for (JsonNode dashboard : Deployment.dashboards()) {
      List<String> variables = dashboard.at("/templating/list").findValuesAsText("name");
      assertTrue(variables.containsAll(List.of("datasource", "page")), variables::toString);
      dashboard
          .findValues("datasource")
          .forEach(
              source ->
                  assertEquals(
                      "{\"type\":\"prometheus\",\"uid\":\"${datasource}\"}", source.toString()));
    }
  }

  @Test
  void panelsHaveNumbersWordsAndAPlaceThatNoOtherHas() throws IOException {
    for (JsonNode dashboard : Deployment.dashboards()) {
      Set<Integer> numbers = new HashSet<>();
      Set<String> places = new HashSet<>();
      for (JsonNode panel : dashboard.get("panels")) {
        String title = panel.get("title").asText();
        assertTrue(numbers.add(panel.get("id").asInt()), title);
        if (!panel.get("type").asText().equals("row")) {
          assertFalse(panel.get("description").asText().isEmpty(), title);
          assertTrue(panel.get("targets").size() > 0, title);
        }
        JsonNode at = panel.get("gridPos");
        for (int x = 0; x < at.get("w").asInt(); x++) {
          int column = at.get("x").asInt() + x;
          assertTrue(column < COLUMNS, title + " goes beyond the edge");
          for (int y = 0; y < at.get("h").asInt(); y++) {
            assertTrue(places.add(column + "," + (at.get("y").asInt() + y)), title + " overlaps");
          }
        }
      }
    }
  }

  @Test
  void linksLeadToPagesThatThereAre() throws IOException {
    Matcher routes = ROUTES.matcher(Files.readString(PAGE));
    assertTrue(routes.find());
    List<String> links = new ArrayList<>();
    for (JsonNode dashboard : Deployment.dashboards()) {
      for (String url : dashboard.findValuesAsText("url")) {
        if (!url.isEmpty()) {
          assertTrue(url.startsWith("${page}/"), url);
          String path = url.substring("${page}".length()).replaceFirst("\\?.*", "");
          assertTrue(routes.group(1).contains("\"" + path + "\":"), url);
          links.add(url);
        }
      }
    }
    assertTrue(links.contains("${page}/host?id=${host}"), links::toString);
    assertTrue(links.contains("${page}/alerts?severity=critical"), links::toString);
  }
}
