package io.acswatch.benchmarks.rig;

import io.acswatch.cli.CommandFailure;
import io.acswatch.collector.agent.ProducerSettings;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Puts the records of scenarios into topics, with the collector's producer settings. */
public final class Fill {
  private static final double WARM_UP = 0.25;
  private static final Duration SENDING = Duration.ofMinutes(2);

  private final Broker broker;
  private final Size size;

  /**
   * How much there is.
   *
   * @param hosts number of hosts
   * @param functions of each host
   * @param sweeps snapshots of each host; the first makes it known
   * @param partitions of the frames topic
   * @param batchBytes of the producer; 0 gives every record a batch of its own, as a fleet does,
   *     where each host sends for itself
   * @param seed decides the hosts
   */
  public record Size(
      int hosts, int functions, int sweeps, int partitions, int batchBytes, long seed) {}

  public Fill(Broker broker, Size size) {
    this.broker = broker;
    this.size = size;
  }

  /** Fills the topic of a scenario. */
  public Lane fill(Scenario scenario) throws IOException {
    TopicNames topics = new TopicNames("bench-" + scenario);
    createTopics(topics);
    return frames(scenario, topics);
  }

  /** Creates the topics of a prefix. */
  public void createTopics(TopicNames topics) throws IOException {
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers", broker.bootstrapServers(),
                "streams.topic.prefix", topics.prefix()));
    try {
      Topics.create(
          config, new Topics.Layout(Optional.of(size.partitions()), Optional.of((short) 1)));
    } catch (CommandFailure refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  private Lane frames(Scenario scenario, TopicNames topics) throws IOException {
    List<HostLoad> hosts = new ArrayList<>(size.hosts());
    for (int i = 0; i < size.hosts(); i++) {
      hosts.add(new HostLoad(LoadHost.of(size.seed(), i, size.functions()), scenario));
    }
    try (Sender sender = new Sender(topics.frames())) {
      for (int sweep = 0; sweep < size.sweeps(); sweep++) {
        for (HostLoad host : hosts) {
          sender.send(host.host(), host.record(sweep));
        }
      }
      sender.finish();
      double functions = hosts.stream().mapToInt(HostLoad::functions).average().orElse(0);
      return lane(scenario, topics, sender, functions);
    }
  }

  private Lane lane(Scenario scenario, TopicNames topics, Sender sender, double functions)
      throws IOException {
    long records = sender.records;
    return new Lane(
        scenario,
        topics,
        size.partitions(),
        records,
        Math.min(records - 1, Math.max(size.hosts(), (long) (records * WARM_UP))),
        functions,
        (double) sender.bytes / records,
        (double) broker.logBytes(topics.frames()) / records);
  }

  /** Sends and counts. */
  public final class Sender implements AutoCloseable {
    private final KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            ProducerSettings.of(
                broker.bootstrapServers(),
                "bench-fill",
                SENDING,
                Map.of(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(size.batchBytes()))));
    private final String topic;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long records;
    private long bytes;

    public Sender(String topic) {
      this.topic = topic;
    }

    /** The value is copied before this returns. */
    public void send(String key, byte[] value) throws IOException {
      send(key, value, millis -> {});
    }

    /** The same; {@code appended} is told when the broker took it, by the broker's clock. */
    public void send(String key, byte[] value, LongConsumer appended) throws IOException {
      producer.send(
          new ProducerRecord<>(topic, key, value),
          (metadata, problem) -> {
            if (problem == null) {
              appended.accept(metadata.timestamp());
            } else {
              failure.compareAndSet(null, problem);
            }
          });
      records++;
      bytes += value.length;
      refuseFailure();
    }

    public void finish() throws IOException {
      producer.flush();
      refuseFailure();
    }

    private void refuseFailure() throws IOException {
      Exception problem = failure.get();
      if (problem != null) {
        throw new IOException("topic " + topic + ": " + problem.getMessage(), problem);
      }
    }

    @Override
    public void close() {
      producer.close();
    }
  }
}
