package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Cluster.App;
import io.acswatch.benchmarks.rig.HostLoad;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.simulate.FrameSender;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.state.Changelogs;
import io.acswatch.wire.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * How long things take when an instance is lost, with two instances and many hosts of state. For a
 * machine that does nothing else.
 */
final class Figures {
  static final List<String> NAMES = List.of("failover", "rebuild", "restore", "backlog", "flood");

  private static final int FUNCTIONS = 24;
  private static final int PROBES = 30;
  private static final long BETWEEN_PROBES_MILLIS = 100;
  private static final long MINUTE = 60_000;
  private static final int FLOOD = 43_000;
  private static final int FASTER = 20;

  private final Cluster cluster;
  private final Admin admin;
  private final int hosts;
  private final Consumer<String> out;
  private final Map<String, Integer> sweeps = new HashMap<>();
  private final Collection<Probe> probes = new ConcurrentLinkedQueue<>();
  private List<HostLoad> loads = List.of();
  private TopicNames topics;
  private String application = "";
  private List<App> apps;
  private Watcher watcher;
  private FrameSender sender;
  private volatile Recorder recorder;

  /** A frame that must lead to an alert, and when it was sent. */
  private record Probe(String host, long sentMillis) {}

  Figures(Cluster cluster, Admin admin, int hosts, Consumer<String> out) {
    this.cluster = cluster;
    this.admin = admin;
    this.hosts = hosts;
    this.out = out;
  }

  void run(List<String> names) throws Exception {
    for (String name : names) {
      switch (name) {
        case "failover" -> {
          lose(0);
          lose(1);
        }
        case "rebuild" -> rebuild();
        case "restore" -> restore();
        case "backlog" -> backlog();
        case "flood" -> flood();
        default -> throw new IllegalArgumentException(name);
      }
    }
  }

  private void begin(String name, int standby) throws Exception {
    awaitBrokers();
    topics = new TopicNames("figure-" + name);
    cluster.begin(topics.prefix(), 2);
    cluster.standby(standby);
    apps = cluster.apps(2);
    IsolationConfig config = IsolationConfig.from(cluster.settings(apps.get(0)));
    application = config.applicationId();
    Topics.create(
        config, new Topics.Layout(Optional.of(Cluster.PARTITIONS), Optional.of((short) 3)));
    for (App app : apps) {
      cluster.start(app);
    }
    watcher = new Watcher(admin, application, partitions(topics.frames()), apps);
    recorder = new Recorder(cluster.bootstrapServers(), partitions(topics.alerts()), false);
    sender = new FrameSender(cluster.bootstrapServers(), topics.frames(), Map.of());
    sweeps.clear();
    loads = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      loads.add(new HostLoad(LoadHost.of(1, i, FUNCTIONS), Scenario.ALERTING));
    }
    for (HostLoad load : loads) {
      send(load, sentAt -> {});
    }
    sender.finish();
    awaitThrough();
    out.accept("%d hosts are judged, standby replicas %d".formatted(hosts, standby));
  }

  private void awaitBrokers() throws Exception {
    int brokers = 0;
    while (brokers < 3) {
      try {
        brokers = admin.describeCluster().nodes().get().size();
      } catch (ExecutionException notYet) {
        // Asked again.
      }
    }
  }

  private void end() throws Exception {
    sender.close();
    watcher.end();
    recorder.end();
    for (App app : apps) {
      cluster.kill(app);
    }
    admin.deleteTopics(admin.listTopics().names().get()).all().get();
  }

  private static List<TopicPartition> partitions(String topic) {
    return IntStream.range(0, Cluster.PARTITIONS)
        .mapToObj(number -> new TopicPartition(topic, number))
        .toList();
  }

  private void send(HostLoad load, Consumer<Long> sent) throws Exception {
    int sweep = sweeps.merge(load.host(), 1, Integer::sum) - 1;
    sender.send(load.host(), load.record(sweep), sent::accept);
  }

  private void awaitThrough() throws Exception {
    long looks = watcher.looks();
    while (!watcher.isThrough() || watcher.looks() < looks + 2) {
      cluster.supervise(2);
      Thread.sleep(50);
    }
  }

  /** When the first alert after each frame of the probes came, and so how late it was. */
  private List<long[]> latencies() {
    List<long[]> late = new ArrayList<>();
    Map<String, List<Long>> came = new HashMap<>();
    recorder
        .of(topics.alerts())
        .forEach(
            alert ->
                came.computeIfAbsent(Senders.text(alert.key()), host -> new ArrayList<>())
                    .add(recorder.seenMillis(alert)));
    for (Probe probe : probes) {
      came.getOrDefault(probe.host(), List.of()).stream()
          .filter(at -> at >= probe.sentMillis())
          .mapToLong(at -> at)
          .min()
          .ifPresent(at -> late.add(new long[] {probe.sentMillis(), at - probe.sentMillis()}));
    }
    return late;
  }

  /** Sends frames of some hosts, one after the other, for a time. */
  private void probe(long millis) throws Exception {
    long until = System.currentTimeMillis() + millis;
    for (int i = 0; System.currentTimeMillis() < until; i++) {
      HostLoad load = loads.get(i % Math.min(PROBES, loads.size()));
      probes.add(new Probe(load.host(), System.currentTimeMillis()));
      send(load, sentAt -> {});
      Thread.sleep(BETWEEN_PROBES_MILLIS);
    }
  }

  private void lose(int standby) throws Exception {
    begin("lose-" + standby, standby);
    probe(20_000);
    probes.clear();
    long killed = System.currentTimeMillis();
    cluster.kill(apps.get(0));
    probe(5_000);
    cluster.start(apps.get(0));
    probe(5 * MINUTE);
    awaitThrough();
    Thread.sleep(2_000);
    List<long[]> late = latencies();
    out.accept(
        "standby %d: SIGKILL of one of two instances: the latest alert took %d ms"
            .formatted(standby, late.stream().mapToLong(one -> one[1]).max().orElse(-1)));
    for (int minute = 0; minute < 5; minute++) {
      long from = killed + minute * MINUTE;
      long[] of =
          late.stream()
              .filter(one -> one[0] >= from && one[0] < from + MINUTE)
              .mapToLong(one -> one[1])
              .sorted()
              .toArray();
      out.accept(
          "  minute %d: %d alerts, p50 %d ms, p99 %d ms"
              .formatted(minute + 1, of.length, at(of, 0.5), at(of, 0.99)));
    }
    end();
  }

  private static long at(long[] sorted, double part) {
    return sorted.length == 0
        ? -1
        : sorted[(int) Math.min(sorted.length - 1, sorted.length * part)];
  }

  private void rebuild() throws Exception {
    begin("rebuild", 0);
    out.accept("all stores lost: " + startAgain(true));
    end();
  }

  /**
   * What an hour of load leaves to be read back, and what less leaves. Time runs faster, for the
   * load, for the times in the settings of changelogs, and for the pause of the brokers' cleaner.
   */
  private void restore() throws Exception {
    begin("restore", 0);
    List<AlterConfigOp> faster =
        Stream.of(TopicConfig.SEGMENT_MS_CONFIG, TopicConfig.DELETE_RETENTION_MS_CONFIG)
            .map(name -> set(name, Long.parseLong(Changelogs.SETTINGS.get(name)) / FASTER))
            .toList();
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (String topic : changelogs()) {
      changes.put(new ConfigResource(ConfigResource.Type.TOPIC, topic), faster);
    }
    changes.put(
        new ConfigResource(ConfigResource.Type.BROKER, ""), // all brokers
        List.of(set("log.cleaner.backoff.ms", 15_000 / FASTER))); // Kafka's own
    admin.incrementalAlterConfigs(changes).all().get();
    int minutes = 0;
    for (int until : new int[] {5, 20, 60}) {
      change(until - minutes);
      minutes = until;
      out.accept("%d min of load, %d updates".formatted(minutes, 6 * minutes * hosts));
      tellChangelogs();
      out.accept("SIGKILL of both instances: " + startAgain(false));
      out.accept("and their stores lost: " + startAgain(true));
    }
    end();
  }

  private static AlterConfigOp set(String name, long value) {
    return new AlterConfigOp(new ConfigEntry(name, Long.toString(value)), AlterConfigOp.OpType.SET);
  }

  private List<String> changelogs() throws Exception {
    return admin.listTopics().names().get().stream()
        .filter(topic -> topic.startsWith(application) && topic.endsWith("-changelog"))
        .sorted()
        .toList();
  }

  /**
   * What is in each changelog; its bytes are those of one replica, with the ends of transactions.
   */
  private void tellChangelogs() throws Exception {
    Map<String, Long> bytes = new HashMap<>();
    int broker = admin.describeCluster().nodes().get().iterator().next().id();
    admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker).values().stream()
        .flatMap(disk -> disk.replicaInfos().entrySet().stream())
        .forEach(log -> bytes.merge(log.getKey().topic(), log.getValue().size(), Long::sum));
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrapServers(),
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed");
    for (String topic : changelogs()) {
      long records = 0;
      Map<String, Boolean> keys = new HashMap<>();
      try (KafkaConsumer<String, byte[]> consumer =
          new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
        List<TopicPartition> partitions =
            consumer.partitionsFor(topic).stream()
                .map(one -> new TopicPartition(topic, one.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
          for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            records++;
            keys.put(record.key(), record.value() != null);
          }
        }
      }
      long there = keys.values().stream().filter(isThere -> isThere).count();
      out.accept(
          "  %s: %d records, %d keys and the ends of %d, %d KiB"
              .formatted(
                  topic.substring(application.length() + 1),
                  records,
                  there,
                  keys.size() - there,
                  bytes.getOrDefault(topic, 0L) >> 10));
    }
  }

  /** Each host changes every ten seconds of the faster time. */
  private void change(int minutes) throws Exception {
    long began = System.nanoTime();
    long sent = 0;
    for (int sweep = 0; sweep < 6 * minutes; sweep++) {
      for (HostLoad load : loads) {
        FrameSender.awaitTurn(began, sent++, hosts * FASTER / 10.0);
        send(load, sentAt -> {});
      }
    }
    sender.finish();
    awaitThrough();
    out.accept(
        "%d updates were judged in %.0f s".formatted(sent, (System.nanoTime() - began) / 1e9));
  }

  /** Kills both instances, starts them, and says what they read back and how long it took. */
  private String startAgain(boolean lost) throws Exception {
    for (App app : apps) {
      cluster.kill(app);
      if (lost) {
        Cluster.clear(app);
      }
    }
    probes.clear();
    long start = System.currentTimeMillis();
    for (App app : apps) {
      cluster.start(app);
    }
    probe(3_000);
    awaitThrough();
    Thread.sleep(1_000);
    long late = latencies().stream().mapToLong(one -> one[0] + one[1] - start).max().orElse(-1);
    long records = 0;
    for (App app : apps) {
      records += Cluster.restoredRecords(app);
    }
    return "%d records read back, alerts of frames sent meanwhile were all there after %d ms"
        .formatted(records, late);
  }

  private void backlog() throws Exception {
    begin("backlog", 1);
    recorder.end(); // A million alerts in memory would take the CPU that is measured here.
    long began = System.nanoTime();
    AtomicLong sent = new AtomicLong();
    for (int i = 0; i < 3; i++) {
      sweep(sent);
    }
    sender.finish();
    awaitThrough();
    double rate = sent.get() / ((System.nanoTime() - began) / 1e9);
    out.accept("sustainable: %.0f frames/s that raise alerts".formatted(rate));
    sent.set(0);
    began = System.nanoTime();
    while (System.nanoTime() - began < 2 * MINUTE * 1_000_000L) {
      for (HostLoad load : loads) {
        FrameSender.awaitTurn(began, sent.get(), 10 * rate);
        send(load, sentAt -> {});
        sent.incrementAndGet();
      }
    }
    sender.finish();
    double sending = (System.nanoTime() - began) / 1e9;
    out.accept("sent: " + watcher.where());
    Thread progress = new Thread(this::tellEachMinute, "progress");
    progress.start();
    awaitThrough();
    progress.interrupt();
    progress.join();
    out.accept(
        "backlog: %d frames in %.0f s (%.1f times the rate), judged after %.0f s, %d MiB at most"
            .formatted(
                sent.get(),
                sending,
                sent.get() / sending / rate,
                (System.nanoTime() - began) / 1e9,
                peakMebibytes()));
    end();
  }

  private void tellEachMinute() {
    try {
      while (true) {
        Thread.sleep(MINUTE);
        out.accept("%s, %d MiB at most".formatted(watcher.where(), peakMebibytes()));
      }
    } catch (InterruptedException done) {
      Thread.currentThread().interrupt();
    }
  }

  private long peakMebibytes() {
    return apps.stream().mapToLong(App::peakMebibytes).max().orElse(0);
  }

  private void sweep(AtomicLong sent) throws Exception {
    for (HostLoad load : loads) {
      send(load, sentAt -> {});
      sent.incrementAndGet();
    }
  }

  private void flood() throws Exception {
    begin("flood", 1);
    HostLoad loud = loads.get(0);
    HostLoad beside = other(loud, true);
    HostLoad elsewhere = other(loud, false);
    for (int i = 0; i < FLOOD; i++) {
      send(loud, sentAt -> {});
    }
    sender.finish();
    probes.clear();
    for (HostLoad quiet : List.of(beside, elsewhere)) {
      probes.add(new Probe(quiet.host(), System.currentTimeMillis()));
      send(quiet, sentAt -> {});
    }
    sender.finish();
    awaitThrough();
    Thread.sleep(1_000);
    List<long[]> late = latencies();
    out.accept(
        "behind %d frames of one host: a quiet host of its partition %d ms, one of another %d ms"
            .formatted(FLOOD, late.get(0)[1], late.get(1)[1]));
    end();
  }

  private HostLoad other(HostLoad loud, boolean samePartition) {
    return loads.stream()
        .skip(1)
        .filter(load -> (partition(load) == partition(loud)) == samePartition)
        .findFirst()
        .orElseThrow();
  }

  /** As Kafka's partitioner has it. */
  private static int partition(HostLoad load) {
    byte[] key = load.host().getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % Cluster.PARTITIONS;
  }
}
