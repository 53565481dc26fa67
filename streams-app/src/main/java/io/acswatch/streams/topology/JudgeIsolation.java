package io.acswatch.streams.topology;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.judge.BootHistory.Place;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.streams.state.PackedState;
import io.acswatch.streams.state.UnknownStateVersionException;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertLinks;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
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
 * Judgement}. The word that a host is as it was stands for its last snapshot, taken again.
 *
 * <p>A repetition costs a comparison with what is in the store, of facts or of a digest: it is
 * neither judged nor stored. The state then keeps the time and sequence number of the first
 * snapshot that looked like this, which is harmless: only later ones are news.
 */
final class JudgeIsolation implements Processor<byte[], Observation, byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(JudgeIsolation.class);

  /** What a topic takes, less what bytes that cannot be compressed grow by in a batch. */
  private static final int MAX_OUTPUT_BYTES = Nodes.MAX_RECORD_BYTES - (256 << 10);

  /**
   * Of all records that one frame leads to. A host of 8,192 functions, each with two alerts, makes
   * half of it; a command line of 64 KiB, which is in each alert, would make gigabytes.
   */
  private static final long MAX_OUTPUTS_BYTES = 8L * Nodes.MAX_RECORD_BYTES;

  private final AlertLinks links;
  private final TopologyObserver observer;
  private final HostObserver hosts;
  private final BiFunction<HostState, Snapshot, Judged> judge;
  private ProcessorContext<byte[], byte[]> context;
  private Rejects rejects;
  private KeyValueStore<String, byte[]> states;
  private int partition;

  /**
   * The node.
   *
   * @param judge {@link Judgement#apply}, or what a test puts in its place
   */
  JudgeIsolation(
      AlertLinks links,
      TopologyObserver observer,
      HostObserver hosts,
      BiFunction<HostState, Snapshot, Judged> judge) {
    this.links = links;
    this.observer = observer;
    this.hosts = hosts;
    this.judge = judge;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    rejects = new Rejects(context, observer);
    states = context.getStateStore(Nodes.HOST_STATE);
    partition = context.taskId().partition();
    hosts.opened(partition);
  }

  @Override
  public void close() {
    hosts.closed(partition);
  }

  @Override
  public void process(Record<byte[], Observation> record) {
    String host = record.value().host();
    PackedState packed = new PackedState(states.get(host));
    Outcome outcome;
    try {
      outcome = outcome(packed, record);
    } catch (UnknownStateVersionException fromTheFuture) {
      // No record could pass. Stopping loses none; rejecting all of them would lose the alerts.
      throw fromTheFuture;
    } catch (RecordTooLargeException | UncheckedIOException tooLarge) {
      LOG.warn(
          "A frame of host {} is not judged: {}",
          InputException.quote(host),
          tooLarge.getMessage());
      rejects.send(
          record, record.value().frame(), Refusal.TOO_LARGE, String.valueOf(tooLarge.getMessage()));
      return;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
      failed(record, failure); // what used the memory is garbage by now
      return;
    }
    // Nothing below fails because of what is in the record: it is stored and forwarded as a whole.
    if (outcome.state() != null) {
      states.put(host, outcome.state());
    }
    outcome.records().forEach(output -> output.forward(context, record.timestamp()));
    if (outcome.isOld()) {
      observer.passedOver();
      hosts.passedOver(partition, host);
    } else {
      hosts.heard(partition, host, record.timestamp(), record.value().place());
    }
  }

  /**
   * What a snapshot leads to, complete in bytes. A null state stays as it is.
   *
   * @param isOld the frame is of another boot than the current one, or was delivered before: it
   *     does not say that the host lives
   */
  private record Outcome(byte @Nullable [] state, List<Output> records, boolean isOld) {
    static final Outcome NONE = new Outcome(null, List.of(), false);
    static final Outcome OLD = new Outcome(null, List.of(), true);
  }

  private Outcome outcome(PackedState packed, Record<byte[], Observation> record) {
    Observation observation = record.value();
    Unchanged unchanged = observation.unchanged();
    if (packed.isForgotten(record.timestamp())) {
      return Outcome.OLD;
    }
    if (observation.sign() != null) {
      Place place = packed.unpack().boots().placeOf(observation.sign());
      return place == Place.CURRENT || place == Place.NEXT ? Outcome.NONE : Outcome.OLD;
    }
    if (unchanged == null) {
      Snapshot snapshot = Objects.requireNonNull(observation.snapshot());
      return outcome(packed, snapshot, packed.isRepeatedBy(snapshot), record);
    }
    if (!packed.has(unchanged.digest())) {
      return missed(packed, unchanged, record);
    }
    long lookedAt = unchanged.lookedAtMillis();
    if (packed.waitsForNothing() && packed.needsNoJudgement(lookedAt, unchanged.sequence())) {
      observer.repetitionSkipped();
      return Outcome.NONE;
    }
    Snapshot last = Objects.requireNonNull(packed.unpack().current());
    if (lookedAt != 0 && lookedAt == last.takenAtMillis()) {
      return Outcome.NONE; // no other look than the one that was judged
    }
    Snapshot again = last.at(lookedAt, unchanged.sequence());
    return outcome(packed, again, packed.isRepeatedBy(again), record);
  }

  /** The host is as a snapshot that never came, or was refused. */
  private Outcome missed(
      PackedState packed, Unchanged unchanged, Record<byte[], Observation> record) {
    HostState state = packed.unpack();
    Place place = state.boots().placeOf(Sign.of(unchanged));
    if (place == Place.OLD) {
      return Outcome.OLD;
    }
    Judged judged = Judgement.missed(state, unchanged);
    boolean isOld = place == Place.RIVAL && judged.state().current() == state.current();
    if (!isOld && (state.current() == null || judged.state().missesSnapshot())) {
      observer.snapshotMissed();
    }
    if (judged.state().equals(state)) {
      return isOld ? Outcome.OLD : Outcome.NONE;
    }
    // Without a digest no heartbeat confirms what is remembered.
    ContentDigest digest = isOld ? packed.digest() : ContentDigest.UNKNOWN;
    Snapshot kept = Objects.requireNonNull(judged.state().current());
    return outcome(packed, judged, packed.next(judged.state(), kept, digest), isOld, record);
  }

  private Outcome outcome(
      PackedState packed, Snapshot snapshot, boolean same, Record<byte[], Observation> record) {
    ContentDigest digest = record.value().digest();
    if (same && packed.needsNoJudgement(snapshot.takenAtMillis(), snapshot.sequence())) {
      observer.repetitionSkipped();
      return packed.isNumberAfter(snapshot.sequence())
          ? new Outcome(packed.repeated(snapshot, digest), List.of(), false)
          : Outcome.OLD;
    }
    HostState state = packed.unpack();
    Place place = state.boots().placeOf(Sign.of(snapshot));
    if (place == Place.OLD) {
      return Outcome.OLD;
    }
    if (Judgement.isRepetition(state, snapshot)) {
      observer.repetitionSkipped();
      return new Outcome(packed.repeated(snapshot, digest), List.of(), false);
    }
    Judged judged = judge.apply(state, snapshot).notAfter(record.timestamp());
    byte[] next =
        same && judged.leaves(state)
            ? packed.settled(snapshot, digest)
            : packed.next(judged.state(), snapshot, digest);
    boolean isOld = place == Place.RIVAL && judged.state().current() != snapshot;
    Outcome outcome = outcome(packed, judged, next, isOld, record);
    observer.judged();
    return outcome;
  }

  private Outcome outcome(
      PackedState packed,
      Judged judged,
      byte[] next,
      boolean isOld,
      Record<byte[], Observation> record) {
    String host = record.value().host();
    List<Output> outputs = new ArrayList<>();
    long bytes = 0;
    for (IsolationAlert alert : judged.alerts()) {
      for (Output output : Output.of(alert, links)) {
        refuseTooLarge("a record for " + output.sink(), output.bytes());
        bytes += output.bytes();
        refuseAbove(MAX_OUTPUTS_BYTES, "its alerts", bytes);
        outputs.add(output);
      }
    }
    Snapshot before = packed.unpack().current();
    Snapshot current = judged.state().current();
    ReportedGroups news =
        current == null || current == before ? null : ReportedGroups.newsOf(current, before);
    if (news != null) {
      boolean newBoot = before == null || !before.boot().id().equals(current.boot().id());
      Snapshot past = judged.state().baseline() == before ? before : null; // or another machine's
      KernelKnowledge told = newBoot ? KernelKnowledge.of(current, past) : null;
      Output groups = Output.groups(host, news.json(told));
      refuseTooLarge("a record for " + groups.sink(), groups.bytes());
      outputs.add(groups);
    }
    refuseTooLarge("the state of its host", (long) record.key().length + next.length);
    judged.alerts().forEach(alert -> observer.alerted(alert, record.timestamp()));
    hosts.stored(partition, host, judged.state());
    return new Outcome(packed.isSameAs(next) ? null : next, outputs, isOld);
  }

  /** No producer would send it, and it would stop the application again and again. */
  private static void refuseTooLarge(String what, long bytes) {
    refuseAbove(MAX_OUTPUT_BYTES, what, bytes);
  }

  private static void refuseAbove(long most, String what, long bytes) {
    if (bytes > most) {
      throw new RecordTooLargeException(
          "%s would have %d bytes, expected at most %d".formatted(what, bytes, most));
    }
  }

  private void failed(Record<byte[], Observation> record, Throwable failure) {
    LOG.error(
        "Judging a frame of host {} failed at {}; it went to the rejects, the state is unchanged",
        InputException.quote(record.value().host()),
        context
            .recordMetadata()
            .map(from -> from.topic() + "-" + from.partition() + "@" + from.offset())
            .orElse("an unknown offset"),
        failure);
    rejects.send(record, record.value().frame(), Refusal.JUDGEMENT_FAILED, firstLine(failure));
  }

  private static String firstLine(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    String message = failure.getMessage();
    return message == null ? name : name + ": " + message.lines().findFirst().orElse("");
  }
}
