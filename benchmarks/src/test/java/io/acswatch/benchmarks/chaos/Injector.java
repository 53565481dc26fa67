package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Cluster.App;
import io.acswatch.benchmarks.chaos.Cluster.Broker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
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
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Does a fault, looks that it was done and had an effect, and undoes it; each in a thread of its
 * own.
 */
final class Injector {
  private static final long CLEAN_END_MILLIS = 60_000;
  private static final long NOTICE_MILLIS = 10_000;
  private static final long STEP_TOLERANCE_MILLIS = 10_000;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
  private static final int KILLED = 128 + 9;
  private static final String DISK_IS_FULL = "No space left on device";
  private static final String GAP = "before they were read";
  private static final String DAMAGE = "is damaged and is rebuilt";
  private static final String OTHER_VERSION = "another version of acswatch wrote it";

  private final Cluster cluster;
  private final Admin admin;
  private final int apps;
  private final Round round;

  /** A fault that was not done, or changed nothing. */
  static final class NotDone extends Exception {
    private static final long serialVersionUID = 1;

    NotDone(String why) {
      super(why);
    }
  }

  Injector(Cluster cluster, Admin admin, int apps, Round round) {
    this.cluster = cluster;
    this.admin = admin;
    this.apps = apps;
    this.round = round;
  }

  /** Does it, waits, undoes it, and returns what shows that it was done. */
  String run(Fault fault) throws Exception {
    if (fault.kind().takesNamespaces() && !cluster.network().isReal()) {
      throw new NotDone(cluster.network().lacks());
    }
    return switch (fault.kind()) {
      case KILL_APP, TERM_APP, WIPED_STATE, DAMAGED_STATE, LOST_OFFSETS -> {
        App app = app(fault);
        yield alone(app.underFault(), () -> restart(app, fault));
      }
      case STOP_APP, LONG_STOP_APP -> {
        App app = app(fault);
        yield alone(app.underFault(), () -> stop(List.of(app.child()), fault));
      }
      case CLEAN_RESTARTS -> cleanRestarts();
      case ROLL_APPS -> roll(false);
      case OTHER_BUILD -> otherBuild(fault);
      case KILL_BROKER ->
          alone(broker(fault).underFault(), () -> killBroker(broker(fault), fault.forMillis()));
      case STOP_BROKER, LONG_STOP_BROKER ->
          alone(broker(fault).underFault(), () -> stop(List.of(broker(fault).child()), fault));
      case ROLL_BROKERS -> rollBrokers();
      case OUTAGE -> outage(fault);
      case CLOCK_STEP_APP -> {
        App app = app(fault);
        yield alone(app.underStep(), () -> step(fault, () -> clockOf(app)));
      }
      case CLOCK_STEP_BROKER -> {
        Broker broker = broker(fault);
        yield alone(broker.underStep(), () -> step(fault, () -> clockOf(broker)));
      }
      case CUT, CUT_ONE_WAY -> cut(fault);
      case DELAY -> delay(fault);
      case FULL_DISK_APP -> {
        App app = app(fault);
        yield alone(app.underFault(), () -> fill(app, fault));
      }
      case FULL_DISK_BROKER -> alone(broker(fault).underFault(), () -> fill(broker(fault), fault));
      case MOVED_PARTITIONS -> movePartitions(new Random(fault.atMillis()));
      case TRUNCATED_TOPICS -> truncate();
      case LOST_FRAMES -> {
        List<App> all = cluster.apps(apps);
        yield alone(all, () -> loseFrames(all, fault));
      }
      case KILL_SENDER -> killSender(Integer.parseInt(fault.target().substring(1)));
      case DUPLICATES, REORDERED, OLD_FRAMES, POISON, OVERSIZED, CLOCK_STEP -> round.sent(fault);
    };
  }

  private App app(Fault fault) throws NotDone {
    App app = cluster.app(fault.target());
    if (app == null || app.child() == null) {
      throw new NotDone("no instance runs as " + fault.target());
    }
    return app;
  }

  private Broker broker(Fault fault) throws NotDone {
    Broker broker = cluster.brokers().get(fault.target());
    if (broker == null) {
      throw new NotDone("there is no broker " + fault.target());
    }
    return broker;
  }

  private static void sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  private interface Action {
    String run() throws Exception;
  }

  private static String alone(Lock lock, Action action) throws Exception {
    lock.lockInterruptibly();
    try {
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  private static String alone(List<App> apps, Action action) throws Exception {
    return apps.isEmpty()
        ? action.run()
        : alone(apps.get(0).underFault(), () -> alone(apps.subList(1, apps.size()), action));
  }

  private String restart(App app, Fault fault) throws Exception {
    long said = app.child().saidBytes();
    boolean ran = app.child().isAlive();
    String done;
    boolean inOrder = fault.kind() == Fault.Kind.LOST_OFFSETS && fault.atMillis() % 2 == 0;
    if (inOrder || fault.kind() == Fault.Kind.TERM_APP) {
      done = endCleanly(app);
    } else {
      cluster.kill(app);
      done = "exit code " + app.child().exitCode();
      ran &= app.child().exitCode() == KILLED;
    }
    Random random = new Random(fault.atMillis());
    try {
      switch (fault.kind()) {
        case WIPED_STATE -> done = "files deleted: " + wipe(app);
        case DAMAGED_STATE -> done = damage(app, random);
        case LOST_OFFSETS -> done = loseOffsets(app, random);
        default -> {}
      }
    } finally {
      sleep(fault.forMillis());
      cluster.start(app);
    }
    if (!ran) {
      throw new NotDone("it had ended by itself before");
    }
    if (fault.kind() == Fault.Kind.DAMAGED_STATE
        && !await(() -> app.child().hasSaid(DAMAGE, said))) {
      throw new NotDone(done + ", and it was not found");
    }
    return done;
  }

  private static long wipe(App app) throws IOException, NotDone {
    long files;
    try (Stream<Path> all = Files.walk(app.disk())) {
      files = all.filter(Files::isRegularFile).count();
    }
    Cluster.clear(app);
    if (files == 0) {
      throw new NotDone("it had no state");
    }
    return files;
  }

  private String endCleanly(App app) throws InterruptedException {
    if (!cluster.terminate(app, CLEAN_END_MILLIS)) {
      round.violation(
          Property.PROGRESS,
          app.name() + " did not end within " + CLEAN_END_MILLIS + " ms of SIGTERM");
    }
    return app.name() + " ended with " + app.child().exitCode();
  }

  /** Holds processes; all must be found held when they are let go. */
  private static String stop(List<Child> children, Fault fault)
      throws IOException, InterruptedException, NotDone {
    for (Child child : children) {
      if (!child.isAlive()) {
        throw new NotDone("it had ended by itself before");
      }
    }
    long began = System.nanoTime();
    boolean held;
    try {
      for (Child child : children) {
        child.signal("STOP");
      }
      sleep(fault.forMillis());
      held = children.stream().allMatch(Child::isStopped);
    } finally {
      for (Child child : children) {
        if (child.isAlive()) {
          child.signal("CONT");
        }
      }
    }
    if (!held) {
      throw new NotDone("it was not stopped all the time");
    }
    return "stopped for %d ms".formatted((System.nanoTime() - began) / 1_000_000);
  }

  private String cleanRestarts() throws Exception {
    App app = cluster.app("s1");
    List<String> ends = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      alone(
          app.underFault(),
          () -> {
            ends.add(endCleanly(app));
            cluster.start(app);
            return "";
          });
      sleep(1_500);
    }
    return ends.toString();
  }

  private String roll(boolean toOtherBuild) throws Exception {
    List<String> ends = new ArrayList<>();
    for (App app : cluster.apps(apps)) {
      alone(
          app.underFault(),
          () -> {
            ends.add(endCleanly(app));
            if (toOtherBuild) {
              app.otherBuild(true);
            }
            cluster.start(app);
            return "";
          });
      if (!round.awaitReady(app, 30_000)) {
        ends.add("not ready after 30 s");
      }
    }
    return ends.toString();
  }

  /**
   * All instances get a build with another version of the state. In every second round one is then
   * set back: it must refuse what the later build wrote, and goes on as the later build.
   */
  private String otherBuild(Fault fault) throws Exception {
    String rolled = roll(true);
    if (fault.atMillis() % 2 == 0) {
      return rolled;
    }
    App app = cluster.app("s1");
    long said = app.child().saidBytes();
    alone(
        app.underFault(),
        () -> {
          endCleanly(app);
          app.otherBuild(false);
          cluster.start(app);
          return "";
        });
    boolean refused = await(() -> app.child().hasSaid(OTHER_VERSION, said));
    alone(
        app.underFault(),
        () -> {
          cluster.kill(app);
          app.otherBuild(true);
          cluster.start(app);
          return "";
        });
    return rolled
        + ", then set back: "
        + (refused ? "it refused the later state" : "it met no later state");
  }

  private String killBroker(Broker broker, long millis)
      throws IOException, InterruptedException, NotDone {
    boolean ran = broker.child().isAlive();
    broker.child().kill();
    int code = broker.child().exitCode();
    sleep(millis);
    cluster.start(broker);
    if (!ran || code != KILLED) {
      throw new NotDone("it had ended by itself before");
    }
    return "exit code " + code;
  }

  private String rollBrokers() throws Exception {
    List<String> ends = new ArrayList<>();
    for (Broker broker : cluster.brokers().values()) {
      alone(
          broker.underFault(),
          () -> {
            boolean inTime = broker.child().terminate(CLEAN_END_MILLIS);
            if (!inTime) {
              broker.child().kill();
            }
            ends.add(broker.name() + " ended with " + broker.child().exitCode());
            cluster.start(broker);
            return "";
          });
      round.awaitInSync(60_000);
    }
    return ends.toString();
  }

  /** Below min.insync.replicas: two of three are stopped. */
  private String outage(Fault fault) throws Exception {
    List<Broker> two =
        cluster.brokers().values().stream()
            .filter(broker -> !broker.name().equals(fault.target()))
            .toList();
    return alone(
        two.get(0).underFault(),
        () ->
            alone(
                two.get(1).underFault(),
                () -> stop(two.stream().map(Broker::child).toList(), fault)));
  }

  private String cut(Fault fault) throws Exception {
    String[] nodes = fault.target().split("-");
    boolean bothWays = fault.kind() == Fault.Kind.CUT;
    cluster.network().cut(nodes[0], nodes[1], bothWays);
    long dropped;
    try {
      sleep(fault.forMillis());
    } finally {
      dropped = cluster.network().join(nodes[0], nodes[1], bothWays);
    }
    if (dropped == 0) {
      throw new NotDone("no packet was under way");
    }
    return "packets dropped: " + dropped;
  }

  /** Steps the clock of whichever process the node has, and back; other faults may meet it. */
  private String step(Fault fault, Clock clock) throws Exception {
    int seconds = Clocks.seconds(fault);
    boolean stepped;
    cluster.clocks().step(fault.target(), seconds);
    try {
      stepped = await(() -> shows(clock, seconds));
      sleep(fault.forMillis());
    } finally {
      cluster.clocks().step(fault.target(), 0);
    }
    if (!stepped) {
      throw new NotDone("it was not seen to have another time");
    }
    boolean back = await(() -> shows(clock, 0));
    return "its time was %+d s off%s"
        .formatted(seconds, back ? ", and right again" : "; it was not seen right again");
  }

  private interface Clock {
    long millis() throws IOException, InterruptedException;
  }

  private static boolean shows(Clock clock, int seconds) throws InterruptedException {
    try {
      long off = clock.millis() - System.currentTimeMillis();
      return Math.abs(off - seconds * 1_000L) < STEP_TOLERANCE_MILLIS;
    } catch (IOException down) {
      return false;
    }
  }

  /** As the instance says it in each of its answers. */
  private static long clockOf(App app) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + app.http() + "/healthz"))
            .timeout(Duration.ofSeconds(2))
            .build();
    String date =
        HTTP.send(request, BodyHandlers.discarding())
            .headers()
            .firstValue("Date")
            .orElseThrow(() -> new IOException("no date"));
    return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
        .toInstant()
        .toEpochMilli();
  }

  private long clockOf(Broker broker) throws IOException {
    String told = Files.readString(cluster.time(broker));
    return told.isEmpty() ? 0 : Long.parseLong(told);
  }

  private String delay(Fault fault) throws Exception {
    if (!cluster.network().delay(fault.target(), true)) {
      throw new NotDone("tc refused it, or the node is slow already");
    }
    long bytes;
    try {
      sleep(fault.forMillis());
      bytes = cluster.network().sentLate(fault.target());
    } finally {
      cluster.network().delay(fault.target(), false);
    }
    if (bytes == 0) {
      throw new NotDone("nothing was sent meanwhile");
    }
    return "bytes sent late: " + bytes;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static boolean await(Condition condition) throws Exception {
    long until = System.currentTimeMillis() + NOTICE_MILLIS;
    while (!condition.holds()) {
      if (System.currentTimeMillis() > until) {
        return false;
      }
      sleep(100);
    }
    return true;
  }

  /** If nothing is written meanwhile, the instance starts anew on the full disk: that writes. */
  private String fill(App app, Fault fault) throws Exception {
    long said = app.child().saidBytes();
    Path ballast = fill(app.disk());
    try {
      sleep(fault.forMillis());
      String how = "found while it ran";
      if (!app.child().hasSaid(DISK_IS_FULL, said)) {
        how = "found at a start";
        cluster.kill(app);
        cluster.start(app);
        if (!await(() -> app.child().hasSaid(DISK_IS_FULL, said))) {
          throw new NotDone("nothing was written meanwhile");
        }
      }
      return how;
    } finally {
      Files.deleteIfExists(ballast);
    }
  }

  /** The only log directory of a broker that cannot write to it is offline for good. */
  private String fill(Broker broker, Fault fault) throws Exception {
    long said = broker.child().saidBytes();
    Path ballast = fill(broker.disk());
    boolean noticed;
    try {
      sleep(fault.forMillis());
      noticed = await(() -> broker.child().hasSaid(DISK_IS_FULL, said));
    } finally {
      Files.deleteIfExists(ballast);
    }
    boolean ended = !broker.child().isAlive();
    broker.child().kill();
    cluster.start(broker);
    if (!noticed) {
      throw new NotDone("nothing was written meanwhile");
    }
    return ended ? "the broker ended by itself" : "the broker said so";
  }

  private static Path fill(Path disk) throws IOException, NotDone {
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
    if (store.getUsableSpace() > 0) {
      Files.deleteIfExists(ballast);
      throw new NotDone("the disk is not full");
    }
    return ballast;
  }

  private String truncate() throws Exception {
    long records = round.truncate();
    if (records == 0) {
      throw new NotDone("nothing was judged and read yet");
    }
    return "records deleted: " + records;
  }

  /** No instance runs, or all are held, while frames come and some of them are deleted. */
  private String loseFrames(List<App> all, Fault fault) throws Exception {
    Random random = new Random(fault.atMillis());
    int how = random.nextInt(3);
    Map<App, Long> said = new HashMap<>();
    long gone;
    try {
      for (App app : all) {
        said.put(app, app.child().saidBytes());
        switch (how) {
          case 0 -> cluster.kill(app);
          case 1 -> endCleanly(app);
          default -> app.child().signal("STOP");
        }
      }
      sleep(fault.forMillis());
      gone = round.loseFrames(random);
    } finally {
      for (App app : all) {
        if (how > 1 && app.child().isAlive()) {
          app.child().signal("CONT");
        }
        cluster.start(app);
      }
    }
    if (gone == 0) {
      throw new NotDone("no frame came meanwhile");
    }
    String done =
        "frames deleted: %d, by partition %s; all instances were %s"
            .formatted(gone, round.lost(), List.of("killed", "ended", "held").get(how));
    if (random.nextBoolean()) {
      return done;
    }
    // One is killed at the moment at which it has met the gap.
    App told = awaitSaid(said, GAP);
    if (told == null) {
      return done;
    }
    cluster.kill(told);
    cluster.start(told);
    return done + "; " + told.name() + " was killed as it met them";
  }

  /** The first of them that says this; null if none does in time. */
  private static App awaitSaid(Map<App, Long> since, String words) throws Exception {
    long until = System.currentTimeMillis() + 2 * NOTICE_MILLIS;
    while (System.currentTimeMillis() < until) {
      for (App app : since.keySet()) {
        if (app.child().hasSaid(words, since.get(app))) {
          return app;
        }
      }
      sleep(5);
    }
    return null;
  }

  private String killSender(int number) throws Exception {
    int held = round.senders().kill(number);
    if (held == 0) {
      throw new NotDone("it held no frame");
    }
    return "frames unconfirmed: " + held;
  }

  /** Overwrites a part of a file of one store, as a bad disk does. */
  private static String damage(App app, Random random) throws IOException, NotDone {
    List<Path> stores = stores(app);
    if (stores.isEmpty()) {
      throw new NotDone("it had no store");
    }
    Path store = stores.get(random.nextInt(stores.size()));
    try (Stream<Path> files = Files.list(store)) {
      List<Path> of =
          files
              .filter(file -> file.getFileName().toString().matches("CURRENT|MANIFEST.*|.*\\.sst"))
              .sorted()
              .toList();
      Path file = of.get(random.nextInt(of.size()));
      byte[] noise = new byte[64];
      random.nextBytes(noise);
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.seek(random.nextInt((int) Math.max(1, Math.min(bytes.length(), 4_096))));
        bytes.write(noise);
      }
      return "damaged " + app.disk().relativize(file);
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
  private static String loseOffsets(App app, Random random)
      throws IOException, RocksDBException, NotDone {
    RocksDB.loadLibrary();
    List<Path> stores = new ArrayList<>(stores(app));
    Collections.shuffle(stores, random);
    for (Path store : stores) {
      int lost = loseOffsets(store);
      if (lost > 0) {
        return lost + " lost of " + app.disk().relativize(store);
      }
    }
    throw new NotDone("no offsets in %d stores".formatted(stores.size()));
  }

  private static int loseOffsets(Path store) throws RocksDBException {
    List<byte[]> names;
    try (Options options = new Options()) {
      names = RocksDB.listColumnFamilies(options, store.toString());
    }
    List<ColumnFamilyDescriptor> families =
        names.stream().map(ColumnFamilyDescriptor::new).toList();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    int lost = 0;
    try (DBOptions options = new DBOptions();
        RocksDB db = RocksDB.open(options, store.toString(), families, handles)) {
      for (int i = 0; i < handles.size(); i++) {
        if (new String(names.get(i), java.nio.charset.StandardCharsets.UTF_8).contains("offsets")) {
          lost += lose(db, handles.get(i));
        }
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
    return lost;
  }

  private static int lose(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
    List<byte[]> keys = new ArrayList<>();
    try (RocksIterator all = db.newIterator(family)) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        keys.add(all.key());
      }
    }
    for (byte[] key : keys) {
      db.delete(family, key);
    }
    return keys.size();
  }

  /**
   * One replica of each partition goes, another broker leads, and a replica is made anew: of the
   * round's topics, and of those in which Kafka keeps groups and transactions.
   */
  private String movePartitions(Random random) throws Exception {
    Map<TopicPartition, Integer> leaders = new HashMap<>();
    Map<TopicPartition, List<Integer>> orders = new HashMap<>();
    describe()
        .forEach(
            (partition, info) -> {
              List<Integer> order = new ArrayList<>(List.of(1, 2, 3));
              Collections.shuffle(order, random);
              orders.put(partition, order);
              leaders.put(partition, info.leader() == null ? 0 : info.leader().id());
            });
    long gone;
    try {
      reassign(orders, 2);
      gone = describe().values().stream().filter(info -> info.replicas().size() == 2).count();
    } finally {
      await(() -> reassign(orders, 3));
    }
    try {
      admin.electLeaders(ElectionType.PREFERRED, orders.keySet()).all().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException someLeadAlreadyOrCannot) {
      // The others were elected.
    }
    int led = 0;
    for (var now : describe().entrySet()) {
      Node leader = now.getValue().leader();
      Integer before = leaders.get(now.getKey());
      led += leader != null && before != null && leader.id() != before ? 1 : 0;
    }
    if (gone == 0 || led == 0) {
      throw new NotDone("replicas moved: " + gone + ", leaders: " + led);
    }
    return "replicas moved: %d, leaders: %d, of %d partitions".formatted(gone, led, orders.size());
  }

  private Map<TopicPartition, TopicPartitionInfo> describe() throws Exception {
    Map<TopicPartition, TopicPartitionInfo> all = new HashMap<>();
    List<String> names =
        admin
            .listTopics(new ListTopicsOptions().listInternal(true))
            .names()
            .get(20, TimeUnit.SECONDS)
            .stream()
            .filter(name -> round.isOurs(name) || name.startsWith("__"))
            .toList();
    admin
        .describeTopics(names)
        .allTopicNames()
        .get(20, TimeUnit.SECONDS)
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(one -> all.put(new TopicPartition(name, one.partition()), one)));
    return all;
  }

  /** Waits until it is done, or goes on when time is up: a broker may be away. */
  private boolean reassign(Map<TopicPartition, List<Integer>> orders, int replicas)
      throws Exception {
    Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
    orders.forEach(
        (partition, order) ->
            moves.put(
                partition, Optional.of(new NewPartitionReassignment(order.subList(0, replicas)))));
    try {
      admin.alterPartitionReassignments(moves).all().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException away) {
      return false;
    }
    return await(
        () ->
            admin
                .listPartitionReassignments(orders.keySet())
                .reassignments()
                .get(20, TimeUnit.SECONDS)
                .isEmpty());
  }
}
