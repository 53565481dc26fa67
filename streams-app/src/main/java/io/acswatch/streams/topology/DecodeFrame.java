package io.acswatch.streams.topology;

import io.acswatch.wire.FrameResult;
import io.acswatch.wire.FrameType;
import io.acswatch.wire.InputException;
import io.acswatch.wire.RejectReason;
import io.acswatch.wire.SnapshotDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Decodes frames. Forwards an {@link Observation} to {@code judge}, or the record as it is to
 * {@code rejects}; one that asks to forget a host to {@code retire}, one that says something of its
 * alerts to {@code command}.
 */
final class DecodeFrame implements Processor<byte[], byte[], byte[], Object> {
  private final TopologyObserver observer;
  private final SnapshotDecoder decoder = new SnapshotDecoder();
  private ProcessorContext<byte[], Object> context;

  DecodeFrame(TopologyObserver observer) {
    this.observer = observer;
  }

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (RetireHost.isAskedFor(record)) {
      context.<byte[], Object>forward(
          new Record<>(record.key(), null, record.timestamp(), record.headers()),
          IsolationTopology.RETIRE);
      return;
    }
    if (FollowCommand.isAskedFor(record)) {
      context.<byte[], Object>forward(
          new Record<>(record.key(), null, record.timestamp(), record.headers()),
          IsolationTopology.COMMAND);
      return;
    }
    byte[] frame = record.value();
    if (frame == null) {
      reject(record, Refusal.NULL_VALUE, "the record has no value, expected a frame");
      return;
    }
    if (record.key() == null) {
      reject(record, Refusal.NULL_KEY, "the record has no key, expected the host id");
      return;
    }
    long startedAt = observer.decodeStarts();
    FrameResult result = decoder.decode(frame);
    observer.decoded(result, startedAt);
    if (result instanceof FrameResult.Rejected rejected) {
      reject(record, rejected.reason().label(), rejected.offset(), rejected.detail());
      return;
    }
    String host = hostOfSignOfLife(result);
    if (host != null) {
      String mismatch = mismatch(record.key(), host);
      if (mismatch == null) {
        observer.heard(context.taskId().partition(), host, record.timestamp());
      } else {
        reject(record, Refusal.HOST_MISMATCH, mismatch);
      }
      return;
    }
    if (!(result instanceof FrameResult.Accepted accepted)) {
      // Not judged yet; the rejects keep it whole.
      reject(
          record,
          RejectReason.UNKNOWN_TYPE.label(),
          FrameType.OFFSET,
          "type=%s, expected SNAPSHOT".formatted(FrameType.ofCode(frame[FrameType.OFFSET])));
      return;
    }
    Observation observation = new Observation(accepted.snapshot(), frame);
    String mismatch = mismatch(record.key(), observation.snapshot().host());
    if (mismatch != null) {
      reject(record, Refusal.HOST_MISMATCH, mismatch);
      return;
    }
    context.forward(record.withValue(observation), IsolationTopology.JUDGE);
  }

  /**
   * The host that a frame without functions speaks of, null of any other frame. Such a frame says
   * that the host lives; what is wrong with it is judged by its snapshots.
   */
  private static @Nullable String hostOfSignOfLife(FrameResult result) {
    if (result instanceof FrameResult.AcceptedHeartbeat accepted) {
      return accepted.heartbeat().host();
    }
    return result instanceof FrameResult.AcceptedKexecEvent accepted
        ? accepted.event().host()
        : null;
  }

  /** A host speaks for itself only: what is wrong with the key of its frame, or null. */
  private static @Nullable String mismatch(byte[] key, String host) {
    if (host.isEmpty()) {
      return "the frame names no host";
    }
    if (Arrays.equals(key, host.getBytes(StandardCharsets.UTF_8))) {
      return null;
    }
    return "key=%s, but the frame is of host %s"
        .formatted(
            InputException.quote(new String(key, StandardCharsets.UTF_8)),
            InputException.quote(host));
  }

  private void reject(Record<byte[], byte[]> record, Refusal refusal, String detail) {
    reject(record, refusal.label(), Rejects.NO_OFFSET, detail);
  }

  private void reject(Record<byte[], byte[]> record, String reason, int offset, String detail) {
    observer.rejected(reason);
    Record<byte[], byte[]> reject =
        Rejects.record(record, record.value(), context.recordMetadata(), reason, offset, detail);
    context.<byte[], Object>forward(
        new Record<>(reject.key(), reject.value(), reject.timestamp(), reject.headers()),
        IsolationTopology.REJECTS);
  }
}
