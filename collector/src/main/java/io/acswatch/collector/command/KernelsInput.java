package io.acswatch.collector.command;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.agent.TopicRecords;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.wire.InputException;
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
import org.apache.kafka.common.KafkaException;

/** What the fleet tells of kernels: from {@code kernels --output json}, the API or the topic. */
final class KernelsInput {
  private static final Duration LIMIT = Duration.ofSeconds(10);
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

  /** Of the topic: the last value of each kernel. */
  static List<KernelKnowledge> ofBrokers(CollectorConfig config) throws IOException {
    Map<String, Object> settings = KafkaClients.consumer(config);
    List<KernelKnowledge> kernels = new ArrayList<>();
    try (TopicRecords records =
        new TopicRecords(config.bootstrapServers(), config.topics().kernels(), true, settings)) {
      for (byte[] json : records.lastValues().values()) {
        if (json != null) {
          kernels.add(KernelJson.read(json));
        }
      }
      return kernels;
    } catch (KafkaException refused) {
      throw new CommandFailure(
          BrokerFailure.describe(config.bootstrapServers(), settings, refused), refused);
    }
  }
}
