package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.AlertReader;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.PipelineCommand;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.simulate.FrameSender;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench storm}: hosts reboot together by kexec, and some of them merge groups. */
@Command(
    name = "storm",
    description = {
      "A storm: all hosts reboot by kexec within a minute, and in one of a hundred a lost bit merges"
          + " the groups of two VMs. Reports how long a merge takes, from the time at which the"
          + " broker took the snapshot to the time at which a consumer of committed records has the"
          + " alert, and how many records wait meanwhile.",
      "The store rival of bench topology takes the same records at the same rate, in a storm of its"
          + " own. The command fails if an alert is missing, or one is raised that should not be."
    })
public final class StormCommand extends PipelineCommand {
  private static final long KEXEC_MILLIS = 60_000;
  private static final int SLICES = 10;

  @Option(names = "--hosts", paramLabel = "N", description = "Hosts; default 1000.")
  private int hosts = 1_000;

  @Option(
      names = "--functions",
      paramLabel = "N",
      description =
          "PCI functions of each host, 64 to 8192: smaller ones have no port above two VMs; default"
              + " 100.")
  private int functions = 100;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Time within which all hosts report after the kexec; default 60.")
  private int seconds = 60;

  @Option(
      names = "--merging",
      paramLabel = "N",
      description = "In one host of N groups merge; default 100.")
  private int merging = 100;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Which hosts these are, and the order in which all report; default 1.")
  private long seed = 1;

  private final long startMillis = System.currentTimeMillis();
  private final List<Integer> order = new ArrayList<>();
  private final Set<Integer> merged = new HashSet<>();

  @Override
  protected void checkOptions() {
    require(hosts >= 1, "--hosts: expected 1 or more");
    require(functions >= 64 && functions <= 8_192, "--functions: expected 64 to 8192");
    require(seconds >= 1, "--seconds: expected 1 or more");
    require(merging >= 1, "--merging: expected 1 or more");
  }

  @Override
  protected List<String> measure(Broker broker, Path scratch)
      throws IOException, InterruptedException {
    for (int i = 0; i < hosts; i++) {
      order.add(i);
    }
    Random random = new Random(seed);
    Collections.shuffle(order, random);
    merged.addAll(order.subList(0, Math.max(1, hosts / merging)));
    Collections.shuffle(order, random);
    Project project = new Project(broker, scratch);
    // The project comes first: what it remembers the store must hold.
    Storm ours = storm(Project.LABEL, project, broker);
    Storm theirs = storm(StoreApp.LABEL, new StoreApp(broker, project), broker);
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-26s %8s %8s %8s %8s %8s"
            .formatted("append to", "records", "p50 ms", "p99 ms", "most ms", "last ms"));
    lines.add(line("alert of a merge, read", ours.merges()));
    lines.add(line("commit of " + Project.LABEL, ours.records()));
    lines.add(line("commit of " + StoreApp.LABEL, theirs.records()));
    lines.add("");
    lines.add("%-26s %s".formatted("backlog after s", slices(i -> (i + 1L) * seconds / SLICES)));
    lines.add("%-26s %s".formatted(Project.LABEL, slices(i -> ours.backlog()[i])));
    lines.add("%-26s %s".formatted(StoreApp.LABEL, slices(i -> theirs.backlog()[i])));
    return lines;
  }

  /** Latencies in the order of the records. */
  private static String line(String label, long[] millis) {
    long[] ascending = millis.clone();
    Arrays.sort(ascending);
    return "%-26s %8d %8d %8d %8d %8d"
        .formatted(
            label,
            millis.length,
            percentile(ascending, 50),
            percentile(ascending, 99),
            percentile(ascending, 100),
            millis[millis.length - 1]);
  }

  private static long percentile(long[] ascending, int percent) {
    return ascending[(int) (((long) percent * ascending.length + 99) / 100) - 1];
  }

  private static String slices(IntToLongFunction value) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < SLICES; i++) {
      text.append("%7d".formatted(value.applyAsLong(i)));
    }
    return text.toString();
  }

  /**
   * What came of a storm.
   *
   * @param merges milliseconds to the alert of each host that merged, in the order of their records
   * @param records milliseconds to the commit of each record, in their order
   * @param backlog records that waited, at the end of each tenth of the time
   */
  private record Storm(long[] merges, long[] records, long[] backlog) {}

  private String id(int host) {
    return LoadHost.of(seed, host, functions).id();
  }

  private byte[] before(int host) {
    return FrameWriter.write(LoadHost.of(seed, host, functions).snapshot(startMillis));
  }

  private byte[] after(int host) {
    LoadHost load = LoadHost.of(seed, host, functions);
    load.snapshot(startMillis);
    if (merged.contains(host)) {
      load.lose();
    }
    load.liveUpdate();
    return FrameWriter.write(load.snapshot(startMillis + KEXEC_MILLIS));
  }

  private Storm storm(String label, Contender contender, Broker broker)
      throws IOException, InterruptedException {
    String run = "bench-storm-" + label;
    TopicNames topics = new TopicNames(run);
    broker.createTopics(topics);
    Lane lane = new Lane(Scenario.ALERTING, topics, 2L * hosts, hosts, functions, 0, 0);
    boolean alerts = label.equals(Project.LABEL);
    try (Contender.Running running = contender.start(lane, run);
        FrameSender sender = broker.sender(topics.frames());
        AlertReader reader = alerts ? new AlertReader(broker, topics) : null) {
      progress(label + ": the hosts before");
      for (int host = 0; host < hosts; host++) {
        sender.send(id(host), before(host), appended -> {});
      }
      sender.finish();
      running.await(hosts);
      progress(label + ": the storm");
      Watch watch = new Watch(running);
      watch.start();
      long[] appended = new long[hosts];
      long startedAt = System.nanoTime();
      for (int i = 0; i < hosts; i++) {
        FrameSender.awaitTurn(startedAt, i, (double) hosts / seconds);
        int at = i;
        sender.send(id(order.get(i)), after(order.get(i)), millis -> appended[at] = millis);
        watch.sent.incrementAndGet();
      }
      sender.finish();
      running.await(2L * hosts);
      watch.join(Contender.PATIENCE.toMillis());
      long[] merges = reader == null ? new long[0] : merges(reader, appended);
      if (broker.end(topics.rejects()) > 0) {
        throw new IOException("records were refused");
      }
      for (int i = 0; i < hosts; i++) {
        watch.committed[i] -= appended[i];
      }
      return new Storm(merges, watch.committed, watch.backlog);
    }
  }

  private long[] merges(AlertReader reader, long[] appended)
      throws IOException, InterruptedException {
    reader.await(merged.stream().map(this::id).toList(), Contender.PATIENCE);
    Thread.sleep(1_000); // for one too many
    Map<String, Long> read = reader.read();
    long[] merges = new long[merged.size()];
    int next = 0;
    for (int i = 0; i < hosts; i++) {
      if (merged.contains(order.get(i))) {
        Long at = read.remove(id(order.get(i)));
        if (at == null) {
          throw new IOException("the alert of host " + id(order.get(i)) + " is lost");
        }
        merges[next++] = at - appended[i];
      }
    }
    if (!read.isEmpty()) {
      throw new IOException("alerts of hosts in which nothing merged: " + read.keySet());
    }
    return merges;
  }

  /** Notes when each record of the storm was committed, and how many wait. */
  private final class Watch extends Thread {
    private final Contender.Running running;
    private final AtomicLong sent = new AtomicLong();
    private final long[] committed = new long[hosts];
    private final long[] backlog = new long[SLICES];

    Watch(Contender.Running running) {
      super("storm-watch");
      this.running = running;
      setDaemon(true);
    }

    @Override
    public void run() {
      long startedAt = System.nanoTime();
      int done = 0;
      int slice = 0;
      try {
        while (done < hosts || slice < SLICES) {
          int now = (int) Math.max(done, running.done() - hosts);
          Arrays.fill(committed, done, now, System.currentTimeMillis());
          done = now;
          if (slice < SLICES
              && System.nanoTime() - startedAt >= (slice + 1) * seconds * 1_000_000_000L / SLICES) {
            backlog[slice++] = sent.get() - done;
          }
          Thread.sleep(Contender.POLL.toMillis());
        }
      } catch (IOException | InterruptedException ended) {
        // The wait for the last record says what is wrong.
      }
    }
  }
}
