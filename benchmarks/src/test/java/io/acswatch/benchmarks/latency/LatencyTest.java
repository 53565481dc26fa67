package io.acswatch.benchmarks.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.benchmarks.latency.LatencyCommand.Result;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void percentileIsALatencyThatWasMeasured() {
    Result result = new Result(1, LongStream.rangeClosed(1, 200).boxed().toList(), 0);

    assertEquals(100, result.percentile(50));
    assertEquals(198, result.percentile(99));
    assertEquals(200, result.percentile(100));
    assertEquals(7, new Result(1, List.of(7L), 0).percentile(50));
  }
}
