package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.topology.Nodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The application as it is run, with its metrics and HTTP. */
final class Project implements Contender {
  static final String LABEL = "project";

  private final Broker broker;
  private final Path stateDirectory;
  private final Map<String, String> further;
  private final Map<Scenario, Map<String, byte[]>> states = new HashMap<>();

  /** With {@code further} settings of the streams application. */
  Project(Broker broker, Path stateDirectory, Map<String, String> further) {
    this.broker = broker;
    this.stateDirectory = stateDirectory;
    this.further = further;
  }

  @Override
  public String label() {
    return LABEL;
  }

  /** Settings of a run; the rival takes those of Kafka Streams from them. */
  IsolationConfig config(Lane lane, String run) {
    Map<String, String> settings = new HashMap<>(further);
    settings.put("streams.bootstrap.servers", broker.bootstrapServers());
    settings.put("streams.topic.prefix", lane.topics().prefix());
    settings.put("streams.application.id", run);
    settings.put("streams.http.address", "127.0.0.1:0");
    settings.put("streams.state.dir", stateDirectory.resolve(run).toString());
    return IsolationConfig.from(settings);
  }

  @Override
  public Running start(Lane lane, String run) throws IOException {
    IsolationApp app;
    try {
      app = IsolationApp.start(config(lane, run));
    } catch (CommandFailure refused) {
      throw new IOException(refused.getMessage(), refused);
    }
    String changelog = changelog(run, Nodes.HOST_STATE);
    return new CommittingRun(
        broker,
        lane,
        run,
        () -> {
          app.close();
          if (!states.containsKey(lane.scenario())) {
            states.put(lane.scenario(), broker.lastValues(changelog));
          }
          broker.delete(List.of(changelog));
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
