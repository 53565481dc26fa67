package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Cluster.App;
import io.acswatch.benchmarks.chaos.Cluster.Broker;
import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.benchmarks.chaos.Injector.NotDone;
import io.acswatch.benchmarks.chaos.Property.Violation;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private static final long START_MILLIS = 60_000;
  private static final Set<Kind> CLEAN_STOPS =
      EnumSet.of(Kind.CLEAN_RESTARTS, Kind.TERM_APP, Kind.ROLL_APPS);
  private static final long CLEAN_STOP_MILLIS = 30_000;
  private static final long SETTLED_MILLIS = 3_000;
  private static final String ABORTED = "InvalidProducerEpochException";
  private static final long TOLD_MILLIS = 30_000;
  private static final int PART_OF_CHANGELOGS = 10;

  private final Plan plan;
  private final Cluster cluster;
  private final Admin admin;
  private final TopicNames topics;
  private final Traffic traffic;
  private final LostFrames lost = new LostFrames();
  private final Collection<Violation> violations = new ConcurrentLinkedQueue<>();
  private final Set<Property> checked = EnumSet.of(Property.PROGRESS, Property.READINESS);
  private final Collection<Fault> done = new ConcurrentLinkedQueue<>();
  private final Collection<Fault> notDone = new ConcurrentLinkedQueue<>();
  private final Collection<String> notes = new ConcurrentLinkedQueue<>();
  private Senders senders;
  private Watcher watcher;
  private Recorder recorder;
  private int alerts;
  private int refusals;
  private int frames;

  /**
   * What came of it; a round without violations has passed.
   *
   * @param checked properties that were looked at
   * @param done faults that were found done, and had an effect
   */
  record Result(
      List<Violation> violations,
      Set<Property> checked,
      List<Fault> done,
      List<Fault> notDone,
      long mebibytes,
      String figures,
      List<String> notes) {
    boolean violates(Property property) {
      return violations.stream().anyMatch(violation -> violation.property() == property);
    }
  }

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

  void violation(Property property, String what) {
    violations.add(new Violation(property, what));
  }

  SortedMap<Integer, Long> lost() {
    return lost.byPartition();
  }

  /** Deletes frames that nobody has judged; no instance may be in the group. */
  long loseFrames(Random random) throws Exception {
    return lost.delete(
        admin, topics.prefix() + "-streams", partitions(topics.frames()), recorder, random);
  }

  /** What was sent of a fault that is part of what is sent. */
  String sent(Fault fault) throws NotDone {
    int frames = traffic.injected(fault);
    if (frames == 0) {
      throw new NotDone("no frame was fit for it");
    }
    return "frames: " + frames;
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
    cluster.stepped(plan.stepped());
    for (Broker broker : cluster.brokers().values()) {
      if (cluster.changeClock(broker)) {
        awaitInSync(60_000);
      }
    }
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
        if (plan.faults().stream().anyMatch(fault -> CLEAN_STOPS.contains(fault.kind()))) {
          checkCleanStop(apps.get(0), config.applicationId());
        }
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
      violation(Property.READINESS, watcher.violation());
    }
    long mebibytes = apps.stream().mapToLong(App::peakMebibytes).max().orElse(0);
    return new Result(
        List.copyOf(violations),
        checked,
        List.copyOf(done),
        List.copyOf(notDone),
        mebibytes,
        "%d frames, %d alerts, %d refused, %d MiB at most, %.0f s"
            .formatted(frames, alerts, refusals, mebibytes, (System.nanoTime() - began) / 1e9),
        List.copyOf(notes));
  }

  private static List<TopicPartition> partitions(String topic) {
    return IntStream.range(0, Cluster.PARTITIONS)
        .mapToObj(number -> new TopicPartition(topic, number))
        .toList();
  }

  private void load() throws Exception {
    Injector injector = new Injector(cluster, admin, plan.apps(), this);
    if (plan.seed() % 3 != 0) { // in the other rounds the load and the faults meet the start
      for (App app : cluster.apps(plan.apps())) {
        awaitReady(app, START_MILLIS);
      }
    }
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
                  note("done: " + fault + ": " + injector.run(fault));
                  done.add(fault);
                } catch (Exception failed) {
                  boolean isKnown = failed instanceof NotDone;
                  note("NOT done: " + fault + ": " + (isKnown ? failed.getMessage() : failed));
                  notDone.add(fault);
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
      senders.await().forEach(problem -> violation(Property.FRAMES, problem));
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
        violation(
            Property.PROGRESS,
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
        violation(
            Property.PROGRESS, topic + ": a reader of committed records does not get to its end");
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
    List<ConsumerRecord<byte[], byte[]>> all = recorder.of(topics.frames());
    Check check = new Check(traffic, all, lost);
    checked.addAll(
        List.of(
            Property.ALERTS,
            Property.REVISIONS,
            Property.ALERT_STATE,
            Property.REJECTS,
            Property.FRAMES,
            Property.LOSSES,
            Property.MEMORY));
    check.frames(all);
    check.losses(told());
    check.alerts(came);
    check.oracle(came);
    check.rejects(recorder.of(topics.rejects()));
    Recorder state =
        new Recorder(cluster.bootstrapServers(), partitions(topics.alertState()), true);
    try {
      if (awaitRead(state, topics.alertState())) {
        check.alertState(came, state.of(topics.alertState()));
      } else {
        violation(
            Property.PROGRESS,
            "alert-state: a reader of committed records does not get to its end");
      }
    } finally {
      state.end();
    }
    alerts = check.expectedAlerts();
    refusals = check.expectedRefusals();
    frames = all.size();
    violations.addAll(check.violations());
  }

  /** What instances tell of frames that are lost; until it is right, or time is up. */
  private SortedMap<Integer, Long> told() throws InterruptedException {
    SortedMap<Integer, Long> told = new TreeMap<>();
    long until = System.currentTimeMillis() + TOLD_MILLIS;
    do {
      try {
        cluster.supervise(plan.apps());
        told = LostFrames.told(cluster.apps(plan.apps()));
      } catch (IOException away) {
        told.clear(); // not all of them answer
      }
      Thread.sleep(500);
    } while (!told.equals(lost.byPartition()) && System.currentTimeMillis() < until);
    return told;
  }

  private boolean mayEnd() {
    return plan.faults().stream().anyMatch(fault -> fault.kind().mayEnd);
  }

  private void checkInstance(App app) {
    if (!app.ends().isEmpty()) {
      if (!mayEnd() || app.ends().size() > MOST_ENDS) {
        violation(
            Property.PROGRESS,
            "%s ended by itself %d times, first with %s"
                .formatted(app.name(), app.ends().size(), app.ends().get(0)));
      } else {
        note(app.name() + " ended by itself with " + app.ends().get(0));
      }
    }
    if (app.peakMebibytes() > MOST_MEBIBYTES) {
      violation(
          Property.MEMORY,
          "%s took %d MiB of memory, expected at most %d"
              .formatted(app.name(), app.peakMebibytes(), MOST_MEBIBYTES));
    }
  }

  /** False if it is not ready when time is up. */
  boolean awaitReady(App app, long millis) throws InterruptedException {
    long until = System.currentTimeMillis() + millis;
    while (!watcher.isReady(app)) {
      if (System.currentTimeMillis() > until) {
        return false;
      }
      Thread.sleep(100);
    }
    return true;
  }

  /** Waits until it gets no partitions any more; what it has just got it is still reading back. */
  private void awaitSettled(App app) throws Exception {
    awaitReady(app, CLEAN_STOP_MILLIS);
    long until = System.currentTimeMillis() + CLEAN_STOP_MILLIS;
    long said = -1;
    long read = -1;
    while (app.child().saidBytes() != said || Cluster.restoredRecords(app) != read) {
      if (System.currentTimeMillis() > until) {
        return;
      }
      said = app.child().saidBytes();
      read = Cluster.restoredRecords(app);
      Thread.sleep(SETTLED_MILLIS);
    }
  }

  /** An instance that ended in order has its stores, but for what others wrote meanwhile. */
  private void checkCleanStop(App app, String application) throws Exception {
    List<TopicPartition> changelogs =
        admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
            .filter(name -> name.startsWith(application) && name.endsWith("-changelog"))
            .flatMap(name -> partitions(name).stream())
            .toList();
    awaitSettled(app);
    long before = offsets(changelogs, OffsetSpec.latest());
    long whole = before - offsets(changelogs, OffsetSpec.earliest());
    long said = app.child().saidBytes();
    if (!cluster.terminate(app, CLEAN_STOP_MILLIS)) {
      violation(Property.PROGRESS, app.name() + " did not end of SIGTERM when all was judged");
    }
    boolean wasClean = !app.child().hasSaid(ABORTED, said);
    cluster.start(app);
    if (!awaitReady(app, CLEAN_STOP_MILLIS)) {
      violation(Property.PROGRESS, app.name() + " is not ready after a clean stop");
      return;
    }
    long read = Cluster.restoredRecords(app);
    long written = offsets(changelogs, OffsetSpec.latest()) - before;
    if (!wasClean) { // Kafka Streams empties the stores of such a task
      note("no clean stop: a transaction was aborted meanwhile");
      return;
    }
    checked.add(Property.CLEAN_STOP);
    note("records read back after a clean stop: %d of %d".formatted(read, whole));
    if (read > written + whole / PART_OF_CHANGELOGS) {
      violation(
          Property.CLEAN_STOP,
          "%s read back %d records of %d after a clean stop; written meanwhile: %d"
              .formatted(app.name(), read, whole, written));
    }
  }

  private long offsets(List<TopicPartition> partitions, OffsetSpec spec) throws Exception {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    partitions.forEach(partition -> all.put(partition, spec));
    return admin.listOffsets(all).all().get(60, TimeUnit.SECONDS).values().stream()
        .mapToLong(found -> found.offset())
        .sum();
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

  /**
   * Deletes what was judged, and of what came of it what was read. Returns how many records of the
   * frames are gone.
   */
  long truncate() throws Exception {
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
    var deleted = admin.deleteRecords(to);
    deleted.all().get(20, TimeUnit.SECONDS);
    long gone = 0;
    for (TopicPartition partition : partitions(topics.frames())) {
      gone += deleted.lowWatermarks().get(partition).get().lowWatermark();
    }
    return gone;
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
