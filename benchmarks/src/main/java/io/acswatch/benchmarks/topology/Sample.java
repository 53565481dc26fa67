package io.acswatch.benchmarks.topology;

import com.sun.management.OperatingSystemMXBean;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * One run of one contender, from the end of its warm-up to the last record.
 *
 * @param clientMicros processor time of this process for each record, in microseconds
 * @param brokerMicros processor time of the broker for each record, in microseconds
 */
record Sample(double recordsPerSecond, double clientMicros, double brokerMicros) {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private record Moment(long nanos, long done, long clientNanos, long brokerNanos) {
    static Moment now(long done, Broker broker) {
      return new Moment(
          System.nanoTime(), done, SYSTEM.getProcessCpuTime(), broker.cpu().toNanos());
    }

    Sample until(Moment end) {
      double records = Math.max(1, end.done - done);
      return new Sample(
          records / Math.max(1, end.nanos - nanos) * 1e9,
          (end.clientNanos - clientNanos) / records / 1e3,
          (end.brokerNanos - brokerNanos) / records / 1e3);
    }
  }

  /** Waits until a contender is through; fails if it stands still for a minute. */
  static Sample of(Contender.Running running, Lane lane, Broker broker)
      throws IOException, InterruptedException {
    Moment begin = Moment.now(0, broker);
    boolean warm = false;
    long last = 0;
    long lastAt = System.nanoTime();
    while (true) {
      long done = running.done();
      if (done != last) {
        last = done;
        lastAt = System.nanoTime();
      } else if (System.nanoTime() - lastAt > PATIENCE.toNanos()) {
        throw new IOException(
            "stands still after %d of %d records of %s"
                .formatted(done, lane.records(), lane.scenario()));
      }
      if (!warm && done >= lane.warmUp()) {
        warm = true;
        begin = Moment.now(done, broker);
      }
      if (done >= lane.records()) {
        return begin.until(Moment.now(done, broker));
      }
      Thread.sleep(POLL.toMillis());
    }
  }
}
