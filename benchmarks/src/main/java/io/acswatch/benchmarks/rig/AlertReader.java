package io.acswatch.benchmarks.rig;

import io.acswatch.cli.DaemonThread;
import io.acswatch.collector.agent.TopicRecords;
import io.acswatch.wire.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads committed alerts as any consumer does, and notes when the first of each host came. */
public final class AlertReader implements AutoCloseable {
  /** What must come of a lost bit. */
  private static final String CODE = "\"GROUP_MERGED_CROSS_VM\"";

  private static final Duration POLL = Duration.ofMillis(10);

  private final Map<String, Long> read = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  public AlertReader(Broker broker, TopicNames topics) {
    DaemonThread.start("alert-reader", () -> readAll(broker, topics));
  }

  private void readAll(Broker broker, TopicNames topics) {
    try (TopicRecords records = broker.records(topics.alerts(), Map.of())) {
      while (!stopping) {
        for (ConsumerRecord<String, byte[]> alert : records.poll(POLL)) {
          if (new String(alert.value(), StandardCharsets.UTF_8).contains(CODE)) {
            read.putIfAbsent(alert.key(), System.currentTimeMillis());
          }
        }
      }
    }
  }

  /** Milliseconds since 1970 at which the first alert of each host came; it goes on. */
  public Map<String, Long> read() {
    return read;
  }

  /** Waits for alerts of these hosts; false if some have not come in this time. */
  public boolean await(Collection<String> hosts, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!read.keySet().containsAll(hosts)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(POLL.toMillis());
    }
    return true;
  }

  @Override
  public void close() {
    stopping = true;
  }
}
