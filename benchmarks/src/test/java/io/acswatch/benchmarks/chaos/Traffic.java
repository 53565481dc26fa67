package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.simulate.LoadHost;
import io.acswatch.simulate.SimulatedRecords;
import io.acswatch.simulate.SimulatedRecords.ClockStep;
import io.acswatch.simulate.SimulatedRecords.Sent;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All records of a round in their order, and what must come of them. */
final class Traffic {
  static final int HOSTS = 12;
  static final int SENDERS = 3;

  private static final int FUNCTIONS = 24;
  private static final double STORIES = 10;
  private static final int LONG_NAME = 15 << 20;

  /** A record for the frames topic, and the sender that sends it. */
  record Item(int sender, byte @Nullable [] key, byte @Nullable [] value) {}

  private final List<Item> items = new ArrayList<>();
  private final List<String> demanded = new ArrayList<>();
  private final Set<String> unordered = new HashSet<>();
  private final Set<String> tooLarge = new HashSet<>();
  private final Map<String, List<byte[]>> snapshots = new HashMap<>();
  private final Map<Fault, Integer> injected = new HashMap<>();
  private final Map<Fault, ClockStep> stepped = new HashMap<>();
  private final FrameReader reader = new FrameReader();
  private final long seed;
  private final long loadMillis;

  Traffic(Plan plan) {
    seed = plan.seed();
    loadMillis = plan.loadMillis();
    Random random = new Random(plan.seed());
    List<ClockStep> steps = new ArrayList<>();
    for (Fault fault : plan.faults()) {
      if (fault.kind() == Kind.CLOCK_STEP) {
        // The order of the boots of another agent is told by its clock alone: docs/guarantees.md
        int host = firstFrom(number(fault), other -> SimulatedRecords.namesBoots(host(other)));
        int after = 10 + (int) (fault.atMillis() / 200);
        long by = (fault.forMillis() % 2 == 0 ? 1 : -1) * (1 + fault.forMillis() % 7_200) * 1_000;
        steps.add(new ClockStep(host, after, by));
        stepped.put(fault, steps.get(steps.size() - 1));
      }
    }
    List<Sent> records =
        SimulatedRecords.of(plan.seed(), HOSTS, plan.minutes(), STORIES, FUNCTIONS, steps);
    stepped.forEach((fault, step) -> injected.put(fault, framesAfter(step, records)));
    List<Fault> due = new ArrayList<>(plan.faults());
    due.removeIf(fault -> !fault.kind().isOfTraffic() || fault.kind() == Kind.CLOCK_STEP);
    for (int i = 0; i < records.size(); i++) {
      long at = i * plan.loadMillis() / records.size();
      for (Fault fault : List.copyOf(due)) {
        if (fault.atMillis() <= at) {
          due.remove(fault);
          injected.put(fault, inject(fault, records, i, random));
        }
      }
      add(records.get(i));
    }
  }

  /** How many frames a fault is made of, or has changed. */
  int injected(Fault fault) {
    return injected.getOrDefault(fault, 0);
  }

  private String host(int number) {
    return SimulatedRecords.host(seed, number);
  }

  /** The first host of which something is true, from one on and around; that one if none is. */
  private static int firstFrom(int host, IntPredicate wanted) {
    return IntStream.range(host, host + HOSTS)
        .map(number -> number % HOSTS)
        .filter(wanted)
        .findFirst()
        .orElse(host);
  }

  private int framesAfter(ClockStep step, List<Sent> records) {
    String host = host(step.host());
    long frames = records.stream().filter(record -> record.host().equals(host)).count();
    return (int) Math.max(0, frames - step.afterRecords());
  }

  private static int number(Fault fault) {
    return Integer.parseInt(fault.target().substring(1));
  }

  private void add(Sent record) {
    put(record.host(), record.value());
    demanded.addAll(record.alerts());
    if (record.snapshot()) {
      snapshots.computeIfAbsent(record.host(), host -> new ArrayList<>()).add(record.value());
    }
  }

  private void put(String host, byte @Nullable [] value) {
    byte[] key = host.getBytes(StandardCharsets.UTF_8);
    items.add(new Item(Math.floorMod(host.hashCode(), SENDERS), key, value));
  }

  private int inject(Fault fault, List<Sent> records, int at, Random random) {
    int before = items.size();
    switch (fault.kind()) {
      case DUPLICATES -> { // what a producer sends that lost the answer
        String host = host(firstFrom(number(fault), other -> !sentOf(other).isEmpty()));
        List<byte[]> sent = snapshots.getOrDefault(host, List.of());
        List.copyOf(sent.subList(Math.max(0, sent.size() - 6), sent.size()))
            .forEach(frame -> put(host, frame));
      }
      case OLD_FRAMES -> { // a copied spool, an offset that was set back, rejects sent again
        int number = firstFrom(number(fault), other -> olderBoots(sentOf(other)) > 0);
        List<byte[]> old = sentOf(number).stream().limit(20).toList();
        old.forEach(frame -> put(host(number), frame));
        return olderBoots(old);
      }
      case REORDERED -> {
        return reorder(number(fault), records, at);
      }
      case POISON -> {
        int number = firstFrom(number(fault), other -> !sentOf(other).isEmpty());
        poison(host(number), sentOf(number), random);
      }
      case OVERSIZED -> oversize(host(number(fault)), random);
      default -> throw new IllegalStateException(fault.toString());
    }
    return items.size() - before;
  }

  private List<byte[]> sentOf(int number) {
    return List.copyOf(snapshots.getOrDefault(host(number), List.of()));
  }

  /** How many of these are of another boot than the last snapshot of the host. */
  private int olderBoots(List<byte[]> frames) {
    if (frames.isEmpty()) {
      return 0;
    }
    reader.wrap(frames.get(0));
    List<byte[]> all = snapshots.get(reader.host());
    String boot = boot(all.get(all.size() - 1));
    return (int) frames.stream().filter(frame -> !boot(frame).equals(boot)).count();
  }

  private String boot(byte[] frame) {
    reader.wrap(frame);
    return reader.toSnapshot().boot().id();
  }

  /**
   * The next two snapshots of a host change places: the earlier one tells nothing any more. Of the
   * first host that has two.
   */
  private int reorder(int number, List<Sent> records, int at) {
    for (int i = number; i < number + HOSTS; i++) {
      String host = host(i % HOSTS);
      List<Integer> next =
          IntStream.range(at, records.size())
              .filter(n -> records.get(n).host().equals(host) && records.get(n).snapshot())
              .limit(2)
              .boxed()
              .toList();
      if (next.size() == 2) {
        Collections.swap(records, next.get(0), next.get(1));
        unordered.add(host);
        return 2;
      }
    }
    return 0;
  }

  private void poison(String host, List<byte[]> sent, Random random) {
    byte[] noise = new byte[random.nextInt(4_000)];
    random.nextBytes(noise);
    put(host, noise);
    put(host, null);
    put(host, new byte[1 << 20]);
    items.add(new Item(random.nextInt(SENDERS), null, noise));
    if (!sent.isEmpty()) {
      byte[] last = sent.get(sent.size() - 1);
      put("not-" + host, last);
      items.add(new Item(random.nextInt(SENDERS), new byte[] {(byte) 0xC3, 0x28}, last));
      byte[] torn = last.clone();
      for (int i = 0; i < 20; i++) {
        torn[random.nextInt(torn.length)] = (byte) random.nextInt();
      }
      put("torn-" + host, torn);
      put(host, Arrays.copyOf(last, random.nextInt(last.length)));
    }
  }

  /** Sound but for the lengths of what is in it; each is a host of its own. */
  private void oversize(String host, Random random) {
    Capture small = LoadHost.of(seed, 1, FUNCTIONS).snapshot(1_772_366_400_000L);
    String id = "large-" + host;
    tooLarge.add(id);
    put(id, FrameWriter.write(with(small.withHost(id, 1, 1_772_366_400_000L), LONG_NAME)));
    String longId = "l".repeat(300_000 + random.nextInt(700_000));
    put(longId, FrameWriter.write(small.withHost(longId, 1, 1_772_366_400_000L)));
  }

  private static Capture with(Capture capture, int kernelRelease) {
    Boot boot = capture.boot();
    return new Capture(
        capture.host(),
        capture.phase(),
        new Boot(
            boot.id(),
            "k".repeat(kernelRelease),
            boot.kernelVersion(),
            boot.commandLine(),
            boot.loader().type(),
            boot.loader().version()),
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        capture.scanOrder(),
        capture.functions(),
        capture.owners(),
        capture.notes());
  }

  static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** True of a host whose frames are sound, and lead to records that no topic takes. */
  boolean isTooLarge(String host) {
    return tooLarge.contains(host);
  }

  /** When an item is due, from the start of the load. */
  long dueMillis(int item) {
    return item * loadMillis / items.size();
  }

  List<Item> items() {
    return items;
  }

  /** Lines of the oracle that must come, hosts whose order was disturbed apart. */
  List<String> demanded() {
    return demanded.stream().filter(line -> !unordered.contains(line.split("\t")[1])).toList();
  }

  /** True of a host for which the oracle answers. */
  boolean isDemanded(String host) {
    return host.startsWith("sim-") && !unordered.contains(host);
  }
}
