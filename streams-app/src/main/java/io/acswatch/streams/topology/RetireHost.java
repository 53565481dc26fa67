package io.acswatch.streams.topology;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.streams.state.ReadFrames;
import io.acswatch.streams.state.UnknownStateVersionException;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets a host: resolves its alerts, and deletes its alert states and its groups by tombstones.
 * Of its state remains what {@link Judgement#retire} says, 88 bytes.
 *
 * <p>Asked for by a {@link HostRequest} on the commands topic, which operators write, with the host
 * as key. The task that keeps the host reads its commands beside its frames, by their time: a frame
 * that comes later makes it a new host.
 */
final class RetireHost implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(RetireHost.class);

  private final AlertLinks links;
  private final TopologyObserver observer;
  private final HostObserver hosts;
  private ProcessorContext<byte[], byte[]> context;
  private Rejects rejects;
  private KeyValueStore<String, byte[]> states;

  RetireHost(AlertLinks links, TopologyObserver observer, HostObserver hosts) {
    this.links = links;
    this.observer = observer;
    this.hosts = hosts;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    rejects = new Rejects(context, observer);
    states = context.getStateStore(Nodes.HOST_STATE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.key() == null) {
      rejects.send(record, Refusal.NULL_KEY, "the record has no key, expected the host id");
    } else if (record.value() == null) {
      rejects.send(record, Refusal.NULL_VALUE, "the record has no value, expected a command");
    } else {
      try {
        HostRequest.read(record.value());
        retire(new String(record.key(), StandardCharsets.UTF_8), record.timestamp());
      } catch (InputException refused) {
        rejects.send(record, Refusal.BAD_COMMAND, refused.problem());
      }
    }
  }

  private void retire(String host, long timestamp) {
    byte[] packed = host.equals(ReadFrames.KEY) ? null : states.get(host);
    if (packed == null) {
      return; // of a host that was never judged there is nothing to end
    }
    HostState state = stateOf(host, packed);
    if (state.history().isForgotten(timestamp)) {
      return; // it is read again: the host that has this id now is another one
    }
    Judged judged = Judgement.retire(state, timestamp);
    states.put(host, HostStateSerde.pack(judged.state()));
    judged
        .alerts()
        .forEach(
            alert -> {
              observer.alerted(alert, timestamp);
              Output.of(alert, links).forEach(output -> output.forward(context, timestamp));
            });
    hosts.stored(context.taskId().partition(), host, judged.state());
    Output.groups(host, null).forward(context, timestamp);
  }

  /** A damaged state cannot say what is open; to forget it is what was asked for. */
  private static HostState stateOf(String host, byte[] packed) {
    try {
      return HostStateSerde.unpack(packed);
    } catch (UnknownStateVersionException fromTheFuture) {
      throw fromTheFuture; // as in judge: another version must not lose what it knew
    } catch (SerializationException damaged) {
      LOG.warn(
          "The state of host {} is damaged: its alert states stay in the topic: {}",
          InputException.quote(host),
          damaged.getMessage());
      return HostState.NONE;
    }
  }
}
