package io.acswatch.streams.app;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.DaemonThread;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Asks the brokers how many frames wait to be judged, and how old the oldest of them is. It asks
 * for the whole group, every five seconds, in a thread of its own: so it tells the truth also where
 * the stream threads hang, restore or have died.
 *
 * <p>No frame is read for it. Frames carry the time at which the broker took them, and brokers have
 * an index by that time: "the first frame not older than this" is asked for ever narrower times,
 * until the age is known to a tenth.
 *
 * <p>It also tells what hinders judging while Kafka Streams says that it runs. Offsets are asked
 * for with uncommitted records: a transaction that hangs holds back all that comes after it, and a
 * reader of committed records would see nothing wait.
 */
final class FrameBacklog implements AutoCloseable {
  /** Age that is told of a frame that is younger, and of one that is older. */
  static final double MIN_AGE_SECONDS = 0.5;

  static final double MAX_AGE_SECONDS = 30 * 86_400.0;

  private static final double PRECISION = 1.1;
  private static final double SECONDS = 1e3;
  static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final int PATIENCE = 3;

  private final IsolationConfig config;
  private final LongSupplier clock;
  private final Consumer<Look> listener;
  private final ScheduledExecutorService thread;
  private @Nullable BrokerSession session;

  private final Hindrances hindrances;
  private int unanswered;

  /**
   * What was found.
   *
   * @param frames that wait; NaN if it is not known
   * @param oldestAgeSeconds of those, 0 if none waits, NaN if it is not known
   * @param overtaken frames that were deleted before the group came to them, by partition
   */
  record Look(
      double frames,
      double oldestAgeSeconds,
      Map<Integer, Gap> overtaken,
      List<Hindrance> hindrances) {
    static Look unknown(List<Hindrance> hindrances) {
      return new Look(Double.NaN, Double.NaN, Map.of(), hindrances);
    }

    boolean isTopicGone() {
      return hindrances.stream().anyMatch(found -> found.kind() == Hindrance.Kind.TOPIC_GONE);
    }
  }

  /**
   * One that asks nobody yet.
   *
   * @param own the partitions that this instance is to judge
   */
  FrameBacklog(
      IsolationConfig config,
      LongSupplier clock,
      Supplier<? extends Collection<Integer>> own,
      Consumer<Look> listener) {
    this.config = config;
    this.clock = clock;
    hindrances = new Hindrances(config, clock, own);
    this.listener = listener;
    thread = Executors.newSingleThreadScheduledExecutor(DaemonThread.named("acswatch-backlog"));
  }

  /** Asks from now on; {@code ownSession} is for this alone, which closes it. */
  void start(BrokerSession ownSession) {
    session = ownSession;
    thread.scheduleWithFixedDelay(
        () -> tell(ownSession), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tell(BrokerSession asked) {
    try {
      Look look = ask(asked);
      unanswered = 0;
      listener.accept(look);
    } catch (RuntimeException away) {
      // The broker watch tells of brokers that are away; what escapes would end the asking.
      unanswered++;
      listener.accept(
          Look.unknown(
              unanswered < PATIENCE
                  ? List.of()
                  : List.of(
                      new Hindrance(
                          Hindrance.Kind.UNKNOWN,
                          1,
                          "the brokers do not say which frames wait: "
                              + CommandFailure.firstLine(away)))));
    }
  }

  Look ask(BrokerSession session) {
    String frames = config.topics().frames();
    Map<String, TopicDescription> topics = hindrances.topics(session);
    TopicDescription described = topics.get(frames);
    if (described == null) {
      List<Hindrance> found = new ArrayList<>();
      hindrances.gone(topics.keySet(), found);
      return Look.unknown(found);
    }
    Map<TopicPartition, OffsetAndMetadata> committed =
        session.answer(
            session
                .admin()
                .listConsumerGroupOffsets(config.applicationId())
                .partitionsToOffsetAndMetadata());
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    for (TopicPartitionInfo partition : described.partitions()) {
      all.put(new TopicPartition(frames, partition.partition()), OffsetSpec.earliest());
    }
    Map<TopicPartition, Long> first = offsets(session, all, IsolationLevel.READ_UNCOMMITTED);
    all.replaceAll((partition, unused) -> OffsetSpec.latest());
    Map<TopicPartition, Long> readable = offsets(session, all, IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> end = offsets(session, all, IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, Long> done = new HashMap<>();
    Map<TopicPartition, Long> waiting = new HashMap<>();
    long count = 0;
    for (TopicPartition partition : all.keySet()) {
      OffsetAndMetadata position = committed.get(partition);
      if (position != null) {
        done.put(partition, position.offset());
      }
      long next = Math.max(first.get(partition), done.getOrDefault(partition, 0L));
      if (end.get(partition) > next) {
        count += end.get(partition) - next;
        waiting.put(partition, next);
      }
    }
    var offsets = new Hindrances.Offsets(done, first, readable, end, waiting);
    List<Hindrance> found = hindrances.find(session, topics, offsets);
    return new Look(
        count, waiting.isEmpty() ? 0 : oldestAge(session, waiting), offsets.overtaken(), found);
  }

  private double oldestAge(BrokerSession session, Map<TopicPartition, Long> waiting) {
    long now = clock.getAsLong();
    double younger = MAX_AGE_SECONDS;
    double older = MIN_AGE_SECONDS;
    if (areYounger(session, waiting, now, older)) {
      return older;
    }
    while (younger / older > PRECISION) {
      double middle = Math.sqrt(younger * older);
      if (areYounger(session, waiting, now, middle)) {
        younger = middle;
      } else {
        older = middle;
      }
    }
    return younger;
  }

  /** True if each partition's next frame was appended less than so many seconds ago. */
  private static boolean areYounger(
      BrokerSession session, Map<TopicPartition, Long> waiting, long now, double ageSeconds) {
    long since = Math.max(0, now - (long) (ageSeconds * SECONDS));
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    waiting.forEach((partition, unused) -> asked.put(partition, OffsetSpec.forTimestamp(since)));
    for (var found : offsets(session, asked, IsolationLevel.READ_UNCOMMITTED).entrySet()) {
      long offset = found.getValue();
      if (offset < 0 || offset > waiting.get(found.getKey())) {
        return false;
      }
    }
    return true;
  }

  private static Map<TopicPartition, Long> offsets(
      BrokerSession session, Map<TopicPartition, OffsetSpec> asked, IsolationLevel level) {
    return session
        .answer(session.admin().listOffsets(asked, new ListOffsetsOptions(level)).all())
        .entrySet()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, found -> found.getValue().offset()));
  }

  @Override
  public void close() {
    thread.shutdownNow();
    if (session != null) {
      session.close();
    }
  }
}
