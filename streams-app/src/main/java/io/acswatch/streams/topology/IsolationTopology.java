package io.acswatch.streams.topology;

import static io.acswatch.streams.topology.Nodes.ALERTS;
import static io.acswatch.streams.topology.Nodes.ALERT_STATE;
import static io.acswatch.streams.topology.Nodes.COMMANDS;
import static io.acswatch.streams.topology.Nodes.DECODE;
import static io.acswatch.streams.topology.Nodes.FRAMES;
import static io.acswatch.streams.topology.Nodes.GROUPS;
import static io.acswatch.streams.topology.Nodes.HOST_KEYS;
import static io.acswatch.streams.topology.Nodes.HOST_KEYS_SOURCE;
import static io.acswatch.streams.topology.Nodes.HOST_STATE;
import static io.acswatch.streams.topology.Nodes.JUDGE;
import static io.acswatch.streams.topology.Nodes.KEEP_HOST_KEYS;
import static io.acswatch.streams.topology.Nodes.REJECTS;
import static io.acswatch.streams.topology.Nodes.RETIRE;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.incident.IncidentTopology;
import io.acswatch.streams.kernel.KernelTopology;
import io.acswatch.streams.state.Changelogs;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertLinks;
import java.util.function.BiFunction;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology. The same picture as in the README:
 *
 * <pre>
 *  frames ---> decode -+-> judge [host-state] -+-> alerts        history, keyed by host
 *                      +-> rejects             +-> alert-state   compacted, by fingerprint
 *                                              +-> groups        compacted, by host
 *  commands -> retire [host-state] ------------+-> rejects       as it was, with the reason
 *  host-keys -> [host-keys], whole in every process, by which decode believes frames
 * </pre>
 *
 * <p>A second half makes incidents of the alerts, {@link IncidentTopology}, and of the groups what
 * is known of kernels, {@link KernelTopology}.
 *
 * <p>The names of nodes and of the store are part of its contract: the changelog is named after the
 * store, and another name would orphan what is remembered. A golden file pins them.
 *
 * <p>Keys and values pass as bytes, so that what is refused comes out as it came in.
 */
public final class IsolationTopology {
  private IsolationTopology() {}

  public static Topology build(
      TopicNames topics, AlertLinks links, TopologyObserver observer, HostObserver hosts) {
    return build(topics, links, observer, hosts, new DeletedFrames());
  }

  /** With the gaps that its consumers note. */
  public static Topology build(
      TopicNames topics,
      AlertLinks links,
      TopologyObserver observer,
      HostObserver hosts,
      DeletedFrames deleted) {
    return build(topics, links, observer, hosts, deleted, Judgement::apply);
  }

  static Topology build(
      TopicNames topics,
      AlertLinks links,
      TopologyObserver observer,
      HostObserver hosts,
      DeletedFrames deleted,
      BiFunction<HostState, Snapshot, Judged> judge) {
    var bytesIn = new ByteArrayDeserializer();
    var bytesOut = new ByteArraySerializer();
    StreamsBuilder second = new StreamsBuilder();
    IncidentTopology.addTo(second, topics);
    KernelTopology.addTo(second, topics);
    return second
        .build()
        .addSource(
            AutoOffsetReset.earliest(), FRAMES, new FrameTime(), bytesIn, bytesIn, topics.frames())
        .addProcessor(DECODE, () -> new DecodeFrame(observer, hosts, deleted), FRAMES)
        .addProcessor(JUDGE, () -> new JudgeIsolation(links, observer, hosts, judge), DECODE)
        .addSource(
            AutoOffsetReset.earliest(),
            COMMANDS,
            new FrameTime(),
            bytesIn,
            bytesIn,
            topics.commands())
        .addProcessor(RETIRE, () -> new RetireHost(links, observer, hosts), COMMANDS)
        .addStateStore(Changelogs.store(HOST_STATE), DECODE, JUDGE, RETIRE)
        .addGlobalStore(
            // In memory: no files that could be damaged, and the topic is small.
            Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(HOST_KEYS), Serdes.String(), Serdes.ByteArray())
                .withLoggingDisabled(),
            HOST_KEYS_SOURCE,
            new FrameTime(),
            Serdes.String().deserializer(),
            bytesIn,
            topics.hostKeys(),
            KEEP_HOST_KEYS,
            KeepHostKeys::new)
        .addSink(ALERTS, topics.alerts(), bytesOut, bytesOut, JUDGE, RETIRE)
        .addSink(ALERT_STATE, topics.alertState(), bytesOut, bytesOut, JUDGE, RETIRE)
        .addSink(GROUPS, topics.groups(), bytesOut, bytesOut, JUDGE, RETIRE)
        .addSink(REJECTS, topics.rejects(), bytesOut, bytesOut, DECODE, JUDGE, RETIRE);
  }
}
