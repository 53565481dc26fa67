package io.acswatch.benchmarks.rig;

import io.acswatch.simulate.FrameSender;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of one scenario in their topic: every contender reads them from the start in every
 * round.
 *
 * @param topics where they are, and where the project puts what comes of them
 * @param warmUp the first of them, which are read and not measured
 * @param rawBytes bytes of a record, on average
 * @param wireBytes bytes of a record in the broker's log, and so on the wire, on average
 */
public record Lane(
    Scenario scenario,
    TopicNames topics,
    long records,
    long warmUp,
    int functions,
    double rawBytes,
    double wireBytes) {
  private static final double WARM_UP = 0.25;
  private static final long SEED = 1;

  /** Creates and fills the topics of a scenario; the first sweep makes the hosts known. */
  public static Lane fill(Scenario scenario, Broker broker, int hosts, int functions, int sweeps)
      throws IOException {
    TopicNames topics = new TopicNames("bench-" + scenario);
    broker.createTopics(topics);
    List<HostLoad> loads = new ArrayList<>(hosts);
    for (int i = 0; i < hosts; i++) {
      loads.add(new HostLoad(LoadHost.of(SEED, i, functions), scenario));
    }
    long bytes = 0;
    try (FrameSender sender = broker.sender(topics.frames())) {
      for (int sweep = 0; sweep < sweeps; sweep++) {
        for (HostLoad load : loads) {
          byte[] record = load.record(sweep);
          sender.send(load.host(), record, appended -> {});
          bytes += record.length;
        }
      }
      sender.finish();
      long records = (long) hosts * sweeps;
      return new Lane(
          scenario,
          topics,
          records,
          Math.min(records - 1, Math.max(hosts, (long) (records * WARM_UP))),
          functions,
          (double) bytes / records,
          (double) broker.logBytes(topics.frames()) / records);
    }
  }
}
