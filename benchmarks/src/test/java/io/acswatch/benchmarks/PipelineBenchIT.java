package io.acswatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The benchmarks of the pipeline, tiny: what they count is right. What they time is not looked at.
 */
@Tag("slow")
class PipelineBenchIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static List<JsonNode> run(String arguments) throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        BenchMain.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute((arguments + " --output json").split(" "));
    assertEquals(0, exit, err::toString);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void topologyRunsEveryContenderOnAllRecords() throws Exception {
    List<JsonNode> lines =
        run("topology --hosts 5 --functions 20 --sweeps 4 --rounds 1 --scenario unchanged,changed");

    Set<String> runs = new HashSet<>();
    Set<String> ratios = new HashSet<>();
    for (JsonNode line : lines) {
      if (line.has("ratio")) {
        ratios.add(line.get("ratio").asText());
        continue;
      }
      String scenario = line.get("scenario").asText();
      runs.add(scenario + ' ' + line.get("contender").asText());
      assertEquals(1, line.get("rounds").asInt());
      assertEquals(20, line.get("records").asInt(), line::toString);
      assertEquals(20, line.get("functions_per_record").asInt(), line::toString);
      assertTrue(line.get("wire_bytes_per_record").asDouble() > 0, line::toString);
      assertTrue(line.get("records_per_second").asDouble() > 0, line::toString);
    }
    for (String scenario : List.of("unchanged", "changed")) {
      for (String contender : List.of("project", "store", "consumer")) {
        assertTrue(runs.remove(scenario + ' ' + contender), scenario + ' ' + contender);
      }
    }
    assertEquals(Set.of(), runs);
    assertTrue(ratios.contains("unchanged: project / store"), ratios::toString);
    assertTrue(ratios.contains("unchanged: project / project of changed"), ratios::toString);
  }

  @Test
  void everyLostBitIsReadAsAnAlert() throws Exception {
    List<JsonNode> lines =
        run("latency --functions 64 --rate 40 --load 50,100 --seconds 2 --alerts 4");

    assertEquals(2, lines.size());
    for (JsonNode line : lines) {
      assertEquals(6, line.get("alerts").asInt()); // of eight; the first quarter is not counted
      assertTrue(line.get("p50_ms").asLong() <= line.get("p99_ms").asLong());
    }
  }
}
