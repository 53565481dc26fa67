package io.acswatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchUsageTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "topology --rounds 0            | --rounds",
        "topology --scenario fast       | expected one of [HEARTBEAT, UNCHANGED, CHANGED",
        "topology --functions 15        | --functions",
        "topology --sweeps 2            | --sweeps",
        "latency --rate 0               | --rate",
        "latency --functions 63         | expected 64 to 8192",
        "storm --functions 63           | expected 64 to 8192",
        "storm --merging 0              | --merging",
      })
  void refusesWrongUsageBeforeABrokerIsStarted(String arguments, String named) {
    StringWriter err = new StringWriter();

    int exit =
        BenchMain.commandLine().setErr(new PrintWriter(err)).execute(arguments.strip().split(" "));

    assertEquals(2, exit);
    assertTrue(err.toString().contains(named), err::toString);
  }
}
