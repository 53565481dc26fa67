package io.acswatch.benchmarks.chaos;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ClocksTest {
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long WAIT_MILLIS = 100;

  @TempDir private Path directory;

  /** A process that says what time it is, how long it has run, and how long each wait took. */
  static final class Teller {
    public static void main(String[] none) throws Exception {
      long start = System.nanoTime();
      Object lock = new Object();
      while (System.in.available() == 0) {
        long before = System.nanoTime();
        synchronized (lock) {
          lock.wait(WAIT_MILLIS);
        }
        long after = System.nanoTime();
        System.out.printf(
            "%d %d %d%n",
            System.currentTimeMillis(), (after - start) / 1_000_000, (after - before) / 1_000_000);
      }
    }
  }

  private record Told(long offMillis, long ranMillis, long waitedMillis) {
    static Told read(BufferedReader from) throws Exception {
      List<Long> numbers = List.of(from.readLine().split(" ")).stream().map(Long::valueOf).toList();
      return new Told(numbers.get(0) - System.currentTimeMillis(), numbers.get(1), numbers.get(2));
    }
  }

  @Test
  @Timeout(60)
  void theTimeOfDayIsSteppedAndWaitsAreNot() throws Exception {
    assumeTrue(Clocks.lacks().isEmpty(), Clocks.lacks());
    Clocks clocks = new Clocks(directory);
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Teller.class.getName());
    builder.environment().putAll(clocks.environment("s1"));
    Process process = builder.start();
    try (BufferedReader said = process.inputReader()) {
      Told last = await(said, 0);
      for (int hours : List.of(1, -2, 0)) {
        clocks.step("s1", (int) (hours * HOUR_MILLIS / 1_000));
        Told next = await(said, hours * HOUR_MILLIS);
        assertTrue(next.ranMillis() > last.ranMillis(), "it ran on from " + last + " to " + next);
        assertTrue(next.ranMillis() - last.ranMillis() < 20_000, last + " to " + next);
        last = next;
      }
    } finally {
      process
          .getOutputStream()
          .write('\n'); // it ends in order, and so takes its shared memory away
      process.getOutputStream().close();
      process.waitFor();
    }
  }

  /** Reads until the time is so far off; no wait on the way may be cut short. */
  private static Told await(BufferedReader said, long offMillis) throws Exception {
    while (true) {
      Told told = Told.read(said);
      assertTrue(told.waitedMillis() >= WAIT_MILLIS - 1, "waited: " + told);
      if (Math.abs(told.offMillis() - offMillis) < 5_000) {
        return told;
      }
    }
  }

  @Test
  void clocksAreSteppedBothWaysByAMinuteToTwoHours() {
    List<Integer> seconds =
        IntStream.range(0, 1_000)
            .map(at -> Clocks.seconds(new Fault(Kind.CLOCK_STEP_APP, "s1", at, 0)))
            .boxed()
            .toList();

    assertTrue(seconds.stream().allMatch(by -> Math.abs(by) >= 60 && Math.abs(by) <= 7_200));
    assertTrue(seconds.stream().anyMatch(by -> by < -3_600));
    assertTrue(seconds.stream().anyMatch(by -> by > 3_600));
  }
}
