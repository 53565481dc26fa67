package io.acswatch.streams.topology;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Retirement;
import io.acswatch.pci.judge.Verdict;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.streams.state.UnknownStateVersionException;
import io.acswatch.wire.InputException;
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
 * Of its state remains what {@link Retirement} says, 104 bytes.
 *
 * <p>Asked for by a record of the frames topic without value, with the host as key and the header
 * {@link #HEADER}. It comes in the order of the host's frames, so that none before it counts any
 * more and every one after it does. A record without value that has no such header is an accident
 * and goes to the rejects: no accident ends the memory of a host.
 */
public final class RetireHost implements Processor<byte[], byte[], byte[], byte[]> {
  /** Marks a record that retires a host; the value says why, for whoever reads the topic. */
  public static final String HEADER = "acswatch.retire";

  private static final Logger LOG = LoggerFactory.getLogger(RetireHost.class);

  private final TopologyObserver observer;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, byte[]> states;

  RetireHost(TopologyObserver observer) {
    this.observer = observer;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    states = context.getStateStore(IsolationTopology.HOST_STATE);
  }

  static boolean isAskedFor(Record<byte[], byte[]> record) {
    return record.value() == null
        && record.key() != null
        && record.headers().lastHeader(HEADER) != null;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String host = new String(record.key(), StandardCharsets.UTF_8);
    byte[] packed = states.get(host);
    if (packed == null) {
      return; // of a host that was never judged there is nothing to end
    }
    Verdict verdict = Retirement.of(stateOf(host, packed));
    states.put(host, HostStateSerde.pack(verdict.state()));
    verdict
        .alerts()
        .forEach(
            alert -> {
              observer.alerted(alert, record.timestamp());
              Output.of(alert).forEach(output -> output.forward(context, record.timestamp()));
            });
    observer.stored(context.taskId().partition(), host, verdict.state());
    Output.groups(host, null).forward(context, record.timestamp());
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
