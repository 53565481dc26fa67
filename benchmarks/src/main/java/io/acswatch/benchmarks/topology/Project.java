package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.state.ReadFrames;
import io.acswatch.streams.topology.Nodes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The application as it is run, with its metrics and HTTP. */
final class Project implements Contender {
  static final String LABEL = "project";

  private final Broker broker;
  private final Path scratch;
  private final Map<Scenario, Map<String, byte[]>> states = new HashMap<>();

  Project(Broker broker, Path scratch) {
    this.broker = broker;
    this.scratch = scratch;
  }

  /** Settings of a run; the rival takes those of Kafka Streams from them. */
  IsolationConfig config(Lane lane, String run) {
    return broker.settings(lane.topics(), run, scratch.resolve(run));
  }

  @Override
  public Running start(Lane lane, String run) {
    IsolationApp app = IsolationApp.start(config(lane, run));
    String changelog = changelog(run, Nodes.HOST_STATE);
    return new CommittingRun(
        broker,
        lane,
        run,
        () -> {
          app.close();
          if (!states.containsKey(lane.scenario())) {
            Map<String, byte[]> last = new HashMap<>(broker.lastValues(changelog));
            last.remove(ReadFrames.KEY);
            states.put(lane.scenario(), last);
          }
          broker.delete(changelog);
        });
  }

  static String changelog(String run, String store) {
    return run + '-' + store + "-changelog";
  }

  /** The states that it remembered in a scenario, by host; empty before its first run. */
  Map<String, byte[]> states(Scenario scenario) {
    return states.getOrDefault(scenario, Map.of());
  }
}
