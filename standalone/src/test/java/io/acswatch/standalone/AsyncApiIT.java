package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code docs/asyncapi.yaml} says of the topics what a broker says of them. */
class AsyncApiIT {
  private static final Path DOCUMENT = Path.of("..", "docs", "asyncapi.yaml");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOST = "rack7-host12";
  private static final String OTHER = "rack7-host13";

  @TempDir Path scratch;

  private static JsonNode document() throws IOException {
    Object yaml =
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(DOCUMENT));
    return JSON.valueToTree(yaml);
  }

  @Test
  void isAnAsyncApiDocument() throws Exception {
    Path schema =
        NodeModules.directory()
            .resolve("node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json");
    assertEquals(
        List.of(),
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
            .getSchema(Files.readString(schema))
            .validate(document().toString(), InputFormat.JSON));
  }

  @Test
  void everyReferenceLeadsSomewhere() throws IOException {
    JsonNode document = document();
    List<String> references = document.findValuesAsText("$ref");
    assertTrue(references.size() > 10, references::toString);
    for (String reference : references) {
      boolean found =
          reference.startsWith("#")
              ? !document.at(reference.substring(1)).isMissingNode()
              : Files.exists(DOCUMENT.resolveSibling(reference));
      assertTrue(found, reference);
    }
  }

  @Test
  void describesTheTopicsAndTheirRecordsAsTheyAre() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config =
          IsolationConfig.from(
              Map.of(
                  "streams.bootstrap.servers", broker.bootstrapServers(),
                  "streams.http.address", "127.0.0.1:0",
                  "streams.state.dir", scratch.toString()));
      Topics.create(config, Topics.Layout.DEFAULT);
      JsonNode document = document();
      assertEquals(topicsOf(broker), topicsIn(document));
      try (IsolationApp app = IsolationApp.start(config)) {
        send(config, FrameWriter.write(Recordings.capture("kexec-001-before", HOST)));
        send(config, "no frame".getBytes(StandardCharsets.UTF_8));
        send(config, FrameWriter.write(Recordings.capture("kexec-001-after", HOST)));
        // A second host of the same kind with the same cause: an incident.
        send(config, OTHER, FrameWriter.write(Recordings.capture("kexec-001-before", OTHER)));
        send(config, OTHER, FrameWriter.write(Recordings.capture("kexec-001-after", OTHER)));
        for (String channel :
            List.of("alerts", "alert-state", "groups", "incidents", "kernels", "rejects")) {
          String topic = TopicNames.DEFAULT_PREFIX + "." + channel;
          List<ConsumerRecord<String, String>> records = new ArrayList<>();
          Awaitility.await()
              .atMost(LIMIT)
              .until(
                  () -> {
                    records.clear();
                    records.addAll(records(broker, topic));
                    return !records.isEmpty();
                  });
          records.forEach(record -> assertDescribed(document, channel, record));
        }
        assertTrue(app.status().isAlive());
      }
    }
  }

  /** Partitions and all settings that are not the broker's own, by topic. */
  private static Map<String, Map<String, String>> topicsOf(EmbeddedBroker broker) throws Exception {
    Map<String, Map<String, String>> topics = new TreeMap<>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      for (String topic : admin.listTopics().names().get()) {
        Map<String, String> described = new TreeMap<>();
        int partitions =
            admin
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
        described.put("partitions", Integer.toString(partitions));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        for (ConfigEntry entry :
            admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
          if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
            described.put(entry.name(), entry.value());
          }
        }
        topics.put(topic, described);
      }
    }
    return topics;
  }

  private static Map<String, Map<String, String>> topicsIn(JsonNode document) {
    Map<String, Map<String, String>> topics = new TreeMap<>();
    document
        .get("channels")
        .forEach(
            channel -> {
              JsonNode kafka = channel.at("/bindings/kafka");
              assertEquals(channel.get("address"), kafka.get("topic"));
              Map<String, String> described = new TreeMap<>();
              described.put("partitions", kafka.get("partitions").asText());
              kafka
                  .get("topicConfiguration")
                  .properties()
                  .forEach(setting -> described.put(setting.getKey(), text(setting.getValue())));
              topics.put(channel.get("address").asText(), described);
            });
    return topics;
  }

  private static String text(JsonNode value) {
    return value.isArray() ? value.get(0).asText() : value.asText();
  }

  private static void assertDescribed(
      JsonNode document, String channel, ConsumerRecord<String, String> record) {
    String name =
        document.at("/channels/" + channel + "/messages").elements().next().get("$ref").asText();
    JsonNode message = document.at(name.substring(1));
    assertFulfils(document, message.at("/bindings/kafka/key"), JSON.valueToTree(record.key()));
    ObjectNode headers = JSON.createObjectNode();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    if (message.has("headers")) {
      assertFulfils(document, message.get("headers"), headers);
      Set<String> known = new HashSet<>();
      resolve(document, message.get("headers"))
          .get("properties")
          .fieldNames()
          .forEachRemaining(known::add);
      Set<String> undescribed = new TreeSet<>();
      headers.fieldNames().forEachRemaining(undescribed::add);
      undescribed.removeAll(known);
      assertEquals(Set.of(), undescribed, channel);
    }
    JsonNode payload = message.at("/payload/schema/$ref");
    if (!payload.isMissingNode()) {
      assertFulfils(file(payload.asText()), record.value());
    }
  }

  private static JsonNode resolve(JsonNode document, JsonNode schema) {
    return schema.has("$ref") ? document.at(schema.get("$ref").asText().substring(1)) : schema;
  }

  private static JsonNode file(String reference) {
    try {
      return JSON.readTree(DOCUMENT.resolveSibling(reference).toFile());
    } catch (IOException unreadable) {
      throw new AssertionError(reference, unreadable);
    }
  }

  private static void assertFulfils(JsonNode document, JsonNode schema, JsonNode value) {
    assertFalse(schema.isMissingNode());
    assertEquals(
        List.of(),
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
            .getSchema(resolve(document, schema).toString())
            .validate(value.toString(), InputFormat.JSON),
        value::toString);
  }

  private static void assertFulfils(JsonNode schema, String json) {
    assertEquals(
        List.of(),
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(schema.toString())
            .validate(json, InputFormat.JSON),
        json);
  }

  private static void send(IsolationConfig config, byte[] frame) throws Exception {
    send(config, HOST, frame);
  }

  private static void send(IsolationConfig config, String host, byte[] frame) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", config.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(config.topics().frames(), host, frame)).get();
    }
  }

  private static List<ConsumerRecord<String, String>> records(EmbeddedBroker broker, String topic) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }
}
