package io.acswatch.streams.app;

import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import io.acswatch.streams.topology.Nodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.TopicConfig;

/** Finds what hinders judging, by topics and offsets; some of it by looking twice. */
final class Hindrances {
  /** Longer than any transaction of a sender of frames that goes on. */
  static final Duration HANGS = Duration.ofMinutes(1);

  /** Frames wait and nothing is judged: many times the time between two transactions. */
  static final Duration STANDS_STILL = Duration.ofSeconds(30);

  /** Kafka's own, without which no transaction is committed. */
  private static final List<String> COMMITTED_TO =
      List.of("__consumer_offsets", "__transaction_state");

  private static final int LOOKS_PER_CONFIG = 12;
  private static final int MAX_NAMES = 5;

  private final IsolationConfig config;
  private final LongSupplier clock;
  private final Supplier<? extends Collection<Integer>> own;

  private final Map<TopicPartition, Standing> heldBack = new HashMap<>();
  private final Map<TopicPartition, Standing> stopped = new HashMap<>();
  private final Map<TopicPartition, Standing> quietGaps = new HashMap<>();
  private final Set<String> made = new HashSet<>();
  private Map<String, Integer> minInsync = Map.of();
  private int looks;

  /** The offset at which a partition stands, and since when. */
  private record Standing(long offset, long sinceMillis) {}

  /**
   * Offsets of the frames, by partition.
   *
   * @param done up to which the group has judged; none where it has judged nothing
   * @param readable up to which no transaction is open
   * @param waiting the next frame, where one waits
   */
  record Offsets(
      Map<TopicPartition, Long> done,
      Map<TopicPartition, Long> first,
      Map<TopicPartition, Long> readable,
      Map<TopicPartition, Long> end,
      Map<TopicPartition, Long> waiting) {
    /** Frames that were deleted between the position and the first one that is there. */
    Map<Integer, Gap> overtaken() {
      Map<Integer, Gap> gaps = new TreeMap<>();
      done.forEach(
          (partition, position) -> {
            if (position < first.getOrDefault(partition, 0L)) {
              gaps.put(partition.partition(), new Gap(position, first.get(partition)));
            }
          });
      return gaps;
    }
  }

  Hindrances(
      IsolationConfig config, LongSupplier clock, Supplier<? extends Collection<Integer>> own) {
    this.config = config;
    this.clock = clock;
    this.own = own;
  }

  List<Hindrance> find(
      BrokerSession session, Map<String, TopicDescription> topics, Offsets offsets) {
    List<Hindrance> found = new ArrayList<>();
    gone(topics.keySet(), found);
    addedPartitions(topics, found);
    belowMinInsync(session, topics, found);
    overtaken(offsets, found);
    beyondEnd(offsets.done(), offsets.end(), found);
    heldBack(offsets.readable(), offsets.end(), found);
    standstill(offsets.waiting(), offsets.readable(), found);
    return List.copyOf(found);
  }

  /** Topics that were deleted, or that this login may not see any more. */
  void gone(Set<String> seen, List<Hindrance> found) {
    Set<String> missing = new TreeSet<>(config.topics().all());
    missing.addAll(made);
    missing.removeAll(seen);
    // Those of its own it makes itself when it is new: only one that was there can be missed.
    TopicPolicies.internal(config.applicationId()).keySet().stream()
        .filter(seen::contains)
        .forEach(made::add);
    String text = "topics do not exist, or this login may not see them: %s";
    tell(found, Hindrance.Kind.TOPIC_GONE, List.copyOf(missing), text);
  }

  /** The topics of the application, and Kafka's own, that exist and that it may see. */
  Map<String, TopicDescription> topics(BrokerSession session) {
    Set<String> names = new TreeSet<>(config.topics().all());
    names.addAll(TopicPolicies.internal(config.applicationId()).keySet());
    names.addAll(COMMITTED_TO);
    return session.topics(names, (name, refused) -> {});
  }

  private void addedPartitions(Map<String, TopicDescription> topics, List<Hindrance> found) {
    String frames = config.topics().frames();
    int wanted = topics.get(frames).partitions().size();
    for (String name :
        List.of(
            config.topics().commands(),
            TopicPolicies.changelog(config.applicationId(), Nodes.HOST_STATE))) {
      TopicDescription other = topics.get(name);
      int partitions = other == null ? wanted : other.partitions().size();
      if (partitions != wanted) {
        found.add(
            new Hindrance(
                Hindrance.Kind.PARTITIONS_ADDED,
                Math.abs(wanted - partitions),
                "%s has %d partitions and %s has %d, expected as many"
                    .formatted(frames, wanted, name, partitions)));
        return;
      }
    }
  }

  private void belowMinInsync(
      BrokerSession session, Map<String, TopicDescription> topics, List<Hindrance> found) {
    if (looks++ % LOOKS_PER_CONFIG == 0) {
      minInsync = minInsync(session, topics.keySet());
    }
    List<String> below = new ArrayList<>();
    topics.forEach(
        (name, topic) -> {
          // Without the right to see the setting, only a partition without a leader is told.
          int wanted = minInsync.getOrDefault(name, 1);
          for (TopicPartitionInfo partition : topic.partitions()) {
            if (partition.leader() == null || partition.isr().size() < wanted) {
              below.add(name + "-" + partition.partition());
            }
          }
        });
    String text = "too few replicas are in sync (min.insync.replicas): %s";
    tell(found, Hindrance.Kind.MIN_INSYNC, below, text);
  }

  private static Map<String, Integer> minInsync(BrokerSession session, Set<String> topics) {
    Map<String, Integer> settings = new HashMap<>();
    session
        .configs(topics, (name, refused) -> {})
        .forEach(
            (name, config) -> {
              ConfigEntry entry = config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
              if (entry != null) {
                settings.put(name, Integer.parseInt(entry.value()));
              }
            });
    return settings;
  }

  private void overtaken(Offsets offsets, List<Hindrance> found) {
    Map<Integer, Gap> gaps = offsets.overtaken();
    // Where nothing waits a gap stays open until a next frame, which may never come.
    Set<TopicPartition> quiet = new HashSet<>(offsets.done().keySet());
    quiet.removeIf(at -> !gaps.containsKey(at.partition()) || offsets.waiting().containsKey(at));
    for (String told : standing(quietGaps, quiet, offsets.first(), HANGS)) {
      gaps.remove(Integer.valueOf(told));
    }
    long frames = gaps.values().stream().mapToLong(gap -> gap.to() - gap.from()).sum();
    List<String> where = gaps.keySet().stream().map(String::valueOf).toList();
    String text = "retention deleted " + frames + " frames before they were judged (partitions %s)";
    tell(found, Hindrance.Kind.RETENTION, where, text);
  }

  private static void beyondEnd(
      Map<TopicPartition, Long> done, Map<TopicPartition, Long> end, List<Hindrance> found) {
    List<String> where =
        end.keySet().stream()
            .filter(at -> done.getOrDefault(at, 0L) > end.get(at))
            .map(at -> "" + at.partition())
            .toList();
    tell(
        found,
        Hindrance.Kind.POSITION,
        where,
        "the position is behind the end of the topic, which was truncated or made anew"
            + " (partitions %s)");
  }

  private void heldBack(
      Map<TopicPartition, Long> readable, Map<TopicPartition, Long> end, List<Hindrance> found) {
    Set<TopicPartition> open = new HashSet<>(end.keySet());
    open.removeIf(partition -> readable.get(partition) >= end.get(partition));
    List<String> where = standing(heldBack, open, readable, HANGS);
    String text = "a transaction that does not end holds frames back (partitions %s)";
    tell(found, Hindrance.Kind.HANGING_TRANSACTION, where, text);
  }

  private void standstill(
      Map<TopicPartition, Long> waiting,
      Map<TopicPartition, Long> readable,
      List<Hindrance> found) {
    Collection<Integer> mine = own.get();
    Set<TopicPartition> ours = new HashSet<>(waiting.keySet());
    ours.removeIf(
        partition ->
            !mine.contains(partition.partition())
                || waiting.get(partition) >= readable.get(partition));
    List<String> where = standing(stopped, ours, waiting, STANDS_STILL);
    String text =
        "frames wait, and none was judged for " + STANDS_STILL.toSeconds() + " s (partitions %s)";
    tell(found, Hindrance.Kind.STANDSTILL, where, text);
  }

  /** Those of {@code partitions} whose offset was the same for so long. */
  private List<String> standing(
      Map<TopicPartition, Standing> known,
      Set<TopicPartition> partitions,
      Map<TopicPartition, Long> offsets,
      Duration limit) {
    long now = clock.getAsLong();
    known.keySet().retainAll(partitions);
    List<String> standing = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      long offset = offsets.get(partition);
      Standing before = known.get(partition);
      if (before == null || before.offset() != offset) {
        known.put(partition, new Standing(offset, now));
      } else if (now - before.sinceMillis() >= limit.toMillis()) {
        standing.add("" + partition.partition());
      }
    }
    return standing;
  }

  private static void tell(
      List<Hindrance> found, Hindrance.Kind kind, List<String> where, String format) {
    if (!where.isEmpty()) {
      found.add(new Hindrance(kind, where.size(), format.formatted(Joined.some(where, MAX_NAMES))));
    }
  }
}
