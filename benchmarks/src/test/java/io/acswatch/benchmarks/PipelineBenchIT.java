package io.acswatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The benchmarks of the pipeline, tiny: what they count is right. What they time is not looked at.
 */
@Tag("slow")
class PipelineBenchIT {
  private static List<List<String>> run(String arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        BenchMain.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.split(" "));
    assertEquals(0, exit, err::toString);
    return out.toString().lines().map(line -> List.of(line.strip().split(" +"))).toList();
  }

  private static List<List<String>> linesOf(String first, List<List<String>> lines) {
    return lines.stream().filter(line -> line.get(0).equals(first)).toList();
  }

  @Test
  void topologyRunsEveryContenderOnAllRecords() {
    List<List<String>> lines =
        run("topology --hosts 5 --functions 20 --sweeps 4 --rounds 1 --scenario unchanged,changed");

    for (String scenario : List.of("unchanged:", "changed:")) {
      String heading = String.join(" ", linesOf(scenario, lines).get(0));
      assertTrue(heading.contains("; 20 records of 20 functions, "), heading);
      List<String> ratio = linesOf(scenario, lines).get(1);
      assertEquals(List.of("project", "/", "store"), ratio.subList(1, 4));
      assertTrue(Double.parseDouble(ratio.get(4)) >= 0, ratio::toString);
    }
    for (String contender : List.of("project", "store", "consumer")) {
      List<List<String>> rounds = linesOf(contender, lines);
      assertEquals(2, rounds.size(), contender);
      rounds.forEach(line -> assertTrue(Double.parseDouble(line.get(1)) > 0, line::toString));
    }
  }

  @Test
  void everyMergeOfAStormIsRead() {
    List<List<String>> lines = run("storm --hosts 12 --functions 64 --seconds 2 --merging 4");

    assertEquals("3", linesOf("alert", lines).get(0).get(5));
    for (List<String> line : linesOf("commit", lines)) {
      assertEquals("12", line.get(3));
      assertTrue(Long.parseLong(line.get(4)) <= Long.parseLong(line.get(6)), line::toString);
    }
  }

  @Test
  void everyLostBitIsReadAsAnAlert() {
    List<List<String>> lines = run("latency --functions 64 --rate 20,40 --seconds 2 --alerts 4");

    assertEquals(3, lines.size());
    for (List<String> line : lines.subList(1, 3)) {
      assertEquals("6", line.get(1)); // of eight; the first quarter is not counted
      assertTrue(Long.parseLong(line.get(2)) <= Long.parseLong(line.get(3)), line::toString);
    }
  }
}
