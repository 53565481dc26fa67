package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads every byte of every record and does nothing else; in no group, commits nothing. */
final class PlainConsumer implements Contender {
  static final String LABEL = "consumer";

  private static final Duration POLL = Duration.ofMillis(100);

  private final Broker broker;

  PlainConsumer(Broker broker) {
    this.broker = broker;
  }

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public Running start(Lane lane, String run) {
    return new Reading(lane);
  }

  private final class Reading implements Running {
    private final Lane lane;
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::read, "plain-consumer");
    private volatile boolean stopping;
    private volatile long sum;

    Reading(Lane lane) {
      this.lane = lane;
      thread.start();
    }

    private void read() {
      Map<String, Object> settings =
          Map.of(
              ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
              broker.bootstrapServers(),
              ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
              "earliest",
              ConsumerConfig.ISOLATION_LEVEL_CONFIG,
              "read_committed",
              ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
              2_000,
              ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
              128 << 10,
              ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
              50,
              ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
              8 << 20);
      try (var consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        List<TopicPartition> partitions = List.of(new TopicPartition(lane.topics().frames(), 0));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        while (!stopping) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            sum += sum(record.value());
            done.incrementAndGet();
          }
        }
      } catch (RuntimeException failed) {
        failure.set(failed);
      }
    }

    private static long sum(byte[] bytes) {
      long sum = 0;
      for (byte b : bytes) {
        sum += b;
      }
      return sum;
    }

    @Override
    public long done() throws IOException {
      RuntimeException failed = failure.get();
      if (failed != null) {
        throw new IOException("the plain consumer: " + failed.getMessage(), failed);
      }
      return done.get();
    }

    @Override
    public void close() {
      stopping = true;
      try {
        thread.join();
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
