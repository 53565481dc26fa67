package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.standalone.EmbeddedBroker;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import io.acswatch.streams.topology.Nodes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a real broker, whose index by time decides the answer. */
@Tag("slow")
class FrameBacklogIT {
  private static final double TENTH = 1.1;
  private static final Topics.Layout TWO_PARTITIONS =
      new Topics.Layout(Optional.of(2), Optional.empty());

  private volatile long later;
  private volatile List<Integer> own = List.of();

  @Test
  void tellsHowManyFramesWaitAndForHowLong() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config =
          IsolationConfig.from(Map.of("streams.bootstrap.servers", broker.bootstrapServers()));
      Topics.create(config, TWO_PARTITIONS);
      try (BrokerSession session = new BrokerSession(config);
          FrameBacklog backlog = backlog(config)) {
        assertEquals(new FrameBacklog.Look(0, 0, Map.of(), List.of()), backlog.ask(session));

        long sent = send(config, 0);
        send(config, 1);
        Awaitility.await()
            .atMost(Duration.ofMinutes(4))
            .until(() -> backlog.ask(session).oldestAgeSeconds() > 2);
        assertEquals(2, backlog.ask(session).frames());
        assertAge(backlog, session, sent);

        // One is done; the other waits on, and so does a later one behind it.
        commit(session, config, 0, 1);
        send(config, 1);
        assertEquals(2, backlog.ask(session).frames());
        assertAge(backlog, session, sent);
      }
    }
  }

  @Test
  void tellsWhatWasDeletedBeforeTheGroupCameToIt() throws Exception {
    run(
        (config, session, backlog) -> {
          send(config, 0);
          send(config, 0);
          send(config, 0);
          commit(session, config, 0, 1);
          delete(session, config, 3);
          FrameBacklog.Look look = backlog.ask(session);
          assertEquals(Map.of(0, new Gap(1, 3)), look.overtaken());
          assertHindered(Hindrance.Kind.RETENTION, 1, look);
          commit(session, config, 0, 3);
          assertEquals(new FrameBacklog.Look(0, 0, Map.of(), List.of()), backlog.ask(session));
        });
  }

  /** A moment after its start the position is behind the gap, and nobody could see it any more. */
  @Test
  void anInstanceTellsWhatWasDeletedWhileItWasAway(@TempDir Path scratch) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker, scratch);
      Topics.create(config, TWO_PARTITIONS);
      try (BrokerSession session = new BrokerSession(config)) {
        deleteBeforeItCame(session, config, 0, 4); // nobody was to judge these
        assertTold(session, config, Map.of());
        deleteBeforeItCame(session, config, 2, 3);
        assertTold(session, config, Map.of(0, 2L));
        assertTold(session, config, Map.of(0, 2L)); // another process
        deleteBeforeItCame(session, config, 4, 1);
        assertTold(session, config, Map.of(0, 6L));

        // As after seven days: brokers forget the position of a group that is away.
        deleteBeforeItCame(session, config, 1, 1);
        TopicPartition partition = new TopicPartition(config.topics().frames(), 0);
        session.answer(
            session
                .admin()
                .deleteConsumerGroupOffsets(config.applicationId(), Set.of(partition))
                .all());
        assertTold(session, config, Map.of(0, 7L));
      }
    }
  }

  @Test
  void anInstanceTellsOfFramesThatWereDeletedThoughNoneIsLeft(@TempDir Path scratch)
      throws Exception {
    runInstance(
        scratch,
        (config, session, app) -> {
          send(config, 0);
          awaitJudged(session, config);
          app.close();
          deleteBeforeItCame(session, config, 5, 0);
          try (IsolationApp again = IsolationApp.start(config)) {
            Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> again.status().overtaken().equals(Map.of(0, 5L)));
            String reasons = again.status().reasons().toString();
            assertTrue(reasons.contains("retention deleted 5 frames"), reasons);
            send(config, 0);
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> again.status().isReady());
            assertEquals(Map.of(0, 5L), again.status().overtaken());
          }
        });
  }

  /** Starts an instance, and ends it when it has judged all. */
  private static void assertTold(
      BrokerSession session, IsolationConfig config, Map<Integer, Long> told) throws Exception {
    try (IsolationApp app = IsolationApp.start(config)) {
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> app.status().isReady());
      awaitJudged(session, config);
      assertEquals(told, app.status().overtaken());
      long all = told.values().stream().mapToLong(Long::longValue).sum();
      String metrics = app.metricsText();
      assertTrue(metrics.contains("acswatch_frames_overtaken " + (double) all), metrics);
    }
  }

  private static void awaitJudged(BrokerSession session, IsolationConfig config) {
    TopicPartition partition = new TopicPartition(config.topics().frames(), 0);
    long end = offset(session, partition, OffsetSpec.latest());
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              OffsetAndMetadata done =
                  session
                      .answer(
                          session
                              .admin()
                              .listConsumerGroupOffsets(config.applicationId())
                              .partitionsToOffsetAndMetadata())
                      .get(partition);
              return done != null && done.offset() == end;
            });
  }

  private static long offset(BrokerSession session, TopicPartition partition, OffsetSpec spec) {
    return session
        .answer(session.admin().listOffsets(Map.of(partition, spec)).all())
        .get(partition)
        .offset();
  }

  /** Frames come, of which the first are deleted. */
  private static void deleteBeforeItCame(
      BrokerSession session, IsolationConfig config, int deleted, int left) throws Exception {
    TopicPartition partition = new TopicPartition(config.topics().frames(), 0);
    long end = offset(session, partition, OffsetSpec.latest());
    for (int i = 0; i < deleted + left; i++) {
      send(config, 0);
    }
    delete(session, config, end + deleted);
  }

  private static void delete(BrokerSession session, IsolationConfig config, long before) {
    TopicPartition partition = new TopicPartition(config.topics().frames(), 0);
    session.answer(
        session
            .admin()
            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
            .all());
  }

  /** The hosts of a partition may be gone; the number is told on. */
  @Test
  void aGapBehindWhichNothingComesDoesNotHinderForGood() throws Exception {
    run(
        (config, session, backlog) -> {
          send(config, 0);
          commit(session, config, 0, 0);
          delete(session, config, 1);
          assertHindered(Hindrance.Kind.RETENTION, 1, backlog.ask(session));
          later = Hindrances.HANGS.toMillis() + 1_000;
          Map<Integer, Gap> told = Map.of(0, new Gap(0, 1));
          assertEquals(new FrameBacklog.Look(0, 0, told, List.of()), backlog.ask(session));
          send(config, 0);
          assertHindered(Hindrance.Kind.RETENTION, 1, backlog.ask(session));
        });
  }

  /** A reader of committed records sees nothing wait. */
  @Test
  void tellsOfFramesBehindATransactionThatHangs() throws Exception {
    run(
        (config, session, backlog) -> {
          try (var hanging = producer(config, Map.of("transactional.id", "hangs"))) {
            hanging.initTransactions();
            hanging.beginTransaction();
            hanging.send(new ProducerRecord<>(config.topics().frames(), 1, "h", new byte[1])).get();
            send(config, 1);
            FrameBacklog.Look look = backlog.ask(session);
            assertEquals(2, look.frames());
            assertEquals(List.of(), look.hindrances());
            later = Hindrances.HANGS.toMillis() + 1_000;
            assertHindered(Hindrance.Kind.HANGING_TRANSACTION, 1, backlog.ask(session));
            assertTrue(backlog.ask(session).oldestAgeSeconds() < 120);
            hanging.abortTransaction();
          }
          Awaitility.await()
              .atMost(Duration.ofMinutes(1))
              .until(() -> backlog.ask(session).hindrances().isEmpty());
        });
  }

  @Test
  void tellsThatNothingIsJudgedThoughFramesWait() throws Exception {
    run(
        (config, session, backlog) -> {
          send(config, 0);
          send(config, 1);
          assertEquals(List.of(), backlog.ask(session).hindrances());
          later = Hindrances.STANDS_STILL.toMillis() + 1_000;
          assertEquals(List.of(), backlog.ask(session).hindrances(), "another instance's");
          own = List.of(1);
          assertEquals(List.of(), backlog.ask(session).hindrances());
          later *= 2;
          assertHindered(Hindrance.Kind.STANDSTILL, 1, backlog.ask(session));
          commit(session, config, 1, 1);
          assertEquals(List.of(), backlog.ask(session).hindrances());
        });
  }

  @Test
  void tellsOfPartitionsThatWereAdded() throws Exception {
    run(
        (config, session, backlog) -> {
          session.answer(
              session
                  .admin()
                  .createPartitions(Map.of(config.topics().frames(), NewPartitions.increaseTo(5)))
                  .all());
          Awaitility.await()
              .atMost(Duration.ofMinutes(1))
              .until(() -> !backlog.ask(session).hindrances().isEmpty());
          assertHindered(Hindrance.Kind.PARTITIONS_ADDED, 3, backlog.ask(session));
          assertTrue(
              Topics.check(config, Topics.Layout.DEFAULT).stream()
                  .anyMatch(report -> !report.isAsExpected()));
        });
  }

  @Test
  void tellsOfTooFewReplicasInSync() throws Exception {
    run(
        (config, session, backlog) -> {
          needTwoInSync(session, config.topics().alerts());
          assertHindered(Hindrance.Kind.MIN_INSYNC, 2, backlog.ask(session));
        });
  }

  /** Without it nothing can be committed, and no topic of the application shows it. */
  @Test
  void tellsOfTooFewReplicasOfTheTransactions() throws Exception {
    run(
        (config, session, backlog) -> {
          try (var producer = producer(config, Map.of("transactional.id", "any"))) {
            producer.initTransactions();
          }
          needTwoInSync(session, "__transaction_state");
          String found = backlog.ask(session).hindrances().toString();
          assertTrue(found.contains("(min.insync.replicas): __transaction_state-0"), found);
        });
  }

  private static void needTwoInSync(BrokerSession session, String topic) {
    AlterConfigOp two =
        new AlterConfigOp(new ConfigEntry("min.insync.replicas", "2"), AlterConfigOp.OpType.SET);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    session.answer(session.admin().incrementalAlterConfigs(Map.of(resource, List.of(two))).all());
  }

  @Test
  void tellsOfAPositionBehindTheEnd() throws Exception {
    run(
        (config, session, backlog) -> {
          send(config, 0);
          commit(session, config, 0, 100);
          assertHindered(Hindrance.Kind.POSITION, 1, backlog.ask(session));
        });
  }

  @Test
  void anInstanceWhoseTopicIsGoneIsNotReadyAndSaysSo(@TempDir Path scratch) throws Exception {
    runInstance(
        scratch,
        (config, session, app) -> {
          session.answer(session.admin().deleteTopics(List.of(config.topics().frames())).all());
          Awaitility.await()
              .atMost(Duration.ofMinutes(1))
              .until(() -> app.status().reasons().toString().contains("do not exist"));
          assertFalse(app.status().isReady());
          String fleet = ask(app, "/api/v1/fleet");
          assertTrue(fleet.contains("do not exist, or this login may not see them"), fleet);
          // The process that knows it must not end: a rule of Prometheus asks it again and again.
          Awaitility.await()
              .during(Duration.ofSeconds(20))
              .atMost(Duration.ofMinutes(1))
              .until(() -> app.status().isAlive() && !app.status().isReady());
          Topics.create(config, TWO_PARTITIONS);
          Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> app.status().isReady());
        });
  }

  /** An alert, a command or a reject would come, and nobody would know before. */
  @Test
  void anInstanceTellsOfEveryTopicThatIsGone(@TempDir Path scratch) throws Exception {
    runInstance(
        scratch,
        (config, session, app) -> {
          for (String topic :
              List.of(
                  config.topics().alerts(),
                  config.topics().rejects(),
                  TopicPolicies.changelog(config.applicationId(), Nodes.HOST_STATE))) {
            session.answer(session.admin().deleteTopics(List.of(topic)).all());
            Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> app.status().reasons().toString().contains(topic));
          }
          String metrics = app.metricsText();
          assertTrue(
              metrics.contains("acswatch_hindered_partitions{reason=\"topic_gone\",} 3.0"),
              metrics);
        });
  }

  @FunctionalInterface
  private interface OfInstance {
    void run(IsolationConfig config, BrokerSession session, IsolationApp app) throws Exception;
  }

  /** With an instance that is ready, on a broker of its own. */
  private static void runInstance(Path scratch, OfInstance test) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker, scratch);
      Topics.create(config, TWO_PARTITIONS);
      try (BrokerSession session = new BrokerSession(config);
          IsolationApp app = IsolationApp.start(config)) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> app.status().isReady());
        test.run(config, session, app);
      }
    }
  }

  private static IsolationConfig config(EmbeddedBroker broker, Path scratch) {
    return IsolationConfig.from(
        Map.of(
            "streams.bootstrap.servers", broker.bootstrapServers(),
            "streams.http.address", "127.0.0.1:0",
            "streams.state.dir", scratch.toString()));
  }

  private static String ask(IsolationApp app, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + app.httpAddress().getPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  private interface Check {
    void of(IsolationConfig config, BrokerSession session, FrameBacklog backlog) throws Exception;
  }

  private void run(Check check) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config =
          IsolationConfig.from(Map.of("streams.bootstrap.servers", broker.bootstrapServers()));
      Topics.create(config, TWO_PARTITIONS);
      try (BrokerSession session = new BrokerSession(config);
          FrameBacklog backlog = backlog(config)) {
        check.of(config, session, backlog);
      }
    }
  }

  private static void assertHindered(Hindrance.Kind kind, int partitions, FrameBacklog.Look look) {
    assertEquals(
        List.of(kind + " " + partitions),
        look.hindrances().stream().map(found -> found.kind() + " " + found.partitions()).toList(),
        look::toString);
  }

  private static void commit(
      BrokerSession session, IsolationConfig config, int partition, long offset) {
    TopicPartition of = new TopicPartition(config.topics().frames(), partition);
    session.answer(
        session
            .admin()
            .alterConsumerGroupOffsets(
                config.applicationId(), Map.of(of, new OffsetAndMetadata(offset)))
            .all());
  }

  private static void assertAge(FrameBacklog backlog, BrokerSession session, long sentMillis) {
    double atLeast = (System.currentTimeMillis() - sentMillis) / 1e3;
    double age = backlog.ask(session).oldestAgeSeconds();
    double atMost = (System.currentTimeMillis() - sentMillis) / 1e3 * TENTH + 1;
    assertTrue(
        age >= atLeast / TENTH - 1 && age <= atMost,
        () -> "age " + age + ", expected " + atLeast + " to " + atMost);
  }

  private FrameBacklog backlog(IsolationConfig config) {
    return new FrameBacklog(
        config, () -> System.currentTimeMillis() + later, () -> own, look -> {});
  }

  /** Returns when the broker took the frame, by its clock, which is ours. */
  private static long send(IsolationConfig config, int partition) throws Exception {
    try (var producer = producer(config, Map.of())) {
      return producer
          .send(new ProducerRecord<>(config.topics().frames(), partition, "h", new byte[1]))
          .get()
          .timestamp();
    }
  }

  private static KafkaProducer<String, byte[]> producer(
      IsolationConfig config, Map<String, Object> further) {
    Map<String, Object> settings = new HashMap<>(further);
    settings.put("bootstrap.servers", config.bootstrapServers());
    return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }
}
