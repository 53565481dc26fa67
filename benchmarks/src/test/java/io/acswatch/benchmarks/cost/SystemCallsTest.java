package io.acswatch.benchmarks.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemCallsTest {
  /** As strace 6.1 prints it; the error column may be empty. */
  private static final String SUMMARY =
      """
      % time     seconds  usecs/call     calls    errors syscall
      ------ ----------- ----------- --------- --------- ----------------
       90.12    0.002000         100        20         3 futex
        5.00    0.000100           2        50           openat
        4.88    0.000090           1        90           read
      ------ ----------- ----------- --------- --------- ----------------
      100.00    0.002190          13       160         3 total
      """;

  @Test
  void addsUpCallsAndThoseOnFiles() throws IOException {
    assertEquals(new SystemCalls(160, 140), SystemCalls.parse(SUMMARY.lines().toList()));
  }

  @Test
  void refusesASummaryOfNothing() {
    assertThrows(IOException.class, () -> SystemCalls.parse(List.of("strace: attach: denied")));
  }
}
