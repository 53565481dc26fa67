package io.acswatch.benchmarks.rig;

import io.acswatch.simulate.FrameSender;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the records of scenarios into topics.
 *
 * @param hosts number of hosts
 * @param functions PCI functions of each host
 * @param sweeps snapshots of each host; the first makes it known
 * @param seed decides the hosts
 */
public record Fill(int hosts, int functions, int sweeps, long seed) {
  private static final double WARM_UP = 0.25;

  /** Creates and fills the topics of a scenario. */
  public Lane fill(Scenario scenario, Broker broker) throws IOException {
    TopicNames topics = new TopicNames("bench-" + scenario);
    broker.createTopics(topics);
    List<HostLoad> loads = new ArrayList<>(hosts);
    for (int i = 0; i < hosts; i++) {
      loads.add(new HostLoad(LoadHost.of(seed, i, functions), scenario));
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
