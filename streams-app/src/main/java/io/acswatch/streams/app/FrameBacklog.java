package io.acswatch.streams.app;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
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
 */
final class FrameBacklog implements AutoCloseable {
  /** Age that is told of a frame that is younger, and of one that is older. */
  static final double MIN_AGE_SECONDS = 0.5;

  static final double MAX_AGE_SECONDS = 30 * 86_400.0;

  private static final double PRECISION = 1.1;
  private static final double SECONDS = 1e3;
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final IsolationConfig config;
  private final LongSupplier clock;
  private final BiConsumer<Double, Double> listener;
  private final ScheduledExecutorService thread;
  private @Nullable BrokerSession session;

  /** Frames that wait and the age of the oldest, in seconds; 0 if there is none. */
  record Size(long frames, double oldestAgeSeconds) {}

  /**
   * One that asks nobody yet.
   *
   * @param listener is told how many frames wait and for how long the oldest: 0 if none does, NaN
   *     if it is not known
   */
  FrameBacklog(IsolationConfig config, LongSupplier clock, BiConsumer<Double, Double> listener) {
    this.config = config;
    this.clock = clock;
    this.listener = listener;
    thread = Executors.newSingleThreadScheduledExecutor(IsolationApp.daemons("acswatch-backlog"));
  }

  /** Asks from now on; {@code ownSession} is for this alone, which closes it. */
  void start(BrokerSession ownSession) {
    session = ownSession;
    thread.scheduleWithFixedDelay(
        () -> tell(ownSession), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tell(BrokerSession asked) {
    try {
      Size size = ask(asked);
      listener.accept((double) size.frames(), size.oldestAgeSeconds());
    } catch (RuntimeException away) {
      // The broker watch tells of it; what escapes would end the asking.
      listener.accept(Double.NaN, Double.NaN);
    }
  }

  Size ask(BrokerSession session) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        session.answer(
            session
                .admin()
                .listConsumerGroupOffsets(config.applicationId())
                .partitionsToOffsetAndMetadata());
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    String topic = config.topics().frames();
    for (TopicPartitionInfo partition :
        session
            .answer(session.admin().describeTopics(List.of(topic)).topicNameValues().get(topic))
            .partitions()) {
      all.put(new TopicPartition(topic, partition.partition()), OffsetSpec.earliest());
    }
    Map<TopicPartition, ListOffsetsResultInfo> first = offsets(session, all);
    all.replaceAll((partition, unused) -> OffsetSpec.latest());
    Map<TopicPartition, Long> waiting = new HashMap<>();
    long frames = 0;
    for (var end : offsets(session, all).entrySet()) {
      OffsetAndMetadata done = committed.get(end.getKey());
      long next = Math.max(first.get(end.getKey()).offset(), done == null ? 0 : done.offset());
      if (end.getValue().offset() > next) {
        frames += end.getValue().offset() - next;
        waiting.put(end.getKey(), next);
      }
    }
    return new Size(frames, waiting.isEmpty() ? 0 : oldestAge(session, waiting));
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
    for (var found : offsets(session, asked).entrySet()) {
      long offset = found.getValue().offset();
      if (offset < 0 || offset > waiting.get(found.getKey())) {
        return false;
      }
    }
    return true;
  }

  private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
      BrokerSession session, Map<TopicPartition, OffsetSpec> asked) {
    return session.answer(
        session
            .admin()
            .listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
            .all());
  }

  @Override
  public void close() {
    thread.shutdownNow();
    if (session != null) {
      session.close();
    }
  }
}
