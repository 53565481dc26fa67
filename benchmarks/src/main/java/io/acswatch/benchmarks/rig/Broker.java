package io.acswatch.benchmarks.rig;

import io.acswatch.cli.CommandFailure;
import io.acswatch.simulate.FrameSender;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What a benchmark asks of the broker besides sending and reading. */
public final class Broker implements AutoCloseable {
  private final BrokerProcess process;
  private final Admin admin;

  private Broker(BrokerProcess process) {
    this.process = process;
    admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, process.bootstrapServers()));
  }

  /** Starts a broker in a JVM of its own. */
  public static Broker start() throws IOException {
    return new Broker(BrokerProcess.start());
  }

  /** The value of {@code bootstrap.servers} for its clients. */
  public String bootstrapServers() {
    return process.bootstrapServers();
  }

  /** Processor time of the broker. */
  public Duration cpu() {
    return process.cpu();
  }

  /** Records of a topic that a group is through with; 0 before its first commit. */
  public long committed(String group, String topic) throws IOException {
    Map<TopicPartition, OffsetAndMetadata> offsets;
    try {
      offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw failure(failed.getCause());
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
    return offsets.entrySet().stream()
        .filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null)
        .mapToLong(entry -> entry.getValue().offset())
        .sum();
  }

  /** Creates the application's topics, with one partition each. */
  public void createTopics(TopicNames topics) throws IOException {
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers", bootstrapServers(),
                "streams.topic.prefix", topics.prefix()));
    try {
      Topics.create(config, new Topics.Layout(Optional.of(1), Optional.of((short) 1)));
    } catch (CommandFailure refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  /**
   * A sender that makes each record a batch of its own, as in a fleet each host sends by itself.
   */
  public FrameSender sender(String topic) {
    return new FrameSender(
        bootstrapServers(), topic, Map.of(ProducerConfig.BATCH_SIZE_CONFIG, "0"));
  }

  /** Deletes topics; one that is not there is as good. */
  public void delete(Collection<String> topics) throws IOException {
    try {
      admin.deleteTopics(topics).all().get();
    } catch (ExecutionException failed) {
      if (!(failed.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw failure(failed.getCause());
      }
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  /** Bytes of a topic in the log: batches as they came and as they are fetched. */
  public long logBytes(String topic) throws IOException {
    int id = answer(admin.describeCluster().nodes()).iterator().next().id();
    return answer(admin.describeLogDirs(List.of(id)).allDescriptions()).get(id).values().stream()
        .flatMap(directory -> directory.replicaInfos().entrySet().stream())
        .filter(replica -> replica.getKey().topic().equals(topic))
        .mapToLong(replica -> replica.getValue().size())
        .sum();
  }

  /** Where the only partition of a topic ends. */
  public long end(String topic) throws IOException {
    TopicPartition only = new TopicPartition(topic, 0);
    return answer(admin.listOffsets(Map.of(only, OffsetSpec.latest())).all()).get(only).offset();
  }

  /** The last value of each key of a topic, committed ones only; keys without value left out. */
  public Map<String, byte[]> lastValues(String topic) throws IOException {
    TopicPartition only = new TopicPartition(topic, 0);
    long end = end(topic);
    Map<String, byte[]> values = new HashMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                8 << 20),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(only));
      consumer.seekToBeginning(List.of(only));
      while (consumer.position(only) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.value() == null) {
            values.remove(record.key());
          } else {
            values.put(record.key(), record.value());
          }
        }
      }
    }
    return values;
  }

  private static <T> T answer(KafkaFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      throw failure(failed.getCause());
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static IOException failure(Throwable cause) {
    return new IOException("the broker refused: " + cause.getMessage(), cause);
  }

  private static IOException interrupted(InterruptedException stopped) {
    Thread.currentThread().interrupt();
    return new IOException("stopped while waiting for the broker", stopped);
  }

  @Override
  public void close() throws IOException {
    admin.close(Duration.ofSeconds(5));
    process.close();
  }
}
