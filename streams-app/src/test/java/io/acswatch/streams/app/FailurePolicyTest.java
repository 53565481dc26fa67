package io.acswatch.streams.app;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.RocksDBException;

class FailurePolicyTest {
  private long now;
  private boolean comesBack;
  private final FailurePolicy policy = new FailurePolicy(1, () -> now, () -> comesBack);

  static Stream<Throwable> healed() {
    return Stream.of(
        new DisconnectException("gone"),
        new TimeoutException("late"),
        new KafkaStorageException("disk full"),
        new UnknownServerException("disk full"),
        new InvalidReplicationFactorException("only 2 brokers are registered"),
        new InvalidTxnStateException("stopped for long"),
        new ProducerFencedException("stopped for long"),
        new InvalidProducerEpochException("stopped for long"),
        new NotEnoughReplicasException("below min.insync.replicas"),
        new TaskMigratedException("another instance has it"),
        new OutOfOrderSequenceException("lost"),
        new CommitFailedException("left the group"),
        new StreamsException(
            "taken away", new NoOffsetForPartitionException(new TopicPartition("causes", 2))),
        new TaskCorruptedException(Set.of(new TaskId(0, 1))),
        new KafkaException("cannot go on: in an error state", ofClient()));
  }

  static Stream<Throwable> notHealed() {
    return Stream.of(
        new IllegalStateException("ours"),
        new TopicAuthorizationException("no"),
        new RecordTooLargeException("a size check is missing"),
        new MissingSourceTopicException("the frames topic is gone"),
        new ProcessorStateException("store", new RocksDBException("No space left on device")),
        new StackOverflowError(),
        new OutOfMemoryError(),
        new StreamsException("Error by", new KafkaException(new OutOfMemoryError())));
  }

  @ParameterizedTest
  @MethodSource("healed")
  void replacesAThreadForWhatNewClientsHeal(Throwable failure) {
    assertEquals(REPLACE_THREAD, policy.handle(new StreamsException("in a task", failure)));
  }

  @ParameterizedTest
  @MethodSource("notHealed")
  void stopsAtWhatWouldComeAgain(Throwable failure) {
    assertEquals(SHUTDOWN_CLIENT, policy.handle(failure));
  }

  /** However often: the topic may be away for a night, and nothing else says so. */
  @Test
  void waitsForATopicThatIsGone() {
    comesBack = true;
    for (int i = 0; i <= FailurePolicy.MAX_REPLACED; i++) {
      assertEquals(REPLACE_THREAD, policy.handle(new MissingSourceTopicException("gone")));
    }
    comesBack = false; // the application is closed
    assertEquals(SHUTDOWN_CLIENT, policy.handle(new MissingSourceTopicException("gone")));
  }

  @Test
  void stopsWithTheReasonWhenThreadsDieAgainAndAgain() {
    StreamsException failure = new StreamsException(new InvalidTxnStateException("no such state"));
    for (int i = 0; i < 100; i++) {
      now += Duration.ofMinutes(2).toNanos();
      assertEquals(REPLACE_THREAD, policy.handle(failure), "slowly");
    }
    now += Duration.ofHours(1).toNanos();
    for (int i = 0; i < FailurePolicy.MAX_REPLACED; i++) {
      assertEquals(REPLACE_THREAD, policy.handle(failure));
    }
    assertEquals(SHUTDOWN_CLIENT, policy.handle(failure));
    String reason = policy.lastFailure();
    assertTrue(
        reason.contains("died within 10 minutes") && reason.contains("no such state"), reason);
  }

  /** Kafka's words of the state directory end in a cause that says nothing of what to do. */
  @Test
  void saysWhatToDoAboutTheStateDirectory() {
    IOException refused = new IOException("/s/damaged: Not a directory");
    String ours = "store /s/0_0 cannot be moved; delete it and start again";

    assertEquals(
        "ProcessorStateException: " + ours,
        reason(new StreamsException(new ProcessorStateException(ours, refused))));
    String hint =
        "; mend the disk, or delete the state directory, and start again: all of it is in Kafka";
    assertEquals(
        "IOException: /s/damaged: Not a directory" + hint,
        reason(new ProcessorStateException("cannot open", refused)));
    assertEquals(
        "ProcessorStateException: /s/0_0 is a file" + hint,
        reason(new ProcessorStateException("/s/0_0 is a file")));
    assertEquals(
        "IllegalStateException: ours",
        reason(new ProcessorStateException("flush", new IllegalStateException("ours"))));
  }

  private String reason(Throwable failure) {
    policy.handle(failure);
    return policy.lastFailure();
  }

  /** A real one: a producer without transactions that is asked to begin one. */
  private static IllegalStateException ofClient() {
    Map<String, Object> settings = Map.of("bootstrap.servers", "127.0.0.1:1");
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.beginTransaction();
    } catch (IllegalStateException refused) {
      return refused;
    }
    throw new AssertionError("began");
  }
}
