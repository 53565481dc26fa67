package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Cluster.App;
import io.acswatch.benchmarks.chaos.Cluster.Broker;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** One plan carried out, from fresh topics to the check of what is on them. */
final class Round {
  private static final long NO_PROGRESS_MILLIS = 150_000;
  private static final long MOST_MEBIBYTES = 700;
  private static final int MOST_ENDS = 12;

  private final Plan plan;
  private final Cluster cluster;
  private final Admin admin;
  private final TopicNames topics;
  private final Traffic traffic;
  private final List<String> violations = new ArrayList<>();
  private final Collection<String> during = new ConcurrentLinkedQueue<>();
  private final Collection<String> notes = new ConcurrentLinkedQueue<>();
  private Senders senders;
  private Watcher watcher;
  private Recorder recorder;
  private int alerts;
  private int refusals;
  private int frames;

  /** What came of it; a round without violations has passed. */
  record Result(List<String> violations, String figures, List<String> notes) {}

  Round(Plan plan, Cluster cluster, Admin admin, String prefix) {
    this.plan = plan;
    this.cluster = cluster;
    this.admin = admin;
    topics = new TopicNames(prefix);
    traffic = new Traffic(plan);
  }

  Senders senders() {
    return senders;
  }

  void violation(String what) {
    during.add(what);
  }

  void note(String what) {
    notes.add(what);
  }

  boolean isOurs(String topic) {
    return topic.startsWith(topics.prefix());
  }

  Result run() throws Exception {
    long began = System.nanoTime();
    awaitInSync(120_000);
    cluster.begin(topics.prefix(), plan.apps());
    List<App> apps = cluster.apps(plan.apps());
    IsolationConfig config = IsolationConfig.from(cluster.settings(apps.get(0)));
    Topics.create(
        config, new Topics.Layout(Optional.of(Cluster.PARTITIONS), Optional.of((short) 3)));
    List<TopicPartition> read = new ArrayList<>(partitions(topics.frames()));
    read.addAll(partitions(topics.alerts()));
    read.addAll(partitions(topics.rejects()));
    recorder = new Recorder(cluster.bootstrapServers(), read, true);
    for (App app : apps) {
      cluster.start(app);
    }
    watcher = new Watcher(admin, config.applicationId(), partitions(topics.frames()), apps);
    senders = new Senders(cluster.bootstrapServers(), topics.frames(), traffic);
    try {
      load();
      if (settle()) {
        check();
      }
      apps.forEach(this::checkInstance);
    } finally {
      watcher.end();
      recorder.end();
      for (App app : apps) {
        cluster.kill(app);
      }
      deleteTopics();
    }
    if (!watcher.violation().isEmpty()) {
      violations.add(watcher.violation());
    }
    violations.addAll(during);
    return new Result(
        List.copyOf(violations),
        "%d frames, %d alerts, %d refused, %d MiB at most, %.0f s"
            .formatted(
                frames,
                alerts,
                refusals,
                apps.stream().mapToLong(App::peakMebibytes).max().orElse(0),
                (System.nanoTime() - began) / 1e9),
        List.copyOf(notes));
  }

  private static List<TopicPartition> partitions(String topic) {
    return IntStream.range(0, Cluster.PARTITIONS)
        .mapToObj(number -> new TopicPartition(topic, number))
        .toList();
  }

  private void load() throws Exception {
    Injector injector = new Injector(cluster, admin, plan.apps(), this);
    long start = System.nanoTime();
    senders.start();
    List<Thread> faults = new ArrayList<>();
    for (Fault fault : plan.faults()) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  long wait = fault.atMillis() - (System.nanoTime() - start) / 1_000_000;
                  Thread.sleep(Math.max(0, wait));
                  injector.run(fault);
                } catch (Exception failed) {
                  note(fault + " was not done: " + failed);
                }
              },
              fault.toString());
      thread.setDaemon(true);
      thread.start();
      faults.add(thread);
    }
    for (Thread fault : faults) {
      while (fault.isAlive()) {
        cluster.supervise(plan.apps());
        fault.join(300);
      }
    }
    for (Broker broker : cluster.brokers().values()) {
      if (!broker.child().isAlive()) {
        note(broker.name() + " is started again");
        cluster.start(broker);
      }
    }
    for (App app : cluster.apps(plan.apps())) {
      if (!app.isWanted()) {
        cluster.start(app);
      }
    }
    Thread supervisor = supervisor();
    try {
      violations.addAll(senders.await());
    } finally {
      supervisor.interrupt();
      supervisor.join();
    }
  }

  private Thread supervisor() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  cluster.supervise(plan.apps());
                  Thread.sleep(300);
                }
              } catch (IOException | InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            },
            "supervisor");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Waits until all frames are judged and all that came of them was read. */
  private boolean settle() throws Exception {
    long since = System.currentTimeMillis();
    long looks = watcher.looks();
    while (!watcher.isThrough() || watcher.looks() < looks + 2) {
      cluster.supervise(plan.apps());
      if (System.currentTimeMillis() - Math.max(since, watcher.lastProgress())
          > NO_PROGRESS_MILLIS) {
        violations.add(
            "nothing was judged for %d s after the last fault: %s; %s"
                .formatted(
                    NO_PROGRESS_MILLIS / 1_000,
                    watcher.where(),
                    cluster.apps(plan.apps()).stream()
                        .map(app -> app.name() + " said: " + app.child().lastWords(2))
                        .toList()));
        return false;
      }
      int most = mayEnd() ? MOST_ENDS : 2;
      if (cluster.apps(plan.apps()).stream().anyMatch(app -> app.ends().size() > most)) {
        return false; // which is told of each instance
      }
      Thread.sleep(200);
    }
    for (String topic : List.of(topics.frames(), topics.alerts(), topics.rejects())) {
      if (!awaitRead(recorder, topic)) {
        violations.add(topic + ": a reader of committed records does not get to its end");
        return false;
      }
    }
    return true;
  }

  private boolean awaitRead(Recorder reader, String topic)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    partitions(topic).forEach(partition -> all.put(partition, OffsetSpec.latest()));
    var ends = admin.listOffsets(all).all().get(60, TimeUnit.SECONDS);
    long until = System.currentTimeMillis() + 90_000;
    for (var end : ends.entrySet()) {
      while (reader.position(end.getKey()) < end.getValue().offset()) {
        if (System.currentTimeMillis() > until) {
          return false;
        }
        Thread.sleep(50);
      }
    }
    return true;
  }

  private void check() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> came = recorder.of(topics.alerts());
    Check check = new Check(traffic, recorder.of(topics.frames()));
    check.alerts(came);
    check.oracle(came);
    check.rejects(recorder.of(topics.rejects()));
    Recorder state =
        new Recorder(cluster.bootstrapServers(), partitions(topics.alertState()), true);
    try {
      if (awaitRead(state, topics.alertState())) {
        check.alertState(came, state.of(topics.alertState()));
      } else {
        violations.add("alert-state: a reader of committed records does not get to its end");
      }
    } finally {
      state.end();
    }
    alerts = check.expectedAlerts();
    refusals = check.expectedRefusals();
    frames = recorder.of(topics.frames()).size();
    violations.addAll(check.violations());
  }

  private boolean mayEnd() {
    return plan.faults().stream().anyMatch(fault -> fault.kind().mayEnd);
  }

  private void checkInstance(App app) {
    if (!app.ends().isEmpty()) {
      if (!mayEnd() || app.ends().size() > MOST_ENDS) {
        violations.add(
            "%s ended by itself %d times, first with %s"
                .formatted(app.name(), app.ends().size(), app.ends().get(0)));
      } else {
        note(app.name() + " ended by itself with " + app.ends().get(0));
      }
    }
    if (app.peakMebibytes() > MOST_MEBIBYTES) {
      violations.add(
          "%s took %d MiB of memory, expected at most %d"
              .formatted(app.name(), app.peakMebibytes(), MOST_MEBIBYTES));
    }
  }

  void awaitReady(App app, long millis) throws InterruptedException {
    long until = System.currentTimeMillis() + millis;
    while (!watcher.isReady(app) && System.currentTimeMillis() < until) {
      Thread.sleep(100);
    }
  }

  /** Waits until all three brokers have all of the topics there are; goes on when time is up. */
  void awaitInSync(long millis) throws InterruptedException {
    long until = System.currentTimeMillis() + millis;
    while (System.currentTimeMillis() < until) {
      try {
        var names = admin.listTopics().names().get(10, TimeUnit.SECONDS);
        boolean all =
            admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).size() == 3
                && admin
                    .describeTopics(names)
                    .allTopicNames()
                    .get(10, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == 3);
        if (all) {
          return;
        }
      } catch (ExecutionException | TimeoutException notYet) {
        // Asked again.
      }
      Thread.sleep(200);
    }
    note("not all replicas were in sync after " + millis / 1_000 + " s");
  }

  /** Deletes what was judged, and of what came of it what was read. */
  void truncate() throws Exception {
    Map<TopicPartition, RecordsToDelete> to = new HashMap<>();
    var committed =
        admin
            .listConsumerGroupOffsets(topics.prefix() + "-streams")
            .partitionsToOffsetAndMetadata()
            .get(20, TimeUnit.SECONDS);
    for (String topic : List.of(topics.frames(), topics.alerts(), topics.rejects())) {
      for (TopicPartition partition : partitions(topic)) {
        long read = recorder.position(partition);
        var done = committed.get(partition);
        long upTo =
            topic.equals(topics.rejects())
                ? read
                : Math.min(read, done == null ? 0 : done.offset());
        to.put(partition, RecordsToDelete.beforeOffset(upTo));
      }
    }
    admin.deleteRecords(to).all().get(20, TimeUnit.SECONDS);
  }

  private void deleteTopics() {
    try {
      List<String> ours =
          admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
              .filter(this::isOurs)
              .toList();
      admin.deleteTopics(ours).all().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException away) {
      note("topics are left: " + away);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
