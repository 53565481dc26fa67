package io.acswatch.streams.topology;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertCommand;
import io.acswatch.wire.json.AlertCommand.Action;
import io.acswatch.wire.json.AlertMark;
import io.acswatch.wire.json.AlertMarks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Takes down what people say of alerts, and tells each open alert of which something else holds
 * now: once when it was said, and once when it has ended. Both are updates of the alert, in its
 * topics.
 *
 * <p>A command is a record of the frames topic without value, with the host as key and the header
 * {@link AlertCommand#HEADER}. Ends are looked for by the time of the records, so what is replayed
 * ends where it ended.
 */
final class FollowCommand implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final TopologyObserver observer;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, byte[]> states;
  private KeyValueStore<String, byte[]> marks;

  /** Nothing in the store ends before. Looking through it all is not for every second. */
  private long nextEnd = Long.MIN_VALUE;

  FollowCommand(TopologyObserver observer) {
    this.observer = observer;
  }

  static boolean isAskedFor(Record<byte[], byte[]> record) {
    return record.value() == null
        && record.key() != null
        && record.headers().lastHeader(AlertCommand.HEADER) != null;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    states = context.getStateStore(IsolationTopology.HOST_STATE);
    marks = context.getStateStore(IsolationTopology.ALERT_MARKS);
    context.schedule(LOOK, PunctuationType.STREAM_TIME, this::endWhatIsOver);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String host = new String(record.key(), StandardCharsets.UTF_8);
    long now = record.timestamp();
    HostState state = stateOf(host);
    HostMarks said = HostMarks.unpack(marks.get(host));
    AlertCommand command;
    HostMarks next;
    try {
      byte[] json = record.headers().lastHeader(AlertCommand.HEADER).value();
      command = AlertCommand.read(json == null ? new byte[0] : json);
      next = followed(command, state, said, now);
    } catch (InputException refused) {
      observer.rejected(Refusal.BAD_COMMAND.label());
      context.forward(
          Rejects.record(
              record,
              null,
              context.recordMetadata(),
              Refusal.BAD_COMMAND.label(),
              Rejects.NO_OFFSET,
              AlertCommand.HEADER + ": " + refused.problem()),
          IsolationTopology.REJECTS);
      return;
    }
    observer.commanded(command.action());
    nextEnd = Math.min(nextEnd, next.firstEnd());
    tell(host, state, said, next.withoutEnded(now), now);
  }

  private static HostMarks followed(AlertCommand command, HostState state, HostMarks said, long now)
      throws InputException {
    Severity severity = null;
    if (command.action() == Action.ACKNOWLEDGE) {
      severity =
          state.open().stream()
              .filter(alert -> alert.fingerprint().equals(command.fingerprint()))
              .findFirst()
              .orElseThrow(() -> refused("no such alert of this host is open"))
              .severity();
    }
    if (command.action() == Action.LIFT && !said.has(command)) {
      throw refused("nothing that was said of these alerts counts still");
    }
    if (command.untilMillis() != AlertMark.WHILE_OPEN && command.untilMillis() <= now) {
      throw refused("until: " + Instant.ofEpochMilli(command.untilMillis()) + " is over");
    }
    HostMarks next = said.after(command, now, severity);
    if (next.said().size() > HostMarks.MOST) {
      throw refused(
          "%d things were said of this host's alerts, expected at most %d"
              .formatted(next.said().size(), HostMarks.MOST));
    }
    return next;
  }

  private static InputException refused(String problem) {
    return new InputException("command", problem);
  }

  private HostState stateOf(String host) {
    byte[] packed = states.get(host);
    return packed == null ? HostState.NONE : HostStateSerde.unpack(packed);
  }

  /**
   * Stores what counts now, and tells the open alerts of which something else holds than before.
   */
  private void tell(String host, HostState state, HostMarks before, HostMarks next, long now) {
    HostMarks kept = next;
    List<Output> outputs = new ArrayList<>();
    for (IsolationAlert alert : state.open()) {
      AlertMarks holds = next.of(alert);
      if (!before.of(alert).equals(holds)) {
        kept = kept.withOneMoreAdded();
        int revision = state.revision() + kept.added();
        outputs.addAll(Output.of(alert.with(AlertStatus.UPDATED, revision), holds));
      }
    }
    if (!kept.equals(before)) {
      marks.put(host, kept.pack());
      observer.marked(context.taskId().partition(), host, kept);
    }
    outputs.forEach(output -> output.forward(context, now));
  }

  private void endWhatIsOver(long now) {
    if (now < nextEnd) {
      return;
    }
    List<String> over = new ArrayList<>();
    nextEnd = Long.MAX_VALUE;
    try (KeyValueIterator<String, byte[]> all = marks.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        HostMarks said = HostMarks.unpack(entry.value);
        if (said.firstEnd() <= now) {
          over.add(entry.key);
        }
        nextEnd = Math.min(nextEnd, said.withoutEnded(now).firstEnd());
      }
    }
    for (String host : over) {
      HostMarks said = HostMarks.unpack(marks.get(host));
      tell(host, stateOf(host), said, said.withoutEnded(now), now);
    }
  }
}
