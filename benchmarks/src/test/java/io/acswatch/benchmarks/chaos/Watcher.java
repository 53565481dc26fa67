package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Cluster.App;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks from outside at how far the application is and at what it says of itself: it must not call
 * itself ready for long while frames wait and none of them is judged.
 */
final class Watcher {
  /** So long it may take until "ready" is no longer said while nothing is judged. */
  static final long BOUND_MILLIS = 40_000;

  /**
   * So long all instances must have said it without a break. After an outage they are ready as soon
   * as brokers answer, and judge some seconds later.
   */
  private static final long LASTING_MILLIS = 10_000;

  private static final int LOOKS_BETWEEN_LISTS = 10;

  private final Admin admin;
  private final String group;
  private final List<TopicPartition> frames;
  private final List<App> apps;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final Map<TopicPartition, Long> done = new HashMap<>();
  private final Map<TopicPartition, Long> progressMillis = new HashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
  private final Thread positions = new Thread(this::watchPositions, "positions");
  private volatile boolean ended;
  private volatile boolean isThrough;
  private volatile String violation = "";
  private long lastProgress = System.currentTimeMillis();
  private long allReadySince = Long.MAX_VALUE;
  private volatile long looks;

  private record Answer(boolean ready, long atMillis) {}

  Watcher(Admin admin, String group, List<TopicPartition> frames, List<App> apps) {
    this.admin = admin;
    this.group = group;
    this.frames = frames;
    this.apps = apps;
    long now = System.currentTimeMillis();
    frames.forEach(partition -> progressMillis.put(partition, now));
    positions.setDaemon(true);
    positions.start();
    for (App app : apps) {
      Thread thread = new Thread(() -> ask(app), "ready-" + app.name());
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void ask(App app) {
    HttpRequest request = request(app, "/readyz");
    HttpRequest list = request(app, "/api/v1/alerts");
    for (int looks = 1; !ended; looks++) {
      boolean ready;
      try {
        ready = http.send(request, BodyHandlers.ofString()).statusCode() == 200;
      } catch (IOException away) {
        ready = false;
      } catch (InterruptedException stopped) {
        return;
      }
      if (looks % LOOKS_BETWEEN_LISTS == 0) { // for which instances ask each other
        http.sendAsync(list, BodyHandlers.discarding());
      }
      answers.put(app.name(), new Answer(ready, System.currentTimeMillis()));
      pause(300);
    }
  }

  private static HttpRequest request(App app, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + app.http() + path))
        .timeout(Duration.ofSeconds(2))
        .build();
  }

  boolean isReady(App app) {
    Answer answer = answers.get(app.name());
    return answer != null
        && answer.ready()
        && answer.atMillis() > app.child().startedMillis()
        && System.currentTimeMillis() - answer.atMillis() < 2_500;
  }

  private void watchPositions() {
    while (!ended) {
      try {
        look();
      } catch (ExecutionException | TimeoutException | RuntimeException away) {
        isThrough = false; // not known
      } catch (InterruptedException stopped) {
        return;
      }
      judgeReadiness();
      pause(400);
    }
  }

  private void look() throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    frames.forEach(partition -> all.put(partition, OffsetSpec.latest()));
    var latest = admin.listOffsets(all).all().get(3, TimeUnit.SECONDS);
    var committed =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(3, TimeUnit.SECONDS);
    boolean through = true;
    long now = System.currentTimeMillis();
    synchronized (this) {
      for (TopicPartition partition : frames) {
        long end = latest.get(partition).offset();
        var offset = committed.get(partition);
        long at = offset == null ? 0 : offset.offset();
        Long before = done.put(partition, at);
        ends.put(partition, end);
        if (before == null || at > before || at >= end) {
          progressMillis.put(partition, now);
        }
        if (before == null || at > before) {
          lastProgress = now;
        }
        through &= at >= end;
      }
    }
    isThrough = through;
    looks++;
  }

  private synchronized void judgeReadiness() {
    long now = System.currentTimeMillis();
    boolean stands = progressMillis.values().stream().anyMatch(since -> now - since > BOUND_MILLIS);
    boolean allReady = apps.stream().allMatch(app -> app.child() != null && isReady(app));
    allReadySince = allReady ? Math.min(allReadySince, now) : Long.MAX_VALUE;
    if (stands && now - allReadySince > LASTING_MILLIS && violation.isEmpty()) {
      violation =
          "all instances were ready while a partition of the frames stood still for more than %d s: judged %s of %s"
              .formatted(BOUND_MILLIS / 1_000, done, ends);
    }
  }

  /** How often it has looked. */
  long looks() {
    return looks;
  }

  /** True if all frames that are in the topic are judged and committed. */
  boolean isThrough() {
    return isThrough;
  }

  synchronized long committed(TopicPartition partition) {
    return done.getOrDefault(partition, 0L);
  }

  synchronized String where() {
    return "judged " + done + " of " + ends;
  }

  synchronized long lastProgress() {
    return lastProgress;
  }

  String violation() {
    return violation;
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  void end() throws InterruptedException {
    ended = true;
    positions.join();
  }
}
