package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Traffic.Item;
import io.acswatch.collector.agent.KafkaClients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Several senders with the collector's settings, each in a thread. As the agent with its spool, one
 * that was killed sends again whatever the brokers have not confirmed.
 */
final class Senders {
  private static final Duration SENDING = Duration.ofSeconds(30);

  private final String bootstrapServers;
  private final String topic;
  private final List<Sender> all = new ArrayList<>();

  Senders(String bootstrapServers, String topic, Traffic traffic) {
    this.bootstrapServers = bootstrapServers;
    this.topic = topic;
    for (int i = 0; i < Traffic.SENDERS; i++) {
      all.add(new Sender(i));
    }
    List<Item> items = traffic.items();
    for (int i = 0; i < items.size(); i++) {
      Sender sender = all.get(items.get(i).sender());
      sender.items.add(items.get(i));
      sender.due.add(traffic.dueMillis(i));
    }
  }

  void start() {
    all.forEach(Thread::start);
  }

  /**
   * As SIGKILL of the process, right after it has sent a frame: what it holds is lost, and so are
   * answers that are under way. Returns how many frames it held; 0 if it had sent all.
   */
  int kill(int number) throws InterruptedException {
    Sender sender = all.get(number);
    sender.held = 0;
    sender.killed = true;
    while (sender.killed && sender.isAlive()) {
      Thread.sleep(20);
    }
    return sender.held;
  }

  /** Waits until all is sent; says what could not be. */
  List<String> await() throws InterruptedException {
    List<String> problems = new ArrayList<>();
    for (Sender sender : all) {
      sender.join();
      if (!sender.problem.isEmpty()) {
        problems.add(sender.getName() + ": " + sender.problem);
      }
    }
    return problems;
  }

  private final class Sender extends Thread {
    private final List<Item> items = new ArrayList<>();
    private final List<Long> due = new ArrayList<>();
    private final Map<Integer, Future<RecordMetadata>> unconfirmed = new HashMap<>();
    private volatile boolean killed;
    private volatile int held;
    private boolean refused;
    private volatile String problem = "";

    Sender(int number) {
      super("sender-" + number);
      setDaemon(true);
    }

    private KafkaProducer<byte[], byte[]> producer() {
      Map<String, Object> settings =
          KafkaClients.producer(bootstrapServers, getName(), SENDING, Map.of());
      settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
      return new KafkaProducer<>(settings);
    }

    @Override
    public void run() {
      long start = System.nanoTime();
      KafkaProducer<byte[], byte[]> producer = producer();
      try {
        int next = 0;
        while (next < items.size() || !unconfirmed.isEmpty()) {
          if (next < items.size()) {
            pause(due.get(next) - (System.nanoTime() - start) / 1_000_000);
            Item item = items.get(next);
            unconfirmed.put(
                next++, producer.send(new ProducerRecord<>(topic, item.key(), item.value())));
          } else {
            pause(20);
          }
          boolean isKilled = killed;
          if (!isKilled) {
            confirm();
          }
          if (isKilled || refused) {
            producer.close(Duration.ZERO);
            producer = producer();
            next = unconfirmed.keySet().stream().mapToInt(i -> i).min().orElse(next);
            if (isKilled) {
              held = unconfirmed.size();
              killed = false;
            }
            refused = false;
            unconfirmed.clear();
          }
        }
      } catch (InterruptedException | RuntimeException failed) {
        problem = failed.toString();
      } finally {
        producer.close(Duration.ofSeconds(1));
      }
    }

    /** What was not taken in time stays in the spool, and is sent again by another producer. */
    private void confirm() throws InterruptedException {
      for (var sent : List.copyOf(unconfirmed.entrySet())) {
        if (sent.getValue().isDone()) {
          try {
            sent.getValue().get();
            unconfirmed.remove(sent.getKey());
          } catch (ExecutionException notTaken) {
            if (notTaken.getCause() instanceof RecordTooLargeException) {
              throw new IllegalStateException(notTaken.getCause());
            }
            refused = true;
          }
        }
      }
    }

    private void pause(long millis) throws InterruptedException {
      if (millis > 0) {
        Thread.sleep(millis);
      }
    }
  }

  static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }
}
