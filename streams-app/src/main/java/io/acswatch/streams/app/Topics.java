package io.acswatch.streams.app;

import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.TopicReport.Action;
import io.acswatch.streams.app.TopicReport.Difference;
import io.acswatch.streams.topology.Nodes;
import io.acswatch.wire.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topics with their partitions and {@linkplain TopicPolicies policies}.
 *
 * <p>A topic that is there is never changed: the number of partitions decides where the records of
 * a host are, and a shorter retention deletes.
 */
public final class Topics {
  public static final int DEFAULT_PARTITIONS = 8;

  private Topics() {}

  /**
   * What is wanted.
   *
   * @param partitions of each topic; empty for {@link #DEFAULT_PARTITIONS} in new topics, and no
   *     matter in those that are there
   * @param replicationFactor of each topic; empty for the brokers' default in new topics, and no
   *     matter in those that are there
   */
  public record Layout(Optional<Integer> partitions, Optional<Short> replicationFactor) {
    public static final Layout DEFAULT = new Layout(Optional.empty(), Optional.empty());

    private Layout with(int wanted) {
      return new Layout(Optional.of(wanted), replicationFactor);
    }
  }

  /** Creates what is missing and waits until the broker knows it; CommandFailure if one refuses. */
  public static List<TopicReport> create(IsolationConfig config, Layout layout) {
    try (BrokerSession session = new BrokerSession(config)) {
      List<TopicReport> found = look(session, config, layout);
      List<String> missing = missing(found);
      if (missing.isEmpty()) {
        return found;
      }
      Map<String, KafkaFuture<Void>> created =
          session.admin().createTopics(newTopics(session, config, missing, layout)).values();
      for (KafkaFuture<Void> topic : created.values()) {
        finish(session, topic);
      }
      return lookWhenKnown(session, config, layout).stream()
          .map(
              report ->
                  missing.contains(report.topic())
                      ? new TopicReport(report.topic(), Action.CREATED, report.differences())
                      : report)
          .toList();
    }
  }

  private static List<String> missing(List<TopicReport> reports) {
    return reports.stream()
        .filter(report -> report.action() == Action.MISSING)
        .map(TopicReport::topic)
        .toList();
  }

  public static List<TopicReport> check(IsolationConfig config, Layout layout) {
    try (BrokerSession session = new BrokerSession(config)) {
      return look(session, config, layout);
    }
  }

  /** CommandFailure if no broker answers, or a topic is missing or unfit for the application. */
  static void refuseUnfit(BrokerSession session, IsolationConfig config) {
    Map<String, TopicDescription> described = existing(session, config, config.topics().all());
    List<String> missing =
        config.topics().all().stream()
            .filter(name -> !described.containsKey(name))
            .sorted()
            .toList();
    if (!missing.isEmpty()) {
      boolean one = missing.size() == 1;
      throw new CommandFailure(
          "%s %s not exist at %s; run: acswatch topics --bootstrap-servers %s%s"
              .formatted(
                  topics(missing),
                  one ? "does" : "do",
                  config.bootstrapServers(),
                  config.bootstrapServers(),
                  config.topics().prefix().equals(TopicNames.DEFAULT_PREFIX)
                      ? ""
                      : " --topic-prefix " + config.topics().prefix()));
    }
    String frames = config.topics().frames();
    String commands = config.topics().commands();
    int wanted = partitions(described, frames);
    int found = partitions(described, commands);
    if (found != wanted) {
      throw new CommandFailure(
          "topic %s has %d partitions and %s has %d, expected as many; the runbook has what to do (AcswatchPartitionsAdded)"
              .formatted(commands, found, frames, wanted));
    }
  }

  private static String topics(List<String> names) {
    return (names.size() == 1 ? "topic " : "topics ") + String.join(", ", names);
  }

  /**
   * Those of the topics that exist. Asked by name, a broker says of a topic that this login may not
   * describe just that, whether it exists or not: CommandFailure.
   */
  private static Map<String, TopicDescription> existing(
      BrokerSession session, IsolationConfig config, Collection<String> names) {
    List<String> hidden = new ArrayList<>();
    Map<String, TopicDescription> existing =
        session.topics(names, (name, refused) -> hidden.add(name));
    if (!hidden.isEmpty()) {
      Collections.sort(hidden);
      throw new CommandFailure(
          "the broker at %s does not let this login see %s, so it cannot be told whether %s"
              .formatted(
                  config.bootstrapServers(),
                  topics(hidden),
                  hidden.size() == 1 ? "it exists" : "they exist"));
    }
    return existing;
  }

  /** Refuses to go on without a topic. */
  public static void require(BrokerSession session, IsolationConfig config, String topic) {
    if (existing(session, config, List.of(topic)).isEmpty()) {
      throw new CommandFailure(
          "topic %s does not exist at %s".formatted(topic, config.bootstrapServers()));
    }
  }

  private static void finish(BrokerSession session, KafkaFuture<Void> creation) {
    try {
      session.answer(creation);
    } catch (CommandFailure failed) {
      // Somebody was faster: as good.
      if (!(failed.getCause() instanceof TopicExistsException)) {
        throw failed;
      }
    }
  }

  /** The controller has them; each broker that answers learns of them a moment later. */
  private static List<TopicReport> lookWhenKnown(
      BrokerSession session, IsolationConfig config, Layout layout) {
    long deadline = System.nanoTime() + config.startTimeout().toNanos();
    while (true) {
      List<TopicReport> now = look(session, config, layout);
      List<String> unknown = missing(now);
      if (unknown.isEmpty()) {
        return now;
      }
      if (System.nanoTime() > deadline) {
        throw new CommandFailure("broker does not show the topics it created: " + unknown);
      }
      try {
        Thread.sleep(Duration.ofMillis(20).toMillis());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new CommandFailure("stopped while waiting for topics", stopped);
      }
    }
  }

  private static List<NewTopic> newTopics(
      BrokerSession session, IsolationConfig config, List<String> missing, Layout layout) {
    TopicNames names = config.topics();
    Map<String, Map<String, String>> policies = TopicPolicies.of(names);
    int partitions = layout.partitions().orElse(DEFAULT_PARTITIONS);
    int ofCommands =
        missing.contains(names.frames())
            ? partitions
            : partitions(existing(session, config, List.of(names.frames())), names.frames());
    List<NewTopic> topics = new ArrayList<>();
    for (String name : missing) {
      topics.add(
          new NewTopic(
                  name,
                  Optional.of(name.equals(names.commands()) ? ofCommands : partitions),
                  layout.replicationFactor())
              .configs(policies.get(name)));
    }
    return topics;
  }

  private static int partitions(Map<String, TopicDescription> described, String topic) {
    return described.get(topic).partitions().size();
  }

  private static List<TopicReport> look(
      BrokerSession session, IsolationConfig config, Layout layout) {
    TopicNames names = config.topics();
    Map<String, Map<String, String>> policies = TopicPolicies.of(names);
    Map<String, Map<String, String>> internal = TopicPolicies.internal(config.applicationId());
    Map<String, Map<String, String>> all = new LinkedHashMap<>(policies);
    all.putAll(internal);
    Map<String, TopicDescription> described = existing(session, config, all.keySet());
    // Those are the application's own: made when it first starts, in the number that it needs.
    all.keySet().removeIf(name -> !policies.containsKey(name) && !described.containsKey(name));
    Map<String, Config> configs =
        session.configs(
            described.keySet(),
            (name, refused) -> {
              throw refused;
            });
    described.keySet().retainAll(configs.keySet());
    Set<String> asTheFrames =
        Set.of(names.commands(), TopicPolicies.changelog(config.applicationId(), Nodes.HOST_STATE));
    List<TopicReport> reports = new ArrayList<>();
    all.forEach(
        (name, policy) -> {
          if (!described.containsKey(name)) {
            reports.add(new TopicReport(name, Action.MISSING, List.of()));
            return;
          }
          Layout wanted = internal.containsKey(name) ? Layout.DEFAULT : layout;
          if (asTheFrames.contains(name) && described.containsKey(names.frames())) {
            wanted = wanted.with(partitions(described, names.frames()));
          }
          Config found = configs.get(name);
          reports.add(
              new TopicReport(
                  name, Action.EXISTS, differences(described.get(name), found, policy, wanted)));
        });
    return reports;
  }

  private static List<Difference> differences(
      TopicDescription found, Config config, Map<String, String> policy, Layout layout) {
    List<Difference> differences = new ArrayList<>();
    int partitions = found.partitions().size();
    layout.partitions().ifPresent(wanted -> compare(differences, "partitions", wanted, partitions));
    int replicas = found.partitions().get(0).replicas().size();
    layout
        .replicationFactor()
        .ifPresent(wanted -> compare(differences, "replication.factor", wanted, replicas));
    policy.forEach(
        (key, wanted) -> {
          ConfigEntry entry = config.get(key);
          compare(differences, key, wanted, entry == null ? "" : entry.value());
        });
    return differences;
  }

  private static void compare(
      List<Difference> differences, String setting, Object expected, Object found) {
    if (!expected.toString().equals(String.valueOf(found))) {
      differences.add(new Difference(setting, expected.toString(), String.valueOf(found)));
    }
  }
}
