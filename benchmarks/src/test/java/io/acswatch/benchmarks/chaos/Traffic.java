package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.simulate.LoadHost;
import io.acswatch.simulate.SimulatedRecords;
import io.acswatch.simulate.SimulatedRecords.ClockStep;
import io.acswatch.simulate.SimulatedRecords.Sent;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
  private final long seed;

  Traffic(Plan plan) {
    seed = plan.seed();
    Random random = new Random(plan.seed());
    List<ClockStep> steps = new ArrayList<>();
    for (Fault fault : plan.faults()) {
      if (fault.kind() == Kind.CLOCK_STEP) {
        if (!SimulatedRecords.namesBoots(SimulatedRecords.host(seed, number(fault)))) {
          continue; // the order of its boots is told by its clock alone: docs/guarantees.md
        }
        long by = (fault.forMillis() % 2 == 0 ? 1 : -1) * (fault.forMillis() % 7_200) * 1_000L;
        steps.add(new ClockStep(number(fault), 10 + (int) (fault.atMillis() / 200), by));
      }
    }
    List<Sent> records =
        SimulatedRecords.of(plan.seed(), HOSTS, plan.minutes(), STORIES, FUNCTIONS, steps);
    List<Fault> due = new ArrayList<>(plan.faults());
    due.removeIf(fault -> !fault.kind().isOfTraffic() || fault.kind() == Kind.CLOCK_STEP);
    for (int i = 0; i < records.size(); i++) {
      long at = i * Plan.LOAD_MILLIS / records.size();
      for (Fault fault : List.copyOf(due)) {
        if (fault.atMillis() <= at) {
          due.remove(fault);
          inject(fault, records, i, random);
        }
      }
      add(records.get(i));
    }
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

  private void inject(Fault fault, List<Sent> records, int at, Random random) {
    String host = SimulatedRecords.host(seed, number(fault));
    List<byte[]> sent = snapshots.getOrDefault(host, List.of());
    switch (fault.kind()) {
      case DUPLICATES -> // what a producer sends that lost the answer
          sent.subList(Math.max(0, sent.size() - 6), sent.size())
              .forEach(frame -> put(host, frame));
      case OLD_FRAMES -> // a copied spool, an offset that was set back, rejects sent again
          List.copyOf(sent).stream().limit(20).forEach(frame -> put(host, frame));
      case REORDERED -> reorder(host, records, at);
      case POISON -> poison(host, sent, random);
      case OVERSIZED -> oversize(host, random);
      default -> throw new IllegalStateException(fault.toString());
    }
  }

  /** The next two snapshots of the host change places: the earlier one tells nothing any more. */
  private void reorder(String host, List<Sent> records, int at) {
    int first = -1;
    for (int i = at; i < records.size(); i++) {
      Sent record = records.get(i);
      if (record.host().equals(host) && record.snapshot()) {
        if (first < 0) {
          first = i;
        } else {
          records.set(i, records.get(first));
          records.set(first, record);
          unordered.add(host);
          return;
        }
      }
    }
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
