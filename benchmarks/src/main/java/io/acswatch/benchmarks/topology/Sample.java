package io.acswatch.benchmarks.topology;

import com.sun.management.OperatingSystemMXBean;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * One run of one contender, from the end of its warm-up to the last record.
 *
 * @param clientMicros processor time of this process for each record, in microseconds
 * @param brokerMicros processor time of the broker for each record, in microseconds
 */
record Sample(double recordsPerSecond, double clientMicros, double brokerMicros) {
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

  /** Waits until a contender is through. */
  static Sample of(Contender.Running running, Lane lane, Broker broker)
      throws IOException, InterruptedException {
    Moment begin = Moment.now(running.await(lane.warmUp()), broker);
    return begin.until(Moment.now(running.await(lane.records()), broker));
  }
}
