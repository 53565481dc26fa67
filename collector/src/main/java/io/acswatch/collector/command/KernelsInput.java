package io.acswatch.collector.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.wire.InputException;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.KernelJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads what the fleet tells of kernels: from a file as {@code kernels --output json} prints it,
 * from the streams application's API, or from the topic.
 */
final class KernelsInput {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String API = "/api/v1/kernels";

  private KernelsInput() {}

  /** Of a file, or of an address that begins with {@code http}. */
  static List<KernelKnowledge> of(String fileOrUrl) throws IOException {
    return fileOrUrl.startsWith("http://") || fileOrUrl.startsWith("https://")
        ? ofUrl(fileOrUrl)
        : ofText(Files.readString(Path.of(fileOrUrl)));
  }

  private static List<KernelKnowledge> ofText(String text) throws InputException {
    List<KernelKnowledge> kernels = new ArrayList<>();
    for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
      kernels.add(KernelJson.read(line.getBytes(StandardCharsets.UTF_8)));
    }
    return kernels;
  }

  private static List<KernelKnowledge> ofUrl(String url) throws IOException {
    String whole =
        url.endsWith("/kernels") || url.contains("?") ? url : url.replaceAll("/+$", "") + API;
    try {
      HttpResponse<byte[]> answer =
          HttpClient.newBuilder()
              .connectTimeout(LIMIT)
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create(whole)).timeout(LIMIT).build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException(whole + " answers " + answer.statusCode());
      }
      return KernelJson.readList(answer.body());
    } catch (IllegalArgumentException malformed) {
      throw CommandFailure.wrongUsage("--kernels " + url + ": " + malformed.getMessage());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while asking " + whole, stopped);
    }
  }

  /** Of the topic at these brokers: the last value of each kernel. */
  static List<KernelKnowledge> ofBrokers(String servers, TopicNames topics) throws IOException {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            servers,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            Math.toIntExact(LIMIT.toMillis()));
    Map<String, byte[]> values = new TreeMap<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topics.kernels()).stream()
              .map(partition -> new TopicPartition(topics.kernels(), partition.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new KafkaException("it does not exist");
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
        consumer.poll(POLL).forEach(record -> values.put(record.key(), record.value()));
      }
    } catch (KafkaException refused) {
      Throwable reason = refused.getCause() == null ? refused : refused.getCause();
      throw new IOException(
          "topic %s at %s: %s".formatted(topics.kernels(), servers, reason.getMessage()), refused);
    }
    List<KernelKnowledge> kernels = new ArrayList<>();
    for (byte[] json : values.values()) {
      if (json != null) {
        kernels.add(KernelJson.read(json));
      }
    }
    return kernels;
  }
}
