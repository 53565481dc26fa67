package io.acswatch.benchmarks.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.benchmarks.chaos.Cluster.App;
import io.acswatch.benchmarks.chaos.Injector.NotDone;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** Frames that were deleted before they were judged: those that are gone, and those told of. */
final class LostFrames {
  private static final long PATIENCE_MILLIS = 120_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Range> ranges = new ArrayList<>();

  private record Range(int partition, long from, long to) {
    boolean has(ConsumerRecord<?, ?> frame) {
      return frame.partition() == partition && frame.offset() >= from && frame.offset() < to;
    }
  }

  /** Frames of a partition were deleted, from an offset on and before another one. */
  synchronized void add(int partition, long from, long to) {
    ranges.add(new Range(partition, from, to));
  }

  synchronized boolean has(ConsumerRecord<?, ?> frame) {
    return ranges.stream().anyMatch(range -> range.has(frame));
  }

  /** How many frames of each partition are gone; only partitions with some. */
  synchronized SortedMap<Integer, Long> byPartition() {
    return ranges.stream()
        .collect(
            Collectors.toMap(
                Range::partition, range -> range.to() - range.from(), Long::sum, TreeMap::new));
  }

  /** What the application tells of them, all instances together. */
  static SortedMap<Integer, Long> told(List<App> apps) throws IOException, InterruptedException {
    SortedMap<Integer, Long> told = new TreeMap<>();
    for (App app : apps) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + app.http() + "/readyz"))
              .timeout(Duration.ofSeconds(5))
              .build();
      String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      JsonNode frames = JSON.readTree(answer).get("frames_overtaken");
      for (var one : frames.properties()) {
        told.merge(Integer.valueOf(one.getKey()), one.getValue().asLong(), Long::sum);
      }
    }
    return told;
  }

  /**
   * Deletes some of the frames behind the position of a group that has no members, and leaves the
   * last one. The recorder has read them by then. Returns how many are gone.
   */
  long delete(
      Admin admin, String group, List<TopicPartition> frames, Recorder recorder, Random random)
      throws Exception {
    // Members that are held are gone when the group has missed them: they commit nothing any more.
    retried(() -> isEmpty(admin, group) ? group : null);
    Map<TopicPartition, Long> positions = retried(() -> positions(admin, group, frames));
    Map<TopicPartition, Long> first =
        retried(() -> offsets(admin, positions.keySet(), OffsetSpec.earliest()));
    Map<TopicPartition, Long> ends =
        retried(() -> offsets(admin, positions.keySet(), OffsetSpec.latest()));
    long gone = 0;
    for (TopicPartition partition : positions.keySet()) {
      long from = Math.max(positions.get(partition), first.get(partition));
      int most = (int) (ends.get(partition) - 1 - from);
      if (most > 0) {
        long to = from + 1 + random.nextInt(most);
        retried(() -> recorder.position(partition) >= to ? to : null);
        // Until it is confirmed: a broker that is held may do it late, and then it was done before.
        retried(() -> deleteBefore(admin, partition, to));
        add(partition.partition(), from, to);
        gone += to - from;
      }
    }
    return gone;
  }

  private static <T> T retried(Callable<T> asked) throws Exception {
    long until = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (System.currentTimeMillis() < until) {
      try {
        T answer = asked.call();
        if (answer != null) {
          return answer;
        }
      } catch (ExecutionException | TimeoutException away) {
        if (away.getCause() instanceof GroupIdNotFoundException) {
          throw new NotDone("nothing was judged yet");
        }
      }
      Thread.sleep(100);
    }
    throw new NotDone("the brokers do not answer, or the group has members still");
  }

  private static boolean isEmpty(Admin admin, String group) throws Exception {
    return admin
            .describeConsumerGroups(Set.of(group))
            .describedGroups()
            .get(group)
            .get(10, TimeUnit.SECONDS)
            .groupState()
        == GroupState.EMPTY;
  }

  /** Behind which no transaction is open; only partitions of which something was judged. */
  private static Map<TopicPartition, Long> positions(
      Admin admin, String group, List<TopicPartition> frames) throws Exception {
    Map<TopicPartition, Long> positions = new HashMap<>();
    admin
        .listConsumerGroupOffsets(
            Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(frames)),
            new ListConsumerGroupOffsetsOptions().requireStable(true))
        .partitionsToOffsetAndMetadata(group)
        .get(20, TimeUnit.SECONDS)
        .forEach(
            (partition, position) -> {
              if (position != null) {
                positions.put(partition, position.offset());
              }
            });
    return positions;
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Set<TopicPartition> partitions, OffsetSpec spec) throws Exception {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(asked)
        .all()
        .get(20, TimeUnit.SECONDS)
        .forEach((partition, found) -> offsets.put(partition, found.offset()));
    return offsets;
  }

  private static Long deleteBefore(Admin admin, TopicPartition partition, long offset)
      throws Exception {
    return admin
        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
        .lowWatermarks()
        .get(partition)
        .get(20, TimeUnit.SECONDS)
        .lowWatermark();
  }
}
