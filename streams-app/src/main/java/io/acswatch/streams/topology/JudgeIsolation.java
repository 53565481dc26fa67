package io.acswatch.streams.topology;

import io.acswatch.pci.liveupdate.HostState;
import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.pci.liveupdate.Judgement;
import io.acswatch.pci.liveupdate.Snapshot;
import io.acswatch.pci.liveupdate.Verdict;
import io.acswatch.streams.serde.HostStateSerde;
import io.acswatch.streams.serde.UnknownStateVersionException;
import io.acswatch.wire.InputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges snapshots against what is remembered of their host; the judgement itself is {@link
 * Judgement}.
 *
 * <p>A repetition is neither judged nor stored. The state then keeps the time and sequence number
 * of the first snapshot that looked like this, which is harmless: only later ones are news.
 */
final class JudgeIsolation implements Processor<byte[], Observation, byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(JudgeIsolation.class);

  /** What a topic takes, less what bytes that cannot be compressed grow by in a batch. */
  private static final int MAX_OUTPUT_BYTES = IsolationTopology.MAX_RECORD_BYTES - (256 << 10);

  private final TopologyObserver observer;
  private final Judge judge;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, byte[]> states;
  private int partition;

  /** {@link Judgement#apply}, or what a test puts in its place. */
  @FunctionalInterface
  interface Judge {
    Verdict apply(HostState state, Snapshot snapshot);
  }

  JudgeIsolation(TopologyObserver observer, Judge judge) {
    this.observer = observer;
    this.judge = judge;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    states = context.getStateStore(IsolationTopology.HOST_STATE);
    partition = context.taskId().partition();
    observer.opened(partition);
  }

  @Override
  public void close() {
    observer.closed(partition);
  }

  @Override
  public void process(Record<byte[], Observation> record) {
    Snapshot snapshot = record.value().snapshot();
    byte[] packed = states.get(snapshot.host());
    Outcome outcome;
    try {
      outcome = outcome(packed, snapshot, record.timestamp());
    } catch (UnknownStateVersionException fromTheFuture) {
      // No record could pass. Stopping loses none; rejecting all of them would lose the alerts.
      throw fromTheFuture;
    } catch (RecordTooLargeException tooLarge) {
      LOG.warn("A frame of host {} is not judged: {}", quoted(snapshot), tooLarge.getMessage());
      reject(record, Refusal.TOO_LARGE, tooLarge.getMessage());
      return;
    } catch (RuntimeException | StackOverflowError failure) {
      failed(record, failure);
      return;
    }
    // Nothing below fails because of what is in the record: it is stored and forwarded as a whole.
    if (outcome.state() != null) {
      states.put(snapshot.host(), outcome.state());
    }
    outcome.records().forEach(output -> output.forward(context, record.timestamp()));
    observer.heard(partition, snapshot.host(), record.timestamp());
  }

  /** What a snapshot leads to, complete in bytes. A null state stays as it is. */
  private record Outcome(byte @Nullable [] state, List<Output> records) {
    private static final Outcome NOTHING = new Outcome(null, List.of());
  }

  private Outcome outcome(byte @Nullable [] packed, Snapshot snapshot, long appendedAtMillis) {
    HostState state = packed == null ? HostState.NONE : HostStateSerde.unpack(packed);
    if (Judgement.isRepetition(state, snapshot)) {
      observer.repetitionSkipped();
      return Outcome.NOTHING;
    }
    Verdict verdict = judge.apply(state, snapshot);
    byte[] next = HostStateSerde.pack(verdict.state());
    List<Output> outputs = new ArrayList<>();
    for (IsolationAlert alert : verdict.alerts()) {
      outputs.add(Output.of(alert));
    }
    Snapshot current = verdict.state().current();
    if (current != null && groupsChanged(state.current(), current)) {
      byte[] json = HostGroups.of(current).json(current.takenAtMillis());
      outputs.add(Output.groups(snapshot.host(), json));
    }
    // Keys count too: no rule limits the id of a host.
    refuseTooLarge("the state of its host", (long) utf8(snapshot.host()).length + next.length);
    outputs.forEach(output -> refuseTooLarge("a record for " + output.sink(), output.bytes()));
    observer.judged();
    verdict.alerts().forEach(alert -> observer.alerted(alert, appendedAtMillis));
    observer.stored(partition, snapshot.host(), verdict.state());
    return new Outcome(Arrays.equals(packed, next) ? null : next, outputs);
  }

  /**
   * Refuses what no producer would send: it would stop the application, at this very record again
   * and again, for all hosts.
   */
  private static void refuseTooLarge(String what, long bytes) {
    if (bytes > MAX_OUTPUT_BYTES) {
      throw new RecordTooLargeException(
          "%s would have %d bytes, expected at most %d".formatted(what, bytes, MAX_OUTPUT_BYTES));
    }
  }

  private static boolean groupsChanged(@Nullable Snapshot before, Snapshot now) {
    return before == null || !HostGroups.of(before).equals(HostGroups.of(now));
  }

  private void failed(Record<byte[], Observation> record, Throwable failure) {
    LOG.error(
        "Judging a frame of host {} failed at {}; it went to the rejects, the state is unchanged",
        quoted(record.value().snapshot()),
        context
            .recordMetadata()
            .map(from -> from.topic() + "-" + from.partition() + "@" + from.offset())
            .orElse("an unknown offset"),
        failure);
    reject(record, Refusal.JUDGEMENT_FAILED, firstLine(failure));
  }

  private void reject(Record<byte[], Observation> record, Refusal refusal, String detail) {
    String reason = refusal.label();
    observer.rejected(reason);
    context.forward(
        Rejects.record(
            record,
            record.value().frame(),
            context.recordMetadata(),
            reason,
            Rejects.NO_OFFSET,
            detail),
        IsolationTopology.REJECTS);
  }

  private static String quoted(Snapshot snapshot) {
    return InputException.quote(snapshot.host());
  }

  private static String firstLine(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    String message = failure.getMessage();
    return message == null ? name : name + ": " + message.lines().findFirst().orElse("");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
