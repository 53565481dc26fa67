package io.acswatch.benchmarks.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.benchmarks.BenchMain;
import io.acswatch.benchmarks.pipeline.Latency.Result;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchUsageTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "topology --rounds 0            | --rounds",
        "topology --scenario fast       | expected some of unchanged, changed",
        "topology --functions 15        | --functions",
        "topology --sweeps 2            | --sweeps",
        "latency --load 0               | --load",
        "latency --functions 63         | expected 64 to 8192",
      })
  void refusesWrongUsageBeforeABrokerIsStarted(String arguments, String named) {
    StringWriter err = new StringWriter();

    int exit =
        BenchMain.commandLine().setErr(new PrintWriter(err)).execute(arguments.strip().split(" "));

    assertEquals(2, exit);
    assertTrue(err.toString().contains(named), err::toString);
  }

  @Test
  void percentileIsALatencyThatWasMeasured() {
    Result result = new Result(50, 1, LongStream.rangeClosed(1, 200).boxed().toList(), 0);

    assertEquals(100, result.percentile(50));
    assertEquals(198, result.percentile(99));
    assertEquals(200, result.percentile(100));
    assertEquals(7, new Result(50, 1, List.of(7L), 0).percentile(50));
  }
}
