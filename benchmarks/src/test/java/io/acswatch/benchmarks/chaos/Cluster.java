package io.acswatch.benchmarks.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * The processes of the suite: three brokers, and the instances of the application that is tested.
 */
final class Cluster {
  static final int SESSION_MILLIS = 4_000;
  static final int TRANSACTION_MILLIS = 6_000;
  static final int PARTITIONS = 3;

  private static final int BROKER_PORT = 9092;
  private static final int CONTROLLER_PORT = 9093;
  private static final int HTTP_PORT = 9640;
  private static final long BROKER_END_MILLIS = 30_000;
  private static final String APP_DISK = "512m";
  private static final String QUICK =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss512k -XX:-UsePerfData";

  private static final Pattern RESTORED =
      Pattern.compile("(?m)^acswatch_restored_records_total(?:\\{.*})? (\\S+)$");

  private final Path directory;
  private final Network network;
  private final String launcher;
  private final String clusterId = Uuid.randomUuid().toString();
  private final Map<String, Broker> brokers = new LinkedHashMap<>();
  private final Map<String, App> apps = new LinkedHashMap<>();
  private final List<Path> disks = new ArrayList<>();
  private final Clocks clocks;
  private final String mutant;
  private Set<String> stepped = Set.of();
  private String prefix = "";
  private int standby = 1;
  private boolean hasEnded;

  /** A broker: its directory outlives its processes. */
  static final class Broker {
    private final String name;
    private final String clients;
    private final String controller;
    private final Path disk;
    private final Lock underFault = new ReentrantLock();
    private final Lock underStep = new ReentrantLock();
    private volatile Child child;
    private volatile boolean hasOwnClock;

    private Broker(String name, String clients, String controller, Path disk) {
      this.name = name;
      this.clients = clients;
      this.controller = controller;
      this.disk = disk;
    }

    Child child() {
      return child;
    }

    String name() {
      return name;
    }

    Path disk() {
      return disk;
    }

    Lock underFault() {
      return underFault;
    }

    /** Held while its clock is stepped. */
    Lock underStep() {
      return underStep;
    }
  }

  /** An instance of the application, whichever process it is. */
  static final class App {
    private final String name;
    private final String http;
    private final Path disk;
    private final List<String> ends = new ArrayList<>();
    private volatile Child child;
    private volatile boolean wanted;
    private final Lock underFault = new ReentrantLock();
    private final Lock underStep = new ReentrantLock();
    private volatile boolean otherBuild;
    private long peakMebibytes;

    private App(String name, String http, Path disk) {
      this.name = name;
      this.http = http;
      this.disk = disk;
    }

    String name() {
      return name;
    }

    String http() {
      return http;
    }

    Child child() {
      return child;
    }

    /** Held by a fault that ends it and starts it again: one after the other. */
    Lock underFault() {
      return underFault;
    }

    /** Held while its clock is stepped; it may be ended and started meanwhile. */
    Lock underStep() {
      return underStep;
    }

    /** Whether its next process is of a build with another version of the state. */
    void otherBuild(boolean other) {
      otherBuild = other;
    }

    boolean isWanted() {
      return wanted;
    }

    Path disk() {
      return disk;
    }

    /** Each time it ended by itself, with its last words. */
    List<String> ends() {
      return ends;
    }

    long peakMebibytes() {
      return peakMebibytes;
    }
  }

  Cluster(
      Path directory,
      Network network,
      Clocks clocks,
      String launcher,
      String mutant,
      String brokerDisk)
      throws IOException, InterruptedException {
    this.directory = directory;
    this.clocks = clocks;
    this.network = network;
    this.launcher = launcher;
    this.mutant = mutant;
    for (String name : Plan.BROKERS) {
      Path disk = disk(name, brokerDisk);
      String address = network.add(name);
      String clients = address + ":" + port(BROKER_PORT);
      brokers.put(name, new Broker(name, clients, address + ":" + port(CONTROLLER_PORT), disk));
    }
    for (int i = 1; i <= 3; i++) {
      String name = "s" + i;
      String http = network.add(name) + ":" + port(HTTP_PORT);
      apps.put(name, new App(name, http, disk(name, APP_DISK)));
    }
  }

  /** A disk of its own where they can be had, so that it can be full. */
  private Path disk(String name, String size) throws IOException, InterruptedException {
    Path disk = Files.createDirectories(directory.resolve(name));
    disks.add(disk);
    if (network.isReal()) {
      Network.run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString());
    }
    return disk;
  }

  Network network() {
    return network;
  }

  Clocks clocks() {
    return clocks;
  }

  String bootstrapServers() {
    return brokers.values().stream().map(broker -> broker.clients).collect(Collectors.joining(","));
  }

  /** This one on a node of its own; on a machine that others use, any that is free. */
  private int port(int port) throws IOException {
    if (network.isReal()) {
      return port;
    }
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static int number(Broker broker) {
    return Integer.parseInt(broker.name.substring(1));
  }

  Map<String, Broker> brokers() {
    return brokers;
  }

  App app(String name) {
    return apps.get(name);
  }

  /** The instances of this round. */
  List<App> apps(int count) {
    return apps.values().stream().limit(count).toList();
  }

  synchronized void start(Broker broker) throws IOException {
    if (hasEnded || (broker.child != null && broker.child.isAlive())) {
      return;
    }
    Properties p = new Properties();
    p.setProperty("node.id", Integer.toString(number(broker)));
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("controller.listener.names", "CONTROLLER");
    p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.setProperty(
        "listeners", "PLAINTEXT://" + broker.clients + ",CONTROLLER://" + broker.controller);
    p.setProperty("advertised.listeners", "PLAINTEXT://" + broker.clients);
    p.setProperty(
        "controller.quorum.voters",
        brokers.values().stream()
            .map(other -> number(other) + "@" + other.controller)
            .collect(Collectors.joining(",")));
    p.setProperty("log.dirs", broker.disk.resolve("logs").toString());
    p.setProperty("auto.create.topics.enable", "false");
    p.setProperty("default.replication.factor", "3");
    p.setProperty("min.insync.replicas", "2");
    p.setProperty("offsets.topic.num.partitions", "3");
    p.setProperty("transaction.state.log.num.partitions", "3");
    p.setProperty("transaction.state.log.min.isr", "2");
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("group.min.session.timeout.ms", "1000");
    p.setProperty("broker.session.timeout.ms", "3000");
    p.setProperty("broker.heartbeat.interval.ms", "500");
    p.setProperty("replica.lag.time.max.ms", "3000");
    p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    p.setProperty("transactional.id.expiration.ms", "600000");
    p.setProperty("log.index.size.max.bytes", "65536");
    p.setProperty("log.segment.delete.delay.ms", "1000");
    p.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "3");
    p.setProperty("num.recovery.threads.per.data.dir", "1");
    p.setProperty("background.threads", "3");
    Path file = directory.resolve(broker.name + ".properties");
    try (var out = Files.newBufferedWriter(file)) {
      p.store(out, null);
    }
    List<String> command = new ArrayList<>(network.on(broker.name));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.matches("--add-.*|--enable-native.*|--sun-misc.*"))
        .forEach(command::add);
    command.addAll(List.of(QUICK.split(" ")));
    command.addAll(
        List.of(
            "-Xmx512m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerNode.class.getName(),
            file.toString(),
            clusterId));
    broker.hasOwnClock = stepped.contains(broker.name);
    if (broker.hasOwnClock) {
      command.add(time(broker).toString());
    }
    broker.child = Child.start(command, clock(broker.name), log(broker.name));
  }

  private Map<String, String> clock(String node) throws IOException {
    return stepped.contains(node) ? clocks.environment(node) : Map.of();
  }

  /** Where a broker whose clock can be stepped writes down what time it is. */
  Path time(Broker broker) {
    return directory.resolve(broker.name + ".time");
  }

  /** True if the instances said that they run the mutant, and none that it could not be made. */
  boolean ranMutant() {
    List<String> said = new ArrayList<>();
    apps.values().forEach(app -> said.add(read(log(app.name))));
    return said.stream().anyMatch(text -> text.contains("mutant " + mutant + ": Change"))
        && said.stream()
            .noneMatch(
                text -> text.contains("there is no Change") || text.contains("LinkageError"));
  }

  private static String read(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  Path log(String node) {
    return directory.resolve(node + ".log");
  }

  /** The clocks of these nodes can be stepped, and no others, in processes started from now on. */
  void stepped(Set<String> nodes) {
    stepped = nodes;
  }

  /** Starts a broker anew if its clock can be stepped and should not be, or the other way round. */
  boolean changeClock(Broker broker) throws IOException, InterruptedException {
    if (broker.hasOwnClock == stepped.contains(broker.name)) {
      return false;
    }
    if (!broker.child.terminate(BROKER_END_MILLIS)) {
      broker.child.kill();
    }
    start(broker);
    return true;
  }

  /** Gives the instances of a round topics, stores and logs of their own. */
  void begin(String topicPrefix, int count) throws IOException {
    prefix = topicPrefix;
    for (App app : apps(count)) {
      app.ends.clear();
      app.otherBuild = false;
      app.peakMebibytes = 0;
      clear(app);
      Files.deleteIfExists(log(app.name));
    }
  }

  void standby(int replicas) {
    standby = replicas;
  }

  static void clear(App app) throws IOException {
    RunDirectory.clear(app.disk);
  }

  Map<String, String> settings(App app) {
    Map<String, String> settings = new HashMap<>();
    settings.put("streams.bootstrap.servers", bootstrapServers());
    settings.put("streams.topic.prefix", prefix);
    settings.put("streams.state.dir", app.disk.resolve("state").toString());
    settings.put("streams.http.address", app.http);
    settings.put("streams.standby.replicas", Integer.toString(standby));
    settings.put("streams.replication.factor", "3");
    settings.put("kafka.main.consumer.session.timeout.ms", Integer.toString(SESSION_MILLIS));
    settings.put("kafka.main.consumer.heartbeat.interval.ms", "1000");
    settings.put("kafka.producer.transaction.timeout.ms", Integer.toString(TRANSACTION_MILLIS));
    return settings;
  }

  /**
   * Starts a process of an instance, if it has none, of this build or of one that has another state
   * version.
   */
  synchronized void start(App app) throws IOException {
    app.wanted = true;
    if (hasEnded || (app.child != null && app.child.isAlive())) {
      return;
    }
    Path file = directory.resolve(app.name + ".properties");
    Files.write(
        file,
        settings(app).entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).toList());
    List<String> command = new ArrayList<>(network.on(app.name));
    command.addAll(List.of(launcher, "streams", "--config", file.toString()));
    Map<String, String> environment = new HashMap<>();
    environment.put("ACSWATCH_NO_BUILD", "yes");
    environment.putAll(clock(app.name));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    String agent = MutantAgent.flag(directory, mutant, app.otherBuild);
    environment.put("ACSWATCH_JAVA_OPTS", QUICK + " -Xmx320m" + agent);
    app.child = Child.start(command, environment, log(app.name));
  }

  /** Records that its present process has read back into its stores. */
  static long restoredRecords(App app) throws Exception {
    HttpRequest metrics =
        HttpRequest.newBuilder(URI.create("http://" + app.http() + "/metrics")).build();
    Matcher found =
        RESTORED.matcher(HttpClient.newHttpClient().send(metrics, BodyHandlers.ofString()).body());
    long records = 0;
    while (found.find()) {
      records += (long) Double.parseDouble(found.group(1));
    }
    return records;
  }

  /** Looks after the instances as whoever supervises them: one that ended is started again. */
  synchronized void supervise(int count) throws IOException {
    for (App app : apps(count)) {
      Child child = app.child;
      if (child == null) {
        continue;
      }
      if (child.isAlive()) {
        app.peakMebibytes = Math.max(app.peakMebibytes, child.peakMebibytes());
      } else if (app.wanted) {
        app.ends.add("exit code " + child.exitCode() + ": " + child.lastWords(3));
        start(app);
      }
    }
  }

  /** Ends an instance with SIGKILL, to stay down until it is started. */
  synchronized void kill(App app) throws InterruptedException {
    app.wanted = false;
    if (app.child != null) {
      app.child.kill();
    }
  }

  /** Ends an instance with SIGTERM; false if it did not end in time and was killed. */
  boolean terminate(App app, long millis) throws InterruptedException {
    Child child;
    synchronized (this) {
      app.wanted = false;
      child = app.child;
    }
    boolean inTime = child.terminate(millis);
    if (!inTime) {
      child.kill();
    }
    return inTime;
  }

  /** Ends all processes and gives back the disks; none starts any more. */
  synchronized void end() throws IOException, InterruptedException {
    hasEnded = true;
    for (App app : apps.values()) {
      kill(app);
    }
    for (Broker broker : brokers.values()) {
      if (broker.child != null) {
        broker.child.kill();
      }
    }
    if (network.isReal()) {
      for (Path disk : disks) {
        Network.run("umount", "-l", disk.toString());
      }
      disks.clear();
    }
  }
}
