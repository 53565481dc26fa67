package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.collector.agent.TopicRecords;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The other rival: reads every byte of every record, does nothing else and commits nothing. */
final class PlainConsumer implements Contender {
  static final String LABEL = "consumer";

  private static final Duration POLL = Duration.ofMillis(100);

  private final Broker broker;

  PlainConsumer(Broker broker) {
    this.broker = broker;
  }

  @Override
  public Running start(Lane lane, String run) {
    Reading reading = new Reading(lane);
    new Thread(reading.task, "plain-consumer").start();
    return reading;
  }

  private final class Reading implements Running {
    private final AtomicLong done = new AtomicLong();
    private final FutureTask<Long> task;
    private volatile boolean stopping;

    Reading(Lane lane) {
      task = new FutureTask<>(() -> read(lane));
    }

    /** The sum of all bytes, so that each is looked at. */
    private long read(Lane lane) {
      long sum = 0;
      try (TopicRecords records =
          broker.records(
              lane.topics().frames(),
              Map.of(
                  ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000,
                  ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 128 << 10,
                  ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50))) {
        while (!stopping) {
          for (ConsumerRecord<String, byte[]> record : records.poll(POLL)) {
            sum += sum(record.value());
            done.incrementAndGet();
          }
        }
      }
      return sum;
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
      if (task.isDone()) {
        close();
      }
      return done.get();
    }

    @Override
    public void close() throws IOException {
      stopping = true;
      try {
        task.get();
      } catch (ExecutionException failed) {
        throw new IOException("the plain consumer: " + failed.getCause().getMessage(), failed);
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
