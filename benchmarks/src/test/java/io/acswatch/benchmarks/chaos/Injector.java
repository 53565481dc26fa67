package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Cluster.App;
import io.acswatch.benchmarks.chaos.Cluster.Broker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Does a fault, and undoes it; each in a thread of its own. */
final class Injector {
  private static final long CLEAN_END_MILLIS = 60_000;

  private final Cluster cluster;
  private final Admin admin;
  private final int apps;
  private final Round round;

  Injector(Cluster cluster, Admin admin, int apps, Round round) {
    this.cluster = cluster;
    this.admin = admin;
    this.apps = apps;
    this.round = round;
  }

  /** Does it, waits, and undoes it. */
  void run(Fault fault) throws Exception {
    switch (fault.kind()) {
      case KILL_APP, TERM_APP, WIPED_STATE, DAMAGED_STATE, LOST_OFFSETS -> restart(fault);
      case STOP_APP, LONG_STOP_APP -> {
        App app = cluster.app(fault.target());
        alone(app.underFault(), () -> stop(app.child(), fault));
      }
      case CLEAN_RESTARTS -> cleanRestarts();
      case ROLL_APPS -> roll(false);
      case OTHER_BUILD -> roll(true);
      case KILL_BROKER ->
          alone(broker(fault).underFault(), () -> killBroker(broker(fault), fault.forMillis()));
      case STOP_BROKER, LONG_STOP_BROKER ->
          alone(broker(fault).underFault(), () -> stop(broker(fault).child(), fault));
      case ROLL_BROKERS -> rollBrokers();
      case OUTAGE -> outage(fault);
      case CUT, CUT_ONE_WAY -> cut(fault);
      case DELAY -> delay(fault);
      case FULL_DISK_APP -> fill(cluster.app(fault.target()).disk(), fault);
      case FULL_DISK_BROKER ->
          alone(
              broker(fault).underFault(),
              () -> {
                fill(broker(fault).disk(), fault);
                killBroker(broker(fault), 0); // its log directory is offline for good
              });
      case MOVED_PARTITIONS -> movePartitions(new Random(fault.atMillis()));
      case TRUNCATED_TOPICS -> round.truncate();
      case KILL_SENDER -> round.senders().kill(Integer.parseInt(fault.target().substring(1)));
      case DUPLICATES, REORDERED, OLD_FRAMES, POISON, OVERSIZED, CLOCK_STEP -> {}
    }
  }

  private Broker broker(Fault fault) {
    return cluster.brokers().get(fault.target());
  }

  private static void sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void alone(Lock lock, Action action) throws Exception {
    lock.lockInterruptibly();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private void restart(Fault fault) throws Exception {
    App app = cluster.app(fault.target());
    alone(app.underFault(), () -> restart(app, fault));
  }

  private void restart(App app, Fault fault) throws Exception {
    if (fault.kind() == Fault.Kind.TERM_APP) {
      endCleanly(app);
    } else {
      cluster.kill(app);
    }
    Random random = new Random(fault.atMillis());
    switch (fault.kind()) {
      case WIPED_STATE -> Cluster.clear(app);
      case DAMAGED_STATE -> damage(app, random);
      case LOST_OFFSETS -> loseOffsets(app, random);
      default -> {}
    }
    sleep(fault.forMillis());
    cluster.start(app);
  }

  private void endCleanly(App app) throws InterruptedException {
    if (!cluster.terminate(app, CLEAN_END_MILLIS)) {
      round.violation(app.name() + " did not end within " + CLEAN_END_MILLIS + " ms of SIGTERM");
    }
  }

  private void stop(Child child, Fault fault) throws IOException, InterruptedException {
    if (child == null || !child.isAlive()) {
      return;
    }
    child.signal("STOP");
    sleep(fault.forMillis());
    if (child.isAlive()) {
      child.signal("CONT");
    }
  }

  private void cleanRestarts() throws Exception {
    App app = cluster.app("s1");
    for (int i = 0; i < 3; i++) {
      alone(
          app.underFault(),
          () -> {
            endCleanly(app);
            cluster.start(app);
          });
      sleep(1_500);
    }
  }

  private void roll(boolean toOtherBuild) throws Exception {
    for (App app : cluster.apps(apps)) {
      alone(
          app.underFault(),
          () -> {
            endCleanly(app);
            if (toOtherBuild) {
              Cluster.useOtherBuild(app);
            }
            cluster.start(app);
          });
      round.awaitReady(app, 30_000);
    }
  }

  private void killBroker(Broker broker, long millis) throws IOException, InterruptedException {
    if (broker.child().isAlive()) {
      broker.child().kill();
    }
    sleep(millis);
    cluster.start(broker);
  }

  private void rollBrokers() throws Exception {
    for (Broker broker : cluster.brokers().values()) {
      alone(
          broker.underFault(),
          () -> {
            if (!broker.child().terminate(CLEAN_END_MILLIS)) {
              broker.child().kill();
            }
            cluster.start(broker);
          });
      round.awaitInSync(60_000);
    }
  }

  /** Below min.insync.replicas: two of three are stopped. */
  private void outage(Fault fault) throws Exception {
    List<Child> two =
        cluster.brokers().entrySet().stream()
            .filter(broker -> !broker.getKey().equals(fault.target()))
            .map(broker -> broker.getValue().child())
            .filter(Child::isAlive)
            .toList();
    for (Child child : two) {
      child.signal("STOP");
    }
    sleep(fault.forMillis());
    for (Child child : two) {
      if (child.isAlive()) {
        child.signal("CONT");
      }
    }
  }

  private void cut(Fault fault) throws Exception {
    if (!cluster.network().isReal()) {
      return;
    }
    String[] nodes = fault.target().split("-");
    boolean bothWays = fault.kind() == Fault.Kind.CUT;
    cluster.network().cut(nodes[0], nodes[1], bothWays);
    sleep(fault.forMillis());
    cluster.network().join(nodes[0], nodes[1], bothWays);
  }

  private void delay(Fault fault) throws Exception {
    if (cluster.network().isReal() && cluster.network().delay(fault.target(), true)) {
      sleep(fault.forMillis());
      cluster.network().delay(fault.target(), false);
    }
  }

  private void fill(Path disk, Fault fault) throws Exception {
    if (!cluster.network().isReal()) {
      return;
    }
    Path ballast = disk.resolve("ballast");
    FileStore store = Files.getFileStore(disk);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (store.getUsableSpace() > 0) {
        out.write(block, 0, (int) Math.min(block.length, store.getUsableSpace()));
      }
    } catch (IOException full) {
      // As wanted.
    }
    sleep(fault.forMillis());
    Files.deleteIfExists(ballast);
  }

  /** Overwrites a part of a file of one store, as a bad disk does. */
  private void damage(App app, Random random) throws IOException {
    List<Path> stores = stores(app);
    if (stores.isEmpty()) {
      return;
    }
    Path store = stores.get(random.nextInt(stores.size()));
    try (Stream<Path> files = Files.list(store)) {
      List<Path> of =
          files
              .filter(
                  file ->
                      file.getFileName().toString().matches("CURRENT|MANIFEST.*|.*\\.(sst|log)"))
              .sorted()
              .toList();
      Path file = of.get(random.nextInt(of.size()));
      byte[] noise = new byte[64];
      random.nextBytes(noise);
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.seek(random.nextInt((int) Math.max(1, Math.min(bytes.length(), 4_096))));
        bytes.write(noise);
      }
      round.note("damaged " + app.disk().relativize(file));
    }
  }

  private static List<Path> stores(App app) throws IOException {
    Path state = app.disk().resolve("state");
    if (!Files.exists(state)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(state)) {
      return files
          .filter(file -> file.getFileName().toString().equals("CURRENT"))
          .map(Path::getParent)
          .sorted()
          .toList();
    }
  }

  /** Kafka Streams keeps in a column family of each store how much of its changelog is in it. */
  private void loseOffsets(App app, Random random) throws IOException, RocksDBException {
    List<Path> stores = stores(app);
    if (stores.isEmpty()) {
      return;
    }
    Path store = stores.get(random.nextInt(stores.size()));
    RocksDB.loadLibrary();
    List<byte[]> names;
    try (Options options = new Options()) {
      names = RocksDB.listColumnFamilies(options, store.toString());
    }
    List<ColumnFamilyDescriptor> families =
        names.stream().map(ColumnFamilyDescriptor::new).toList();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        RocksDB db = RocksDB.open(options, store.toString(), families, handles)) {
      for (int i = 0; i < handles.size(); i++) {
        if (new String(names.get(i), java.nio.charset.StandardCharsets.UTF_8).contains("offsets")) {
          lose(db, handles.get(i));
        }
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
    round.note("offsets lost of " + app.disk().relativize(store));
  }

  private static void lose(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
    List<byte[]> keys = new ArrayList<>();
    try (RocksIterator all = db.newIterator(family)) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        keys.add(all.key());
      }
    }
    for (byte[] key : keys) {
      db.delete(family, key);
    }
  }

  /** Leaders and replicas of all of the round's topics go elsewhere. */
  private void movePartitions(Random random)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
    var topics =
        admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
            .filter(round::isOurs)
            .toList();
    for (var topic :
        admin.describeTopics(topics).allTopicNames().get(20, TimeUnit.SECONDS).values()) {
      topic
          .partitions()
          .forEach(
              partition -> {
                List<Integer> order = new ArrayList<>(List.of(1, 2, 3));
                Collections.shuffle(order, random);
                moves.put(
                    new TopicPartition(topic.name(), partition.partition()),
                    Optional.of(new NewPartitionReassignment(order)));
              });
    }
    admin.alterPartitionReassignments(moves).all().get(20, TimeUnit.SECONDS);
    try {
      admin.electLeaders(ElectionType.PREFERRED, moves.keySet()).all().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException someLeadAlreadyOrCannot) {
      // The others were elected.
    }
  }
}
