package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;

import io.acswatch.standalone.SecuredBroker.Login;
import io.acswatch.streams.topology.HostRequest;
import io.acswatch.streams.topology.Rejects;
import io.acswatch.streams.topology.TrustedKeys;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What the users of a secured broker try to do, each by a client of its own, and what comes of it.
 * Trusts keys of some hosts when it is made: a streams application that starts later knows them
 * with its first frame.
 */
final class Roles implements AutoCloseable {
  private static final String APPLICATION = "acswatch-streams";

  /** Says what came of it; what the broker refuses is thrown. */
  @FunctionalInterface
  interface Attempt {
    String by(Roles roles, String user) throws Exception;
  }

  private final SecuredBroker broker;
  private final Login login;
  private final KeyPair trusted;
  private final KeyPair other;
  private final KafkaConsumer<String, byte[]> seen;
  private final Set<String> judged = new HashSet<>();
  private final Map<String, String> refused = new HashMap<>();
  private int hosts;

  Roles(SecuredBroker broker, Login login) throws Exception {
    this.broker = broker;
    this.login = login;
    KeyPairGenerator pairs = KeyPairGenerator.getInstance("Ed25519");
    trusted = pairs.generateKeyPair();
    other = pairs.generateKeyPair();
    byte[] keys = new TrustedKeys(List.of(FrameSignature.text(trusted.getPublic()))).json();
    for (int host = 0; host < 40; host++) {
      send("admin", "host-keys", host(host), keys, null);
    }
    seen = consumer("admin", "unused");
    seen.assign(Stream.concat(partitions("groups"), partitions("rejects")).toList());
    seen.seekToBeginning(seen.assignment());
  }

  /** What comes of an attempt: a word of its own, or {@code refused} where the broker says so. */
  String tryTo(Attempt attempt, String user) throws Exception {
    try {
      return attempt.by(this, user);
    } catch (Exception failed) {
      for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
        if (cause instanceof AuthorizationException) {
          return "refused";
        }
      }
      throw new AssertionError(user + ": " + failed, failed);
    }
  }

  private String host(int number) {
    return login + "-host" + number;
  }

  String unknownHost(String user) throws Exception {
    String host = login + "-unknown-" + user;
    return fate(send(user, "frames", host, frame(host), null), host);
  }

  String ownFrame(String user) throws Exception {
    String host = host(hosts++);
    return fate(send(user, "frames", host, frame(host), sign(trusted, host)), host);
  }

  String unsigned(String user) throws Exception {
    String host = host(hosts++);
    return fate(send(user, "frames", host, frame(host), null), host);
  }

  String foreign(String user) throws Exception {
    String host = host(hosts++);
    return fate(send(user, "frames", host, frame(host), sign(other, host)), host);
  }

  String borrowed(String user) throws Exception {
    String host = host(hosts++);
    String own = login + "-own-" + user;
    return fate(send(user, "frames", own, frame(host), sign(trusted, host)), own);
  }

  private static byte[] frame(String host) throws Exception {
    return FrameWriter.write(Recordings.capture("kexec-001-before", host));
  }

  private static byte[] sign(KeyPair pair, String host) throws Exception {
    return FrameSignature.sign(pair, host.getBytes(StandardCharsets.UTF_8), frame(host));
  }

  /** Waits until the application has judged a frame, or refused it. */
  private String fate(RecordMetadata sent, String host) {
    String place = sent.partition() + "@" + sent.offset();
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () -> {
              seen.poll(Duration.ofMillis(100)).forEach(this::note);
              return judged.contains(host) || refused.containsKey(place);
            });
    return judged.contains(host) ? "yes" : "`" + refused.get(place) + "`";
  }

  private void note(ConsumerRecord<String, byte[]> record) {
    if (record.topic().endsWith(".groups")) {
      judged.add(record.key());
    } else if (text(record, Rejects.TOPIC).endsWith(".frames")) {
      refused.put(
          text(record, Rejects.PARTITION) + "@" + text(record, Rejects.RECORD_OFFSET),
          text(record, Rejects.REASON));
    }
  }

  private static String text(ConsumerRecord<String, byte[]> record, String header) {
    Header found = record.headers().lastHeader(header);
    return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
  }

  String read(String user, String topic) {
    try (var consumer = consumer(user, "unused")) {
      List<TopicPartition> partitions =
          consumer.partitionsFor("acswatch." + topic).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      // Who may not read hears so of the first fetch; an empty topic is fetched all the same.
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                consumer.poll(Duration.ofSeconds(1));
                return partitions.stream().allMatch(p -> consumer.position(p) >= end.get(p));
              });
      return "yes";
    }
  }

  String describe(String user, String topic) throws Exception {
    return asAdmin(
        user, admin -> admin.describeTopics(List.of("acswatch." + topic)).allTopicNames());
  }

  /** Something harmless, as such a record would look. */
  String write(String user, String topic) throws Exception {
    byte[] value =
        switch (topic) {
          case "commands" -> new HostRequest("tried").json();
          case "host-keys", "alert-state" -> null;
          default -> new byte[] {1};
        };
    send(user, topic, login + "-nothing", value, null);
    return "yes";
  }

  String changelog(String user) throws Exception {
    try (var producer = producer(user, Map.of())) {
      producer.send(new ProducerRecord<>(APPLICATION + "-host-state-changelog", "x", null)).get();
    }
    return "yes";
  }

  String fence(String user) {
    try (var producer = producer(user, Map.of("transactional.id", APPLICATION + "-tried"))) {
      producer.initTransactions();
    }
    return "yes";
  }

  String join(String user) {
    return join(user, APPLICATION, "acswatch.frames");
  }

  String follow(String user) {
    return join(user, "acswatch-consumer-tried", "acswatch.alerts");
  }

  private String join(String user, String group, String topic) {
    try (var consumer = consumer(user, group)) {
      consumer.subscribe(List.of(topic));
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200));
                return !consumer.assignment().isEmpty();
              });
    }
    return "yes";
  }

  String moveOffsets(String user) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> to =
        Map.of(new TopicPartition("acswatch.frames", 0), new OffsetAndMetadata(0));
    return asAdmin(user, admin -> admin.alterConsumerGroupOffsets(APPLICATION, to).all());
  }

  String deleteRecords(String user) throws Exception {
    Map<TopicPartition, RecordsToDelete> none =
        Map.of(new TopicPartition("acswatch.frames", 0), RecordsToDelete.beforeOffset(0));
    return asAdmin(user, admin -> admin.deleteRecords(none).all());
  }

  String deleteTopic(String user) throws Exception {
    return asAdmin(user, admin -> admin.deleteTopics(List.of("acswatch.kernels")).all());
  }

  /** Of one that is not there, the broker tells whoever may describe it. */
  String deleteChangelog(String user) throws Exception {
    String changelog = APPLICATION + "-" + login + "-" + user;
    asAdmin(
        "admin", admin -> admin.createTopics(List.of(new NewTopic(changelog, 1, (short) 1))).all());
    return asAdmin(user, admin -> admin.deleteTopics(List.of(changelog)).all());
  }

  String alterTopic(String user) throws Exception {
    ConfigResource frames = new ConfigResource(ConfigResource.Type.TOPIC, "acswatch.frames");
    AlterConfigOp shorter =
        new AlterConfigOp(new ConfigEntry("retention.ms", "1"), AlterConfigOp.OpType.SET);
    return asAdmin(
        user, admin -> admin.incrementalAlterConfigs(Map.of(frames, List.of(shorter))).all());
  }

  String grant(String user) throws Exception {
    AclBinding all =
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, "*", PatternType.LITERAL),
            new AccessControlEntry("User:" + user, "*", AclOperation.ALL, AclPermissionType.ALLOW));
    return asAdmin(user, admin -> admin.createAcls(List.of(all)).all());
  }

  private interface Request {
    KafkaFuture<?> to(Admin admin);
  }

  private String asAdmin(String user, Request request) throws Exception {
    try (Admin admin = Admin.create(broker.client(login, user))) {
      request.to(admin).get();
    }
    return "yes";
  }

  private RecordMetadata send(
      String user, String topic, String key, byte @Nullable [] value, byte @Nullable [] signature)
      throws Exception {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>("acswatch." + topic, key, value);
    if (signature != null) {
      record.headers().add(FrameSignature.HEADER, signature);
    }
    try (var producer = producer(user, Map.of())) {
      return producer.send(record).get();
    }
  }

  private KafkaProducer<String, byte[]> producer(String user, Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(broker.client(login, user));
    settings.putAll(more);
    return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  private KafkaConsumer<String, byte[]> consumer(String user, String group) {
    Map<String, Object> settings = new HashMap<>(broker.client(login, user));
    settings.put("group.id", group);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", false);
    settings.put("isolation.level", "read_committed");
    return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }

  private Stream<TopicPartition> partitions(String topic) {
    return seen.partitionsFor("acswatch." + topic).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()));
  }

  @Override
  public void close() {
    seen.close();
  }
}
