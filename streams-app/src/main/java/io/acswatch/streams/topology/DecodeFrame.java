package io.acswatch.streams.topology;

import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Decodes frames. Forwards an {@link Observation} to {@code judge}, or the record as it is to
 * {@code rejects}.
 */
final class DecodeFrame implements Processor<byte[], byte[], byte[], Object> {
  private final TopologyObserver observer;
  private final HostObserver hosts;
  private final DeletedFrames deleted;
  private final FrameReader reader = new FrameReader();
  private ProcessorContext<byte[], Object> context;
  private Rejects rejects;
  private KeyValueStore<String, byte[]> hostKeys;
  private FramePosition position;

  DecodeFrame(TopologyObserver observer, HostObserver hosts, DeletedFrames deleted) {
    this.observer = observer;
    this.hosts = hosts;
    this.deleted = deleted;
  }

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    this.context = context;
    rejects = new Rejects(context, observer);
    hostKeys = context.getStateStore(Nodes.HOST_KEYS);
    position = new FramePosition(hosts, deleted, context);
  }

  @Override
  public void close() {
    deleted.forget(context.taskId().partition());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    context.recordMetadata().ifPresent(at -> position.passed(at.offset(), record.timestamp()));
    if (record.value() == null) {
      rejects.send(record, Refusal.NULL_VALUE, "the record has no value, expected a frame");
    } else if (record.key() == null) {
      rejects.send(record, Refusal.NULL_KEY, "the record has no key, expected the host id");
    } else {
      takeIn(record, new String(record.key(), StandardCharsets.UTF_8), record.value());
    }
  }

  private void takeIn(Record<byte[], byte[]> record, String host, byte[] frame) {
    long startedAt = observer.decodeStarts();
    String notBelieved = TrustedKeys.problem(hostKeys.get(host), record);
    if (notBelieved != null) {
      observer.decoded(null, 0, startedAt);
      rejects.send(record, Refusal.BAD_SIGNATURE, notBelieved);
      return;
    }
    Rejected rejected = reader.wrap(frame);
    if (rejected != null) {
      observer.decoded(null, 0, startedAt);
      rejects.send(
          record, record.value(), rejected.reason().label(), rejected.offset(), rejected.detail());
      return;
    }
    FrameType type = reader.type();
    Observation observation =
        switch (type) {
          case SNAPSHOT -> Observation.of(reader.toSnapshot(), frame);
          case UNCHANGED -> Observation.of(reader.toUnchanged(), frame);
          case HEARTBEAT, KEXEC_EVENT -> Observation.of(reader.host(), sign(), frame);
        };
    observer.decoded(type, reader.functionCount(), startedAt);
    if (!isHost(record.key(), reader.host())) { // a host speaks for itself only
      rejects.send(record, Refusal.HOST_MISMATCH, mismatch(record.key(), reader.host()));
    } else {
      if (type == FrameType.KEXEC_EVENT) {
        observer.kexec(reader.toKexecEvent().step());
      }
      context.forward(record.withValue(observation), Nodes.JUDGE);
    }
  }

  /** Of what it says, that its boot lives; what is wrong with it is judged by its snapshots. */
  private Sign sign() {
    return new Sign(reader.boot().id(), reader.takenAtMillis(), reader.sequence());
  }

  /** Compares bytes: a key that is not UTF-8 is no host's. */
  private static boolean isHost(byte[] key, String host) {
    return !host.isEmpty() && Arrays.equals(key, host.getBytes(StandardCharsets.UTF_8));
  }

  private static String mismatch(byte[] key, String host) {
    return host.isEmpty()
        ? "the frame names no host"
        : "key=%s, but the frame is of host %s"
            .formatted(
                InputException.quote(new String(key, StandardCharsets.UTF_8)),
                InputException.quote(host));
  }
}
