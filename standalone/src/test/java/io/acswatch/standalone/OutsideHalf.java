package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What stands outside of the guest: a broker and the streams application, each a process, and a
 * consumer of frames and alerts that writes down when each came.
 */
final class OutsideHalf implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int CLIENTS = 0;
  private static final int GUEST = 1;
  private static final int CONTROLLER = 2;

  /** An alert, and when the consumer had it. */
  record SeenAlert(IsolationAlert alert, long nanos) {}

  /**
   * A frame, and when the consumer had it.
   *
   * @param content what {@link FrameReader} makes of it
   */
  record SeenFrame(Object content, byte[] bytes, long offset, long nanos) {}

  private final Path scratch;
  private final int[] ports;
  private final IsolationConfig config;
  private LaunchedProcess broker;
  private final LaunchedProcess streams;
  private final List<SeenAlert> alerts = new CopyOnWriteArrayList<>();
  private final List<SeenFrame> frames = new CopyOnWriteArrayList<>();
  private final Thread consumer = new Thread(this::consume, "outside-consumer");
  private volatile long alertsRead;
  private volatile boolean closed;
  private volatile Exception broken;

  private OutsideHalf(Path scratch) throws Exception {
    this.scratch = scratch;
    ports = SecuredBroker.freePorts(3);
    config =
        IsolationConfig.from(Map.of("streams.bootstrap.servers", "127.0.0.1:" + ports[CLIENTS]));
    startBroker();
    Awaitility.await()
        .atMost(GuestMachine.LIMIT)
        .ignoreExceptions() // until it serves
        .failFast("the broker ended", () -> !broker.isAlive())
        .until(
            () -> {
              Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
              return true;
            });
    streams =
        LaunchedProcess.acswatch(
            scratch,
            "streams",
            "--bootstrap-servers",
            config.bootstrapServers(),
            "--http",
            "127.0.0.1:0",
            "--state-dir",
            scratch.resolve("state").toString());
    consumer.setDaemon(true);
    consumer.start();
  }

  static OutsideHalf start(Path scratch) throws Exception {
    return new OutsideHalf(scratch);
  }

  /** Where clients in the guest find the broker. */
  String serversForGuest() {
    return GuestBroker.HOST + ":" + ports[GUEST];
  }

  String servers() {
    return config.bootstrapServers();
  }

  void startBroker() throws IOException {
    broker =
        LaunchedProcess.thisJava(
            scratch,
            GuestBroker.class.getName(),
            scratch.resolve("broker").toString(),
            Integer.toString(ports[CLIENTS]),
            Integer.toString(ports[GUEST]),
            Integer.toString(ports[CONTROLLER]));
  }

  /** SIGKILL: what it has not written is lost. */
  void killBroker() throws InterruptedException {
    broker.close();
    broker.exitCode();
  }

  /** For a scenario that has failed while the broker was away. */
  void restoreBroker() throws IOException {
    if (!broker.isAlive()) {
      startBroker();
    }
  }

  private void consume() {
    TopicPartition alertTopic = new TopicPartition(config.topics().alerts(), 0);
    TopicPartition frameTopic = new TopicPartition(config.topics().frames(), 0);
    try (KafkaConsumer<String, byte[]> both =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      both.assign(List.of(alertTopic, frameTopic));
      both.seekToBeginning(both.assignment());
      FrameReader reader = new FrameReader();
      while (!closed) {
        ConsumerRecords<String, byte[]> records = both.poll(POLL);
        long now = System.nanoTime();
        for (ConsumerRecord<String, byte[]> frame : records.records(frameTopic)) {
          assertNull(reader.wrap(frame.value()));
          frames.add(new SeenFrame(content(reader), frame.value(), frame.offset(), now));
        }
        for (ConsumerRecord<String, byte[]> alert : records.records(alertTopic)) {
          alerts.add(new SeenAlert(AlertJson.read(alert.value()), now));
        }
        alertsRead = both.position(alertTopic);
      }
    } catch (Exception failed) {
      broken = failed;
    }
  }

  private static Object content(FrameReader reader) {
    return switch (reader.type()) {
      case SNAPSHOT -> reader.toSnapshot();
      case HEARTBEAT -> reader.toHeartbeat();
      case KEXEC_EVENT -> reader.toKexecEvent();
      case UNCHANGED -> reader.toUnchanged();
    };
  }

  /** Where the alerts and frames to come begin. */
  record Mark(int alerts, int frames) {}

  Mark mark() {
    return new Mark(alerts.size(), frames.size());
  }

  List<SeenAlert> alertsSince(Mark mark) {
    return from(mark.alerts(), alerts);
  }

  List<SeenFrame> framesSince(Mark mark) {
    return from(mark.frames(), frames);
  }

  /** A copy: others come while these are looked at. */
  private static <T> List<T> from(int index, List<T> growing) {
    List<T> all = List.copyOf(growing);
    return all.subList(index, all.size());
  }

  /** What the frames since {@code mark} hold of one kind. */
  <T> Stream<T> since(Mark mark, Class<T> kind) {
    return framesSince(mark).stream()
        .map(SeenFrame::content)
        .filter(kind::isInstance)
        .map(kind::cast);
  }

  SeenAlert awaitAlert(Mark mark, String what, Predicate<IsolationAlert> wanted) {
    return await(
        what,
        () -> alertsSince(mark).stream().filter(seen -> wanted.test(seen.alert())).findFirst());
  }

  <T> T awaitFrame(Mark mark, Class<T> kind, String what, Predicate<T> wanted) {
    return await(what, () -> since(mark, kind).filter(wanted).findFirst());
  }

  /**
   * Waits until the streams application is through with all frames that the consumer has seen, and
   * the consumer has seen all alerts that came of them.
   */
  void awaitJudged() {
    long last = frames.isEmpty() ? -1 : frames.get(frames.size() - 1).offset();
    TopicPartition frameTopic = new TopicPartition(config.topics().frames(), 0);
    TopicPartition alertTopic = new TopicPartition(config.topics().alerts(), 0);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
      await(
          "end of frame " + last,
          () ->
              asked(
                      admin
                          .listConsumerGroupOffsets(config.applicationId())
                          .partitionsToOffsetAndMetadata())
                  .map(offsets -> offsets.get(frameTopic))
                  .filter(offset -> offset.offset() > last));
      // The transaction that moved the offset has the alerts too.
      long end =
          await(
              "end of the alerts",
              () ->
                  asked(
                          admin
                              .listOffsets(
                                  Map.of(alertTopic, OffsetSpec.latest()),
                                  new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                              .partitionResult(alertTopic))
                      .map(ListOffsetsResultInfo::offset));
      await("alert " + end, () -> Optional.of(alertsRead).filter(read -> read >= end));
    }
  }

  private static <T> Optional<T> asked(KafkaFuture<T> answer) {
    try {
      return Optional.ofNullable(answer.get());
    } catch (ExecutionException notNow) {
      return Optional.empty();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private <T> T await(String what, Supplier<Optional<T>> found) {
    try {
      return Awaitility.await()
          .atMost(GuestMachine.LIMIT)
          .pollInterval(POLL)
          .failFast("the consumer ended: " + broken, () -> broken != null)
          .failFast("the streams application ended", () -> !streams.isAlive())
          .until(found::get, Optional::isPresent)
          .orElseThrow();
    } catch (ConditionTimeoutException late) {
      throw new AssertionError("no " + what + "; alerts: " + alerts, late);
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      streams.terminate();
      assertEquals(0, streams.exitCode(), streams::all);
      consumer.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(stopped));
    } finally {
      streams.close();
      broker.close();
    }
  }
}
