package io.acswatch.simulate;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameWriter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one host, in simulated time: a whole snapshot every hour, each minute the word
 * that nothing changed, and stories that begin at random, one after the other, each of a few steps
 * with a snapshot after each.
 */
final class HostTimeline {
  private static final int START_MILLIS = 300_000;
  private static final long SNAPSHOT_EVERY_MILLIS = 3_600_000;
  private static final long HEARTBEAT_EVERY_MILLIS = 60_000;
  private static final long STEP_MILLIS = 20_000;

  /** From the last word of one kernel to the first of the next. */
  static final long KEXEC_MILLIS = 9_000;

  private static final String USUAL_OPTIONS = "intel_iommu=on";
  private static final int TRANSLATION_BLOCKING = 0x02;
  private static final int REDIRECTS = 0x0C;
  private static final List<Integer> BITS = List.of(0x01, 0x04, 0x08, 0x10, REDIRECTS);

  private final SimHost host;
  private final Oracle oracle;
  private final Chance chance;
  private final double meanBetweenStories;
  private final boolean canLiveUpdate;
  private final String release;
  private final PriorityQueue<Step> steps = new PriorityQueue<>();
  private final Queue<Emission> out = new ArrayDeque<>();
  private final Set<SimFunction> touched = new HashSet<>();
  private long lastSnapshot;
  private long nextHeartbeat;
  private int stepCount;
  private byte @Nullable [] lastFrame;

  /** Something that happens; {@code number} keeps steps of one moment in order. */
  private record Step(long at, int number, Runnable action) implements Comparable<Step> {
    @Override
    public int compareTo(Step other) {
      return at != other.at ? Long.compare(at, other.at) : Integer.compare(number, other.number);
    }
  }

  HostTimeline(SimHost host, Chance chance, long start, double meanBetweenStories) {
    this.host = host;
    this.chance = chance;
    this.meanBetweenStories = meanBetweenStories;
    oracle = new Oracle(host);
    release = host.boot().kernelRelease();
    canLiveUpdate = release.startsWith("7.4");
    // The hosts of a fleet do not start at one moment.
    long first = start + chance.below(START_MILLIS);
    lastSnapshot = first;
    nextHeartbeat = first + HEARTBEAT_EVERY_MILLIS;
    at(first, () -> snapshot(first));
    planStory(first);
  }

  long nextAt() {
    return Math.min(
        Math.min(steps.isEmpty() ? Long.MAX_VALUE : steps.peek().at(), nextHeartbeat),
        lastSnapshot + SNAPSHOT_EVERY_MILLIS);
  }

  List<Emission> advance() {
    long now = nextAt();
    if (!steps.isEmpty() && steps.peek().at() == now) {
      Objects.requireNonNull(steps.poll()).action().run();
    } else if (now == lastSnapshot + SNAPSHOT_EVERY_MILLIS) {
      snapshot(now);
    } else {
      nextHeartbeat += HEARTBEAT_EVERY_MILLIS;
      out.add(Emission.quiet(now, host.id, FrameWriter.write(unchanged(now))));
    }
    List<Emission> emitted = List.copyOf(out);
    out.clear();
    return emitted;
  }

  private Unchanged unchanged(long now) {
    return host.unchanged(now, FrameDigest.of(Objects.requireNonNull(lastFrame)));
  }

  private void at(long when, Runnable action) {
    steps.add(new Step(when, stepCount++, action));
  }

  private void planStory(long after) {
    long when = after + STEP_MILLIS + chance.waitMillis(meanBetweenStories);
    at(when, () -> tell(when));
  }

  private void tell(long now) {
    if (ports(touched).isEmpty()) {
      boundary(now);
      return;
    }
    switch (chance.below(12)) {
      case 0, 1 -> lossOverBoot(now);
      case 2, 3 -> lossAtRunTime(now);
      case 4 -> lossAndRescan(now);
      case 5 -> boundary(now);
      case 6 -> drift(now);
      case 7 -> badRead(now);
      case 8 -> poison(now);
      case 9 -> newOwner(now);
      case 10 -> pulledOut(now);
      default -> duplicate(now);
    }
  }

  private void snapshot(long now) {
    List<ExpectedAlert> alerts = oracle.snapshot(now);
    Capture capture = host.snapshot(now);
    lastSnapshot = now;
    lastFrame = FrameWriter.write(capture);
    out.add(new Emission(now, host.id, lastFrame, capture.functions().size(), alerts, ""));
  }

  private void tell(long now, KexecEvent.Step step) {
    out.add(Emission.quiet(now, host.id, FrameWriter.write(host.kexecEvent(now, step))));
  }

  /** The last word of the kernel that runs, and then another one. */
  private void thenOtherKernel(long when, Runnable boot) {
    at(when - KEXEC_MILLIS, () -> tell(when - KEXEC_MILLIS, KexecEvent.Step.GOING_DOWN));
    then(when, boot);
  }

  /** Lets {@code action} happen at {@code when}, and a snapshot be taken of it. */
  private void then(long when, Runnable action) {
    at(
        when,
        () -> {
          action.run();
          snapshot(when);
        });
  }

  private void loadKexec(long when) {
    at(
        when,
        () -> {
          host.kexecLoaded = true;
          snapshot(when);
          tell(when, KexecEvent.Step.LOADED);
        });
  }

  private void boot(String options, boolean liveUpdate, boolean optionsChanged) {
    host.kexec(release, options, liveUpdate);
    touched.clear();
    oracle.booted(optionsChanged);
  }

  /** A bit is lost in a live update, or to an option of the new kernel; a later kexec heals it. */
  private void lossOverBoot(long now) {
    SimFunction port = anyPort();
    if (canLiveUpdate) {
      int lost = chance.oneOf(BITS);
      loadKexec(now);
      thenOtherKernel(
          now + STEP_MILLIS,
          () -> {
            boot(USUAL_OPTIONS, true, false);
            loseAndRegroup(port, lost);
          });
    } else {
      String option = " pci=disable_acs_redir=" + port.address.toString().substring(5);
      then(
          now,
          () -> {
            boot(USUAL_OPTIONS + option, false, true);
            loseAndRegroup(port, REDIRECTS);
          });
    }
    healByKexec(now + 4 * STEP_MILLIS, port, !canLiveUpdate);
  }

  private void loseAndRegroup(SimFunction port, int lost) {
    lose(port, lost, false);
    regroup(port, false);
  }

  private void lose(SimFunction port, int lost, boolean inRunningKernel) {
    int before = port.control();
    port.setControl(before & ~lost);
    oracle.lost(port, before, inRunningKernel);
  }

  private void regroup(SimFunction port, boolean inRunningKernel) {
    host.regroup();
    oracle.merged(port, inRunningKernel);
  }

  private void healByKexec(long when, SimFunction port, boolean optionsChanged) {
    then(
        when,
        () -> {
          boot(USUAL_OPTIONS, false, optionsChanged);
          heal(port, true);
        });
    // One boot more, so that the next story is compared with a host on which nothing is wrong.
    then(when + STEP_MILLIS, () -> boot(USUAL_OPTIONS, false, false));
    planStory(when + STEP_MILLIS);
  }

  private void lossAtRunTime(long now) {
    SimFunction port = untouchedPort();
    then(now, () -> lose(port, chance.oneOf(BITS), true));
    then(now + 3 * STEP_MILLIS, () -> heal(port, false));
    planStory(now + 3 * STEP_MILLIS);
  }

  private void heal(SimFunction port, boolean byBoot) {
    int cleared = port.control();
    port.heal();
    if (byBoot) {
      host.regroup();
    }
    oracle.healed(port, cleared, byBoot);
  }

  private void lossAndRescan(long now) {
    SimFunction port = untouchedPort();
    then(now, () -> lose(port, chance.oneOf(BITS), true));
    then(now + STEP_MILLIS, () -> regroup(port, true));
    healByKexec(now + 3 * STEP_MILLIS, port, false);
  }

  /** A kexec or live update in which nothing is lost. */
  private void boundary(long now) {
    loadKexec(now);
    thenOtherKernel(
        now + STEP_MILLIS, () -> boot(USUAL_OPTIONS, canLiveUpdate && chance.oneIn(2), false));
    planStory(now + STEP_MILLIS);
  }

  private void drift(long now) {
    SimFunction port = untouchedPort();
    int before = port.control();
    if ((before & TRANSLATION_BLOCKING) == 0) {
      then(
          now,
          () -> {
            port.setControl(before | TRANSLATION_BLOCKING);
            oracle.gained(port, before);
          });
    }
    planStory(now);
  }

  /** Not all of a device is read once. No verdict rests on it. */
  private void badRead(long now) {
    SimFunction device = anyDrive();
    ReadFault fault = chance.oneOf(List.of(ReadFault.values()));
    then(now, () -> host.readBadly(device, fault));
    then(now + STEP_MILLIS, () -> {});
    planStory(now + STEP_MILLIS);
  }

  private void newOwner(long now) {
    SimFunction device = anyDrive();
    then(now, () -> device.vm = device.vm.isEmpty() ? "vm-new" : "");
    // Owners of before count: with a boot in between those are the new ones.
    then(now + STEP_MILLIS, () -> boot(USUAL_OPTIONS, false, false));
    planStory(now + STEP_MILLIS);
  }

  private void pulledOut(long now) {
    SimFunction device = anyDrive();
    then(
        now,
        () -> {
          device.present = false;
          oracle.pulled(device);
        });
    then(
        now + 2 * STEP_MILLIS,
        () -> {
          device.present = true;
          oracle.putBack(device);
        });
    planStory(now + 2 * STEP_MILLIS);
  }

  /** A producer that sends again what it has sent. */
  private void duplicate(long now) {
    at(now, () -> out.add(Emission.quiet(now, host.id, lastFrame)));
    planStory(now);
  }

  private void poison(long now) {
    at(now, () -> out.add(poisoned(now, Objects.requireNonNull(lastFrame))));
    planStory(now);
  }

  private Emission poisoned(long now, byte[] frame) {
    return switch (chance.below(5)) {
      case 0 -> Emission.refused(now, host.id, null, "null_value");
      case 1 -> Emission.refused(now, host.id, new byte[] {1, 2, 3}, "too_short");
      case 2 -> Emission.refused(now, host.id, Arrays.copyOf(frame, frame.length - 1), "truncated");
      case 3 ->
          Emission.refused(now, host.id, Arrays.copyOf(frame, frame.length + 1), "trailing_bytes");
      default -> {
        byte[] foreign = frame.clone();
        foreign[0] ^= 0x20;
        yield Emission.refused(now, host.id, foreign, "bad_magic");
      }
    };
  }

  private SimFunction anyPort() {
    return chance.oneOf(ports(Set.of()));
  }

  /** A port whose word is that of the boot's first snapshot: its changes are told one by one. */
  private SimFunction untouchedPort() {
    SimFunction port = chance.oneOf(ports(touched));
    touched.add(port);
    return port;
  }

  private List<SimFunction> ports(Set<SimFunction> without) {
    return host.functions.stream()
        .filter(function -> function.part.kind.isDownstreamFacing() && !without.contains(function))
        .toList();
  }

  private SimFunction anyDrive() {
    return chance.oneOf(host.functions.stream().filter(f -> f.part == Part.NVME).toList());
  }
}
