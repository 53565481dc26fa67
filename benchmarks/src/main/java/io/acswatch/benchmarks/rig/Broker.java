package io.acswatch.benchmarks.rig;

import io.acswatch.collector.agent.TopicRecords;
import io.acswatch.simulate.FrameSender;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * A broker in a JVM of its own, so that its processor time is told apart from that of its clients.
 * All topics have one partition. It ends with this process, however that ends.
 */
public final class Broker implements AutoCloseable {
  private static final String HEAP = "-Xmx1g";
  private static final Duration STOPPING = Duration.ofSeconds(20);

  private final Process process;
  private final String bootstrapServers;
  private final Admin admin;

  private Broker(Process process, String bootstrapServers) {
    this.process = process;
    this.bootstrapServers = bootstrapServers;
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
  }

  /** Starts one with an empty log, deleted when it ends; standard error says why it does not. */
  public static Broker start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-") || flag.startsWith("--enable-native"))
        .forEach(command::add);
    command.addAll(List.of(HEAP, "-XX:+UseG1GC", "-cp", System.getProperty("java.class.path")));
    command.add(BrokerMain.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first = out.readLine();
    if (first == null) {
      process.destroy();
      throw new IOException("the broker did not start: " + String.join(" ", command));
    }
    return new Broker(process, first);
  }

  /** Processor time it has used, in ticks of a hundredth of a second. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  public IsolationConfig settings(TopicNames topics, String applicationId, Path stateDirectory) {
    return IsolationConfig.from(
        Map.of(
            "streams.bootstrap.servers",
            bootstrapServers,
            "streams.topic.prefix",
            topics.prefix(),
            "streams.application.id",
            applicationId,
            "streams.http.address",
            "127.0.0.1:0",
            "streams.state.dir",
            stateDirectory.toString()));
  }

  public void createTopics(TopicNames topics) {
    Topics.create(
        settings(topics, "bench", Path.of(".")),
        new Topics.Layout(Optional.of(1), Optional.of((short) 1)));
  }

  /** A sender that makes each record a batch of its own: in a fleet each host sends by itself. */
  public FrameSender sender(String topic) {
    return new FrameSender(bootstrapServers, topic, Map.of(ProducerConfig.BATCH_SIZE_CONFIG, "0"));
  }

  public TopicRecords records(String topic, Map<String, Object> further) {
    Map<String, Object> settings = new HashMap<>(further);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
    return new TopicRecords(bootstrapServers, topic, true, settings);
  }

  private static TopicPartition only(String topic) {
    return new TopicPartition(topic, 0);
  }

  /** Records of a topic that a group is through with; 0 before its first commit. */
  public long committed(String group, String topic) throws IOException {
    try {
      OffsetAndMetadata offset =
          answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
              .get(only(topic));
      return offset == null ? 0 : offset.offset();
    } catch (IOException refused) {
      if (refused.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw refused;
    }
  }

  public void delete(String topic) throws IOException {
    answer(admin.deleteTopics(List.of(topic)).all());
  }

  /** Bytes of a topic in the log: batches as they came and as they are fetched. */
  public long logBytes(String topic) throws IOException {
    int id = answer(admin.describeCluster().nodes()).iterator().next().id();
    return answer(admin.describeLogDirs(List.of(id)).allDescriptions()).get(id).values().stream()
        .map(directory -> directory.replicaInfos().get(only(topic)))
        .filter(replica -> replica != null)
        .mapToLong(replica -> replica.size())
        .sum();
  }

  public long end(String topic) throws IOException {
    return answer(admin.listOffsets(Map.of(only(topic), OffsetSpec.latest())).all())
        .get(only(topic))
        .offset();
  }

  public Map<String, byte[]> lastValues(String topic) {
    try (TopicRecords records = records(topic, Map.of())) {
      return records.lastValues();
    }
  }

  private static <T> T answer(KafkaFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      throw new IOException("the broker refused: " + cause.getMessage(), cause);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while waiting for the broker", stopped);
    }
  }

  @Override
  public void close() throws IOException {
    admin.close(Duration.ofSeconds(5));
    process.getOutputStream().close();
    try {
      if (!process.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException impatient) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
