package io.acswatch.pci.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.RandomHierarchies;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of judging on random pairs of boots; {@code -Dproperties.tries=N} tries more. */
class JudgementProperties {
  private static final List<String> VMS = List.of("", "", "vm-a", "vm-b", "vm-c");

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  /** Two boots of one host: other groups, a few functions gone, found in another order. */
  private record Pair(Snapshot before, Snapshot after) {
    static Pair of(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      List<PciFunction> functions = RandomHierarchies.next(random);
      Snapshot before = snapshot("boot-1", BootClass.COLD, functions, random);
      List<PciFunction> left = new ArrayList<>(functions);
      left.removeIf(f -> random.nextInt(12) == 0);
      BootClass[] classes = {
        BootClass.COLD, BootClass.KEXEC_PLAIN, BootClass.KEXEC_KHO, BootClass.LIVE_UPDATE
      };
      BootClass bootClass = classes[random.nextInt(classes.length)];
      return new Pair(before, snapshot("boot-2", bootClass, left, random));
    }

    private static Snapshot snapshot(
        String boot, BootClass bootClass, List<PciFunction> functions, SplittableRandom random) {
      int numbers = 1 + random.nextInt(2 * functions.size() + 1);
      List<PciFunction> grouped =
          functions.stream()
              .map(f -> RandomHierarchies.inGroup(f, random.nextInt(-1, numbers)))
              .toList();
      List<OwnershipClaim> owners = new ArrayList<>();
      for (PciFunction function : functions) {
        String vm = VMS.get(random.nextInt(VMS.size()));
        if (!vm.isEmpty()) {
          owners.add(new OwnershipClaim(function.address(), vm, "test"));
        }
      }
      Snapshot bare = RandomHierarchies.snapshot(grouped, boot, "6.12.74", bootClass);
      return new Snapshot(
          bare.host(), bare.boot(), bootClass, 0, 0, false, true, grouped, owners, List.of());
    }

    HostState stateBefore() {
      return Judgement.apply(HostState.NONE, before).state();
    }
  }

  /** Groups of the new boot with two endpoints of different VMs that were in different groups. */
  private static Set<Integer> mergedAcrossVms(Snapshot before, Snapshot after) {
    Map<PciAddress, String> owners = new HashMap<>();
    before.owners().forEach(claim -> owners.put(claim.address(), claim.vm()));
    Set<Integer> groups = new TreeSet<>();
    for (PciFunction a : after.functions()) {
      for (PciFunction b : after.functions()) {
        PciFunction oldA = sameIn(before, a);
        PciFunction oldB = sameIn(before, b);
        String vmA = owners.get(a.address());
        String vmB = owners.get(b.address());
        boolean together = group(a) >= 0 && group(a) == group(b);
        boolean apart = group(oldA) >= 0 && group(oldB) >= 0 && group(oldA) != group(oldB);
        boolean ofTwoVms = vmA != null && vmB != null && !vmA.equals(vmB);
        if (together && apart && ofTwoVms && !a.isBridge() && !b.isBridge()) {
          groups.add(group(a));
        }
      }
    }
    return groups;
  }

  private static int group(PciFunction function) {
    return function.kernel().group();
  }

  private static PciFunction sameIn(Snapshot snapshot, PciFunction function) {
    return snapshot.functions().stream()
        .filter(f -> f.path().equals(function.path()))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void alertsOfMergedVmsAreThoseThatEveryPairComparedWouldGive(long seed) {
    Pair pair = Pair.of(seed);
    Set<Integer> alerted = new TreeSet<>();
    for (IsolationAlert alert : Judgement.apply(pair.stateBefore(), pair.after()).alerts()) {
      if (alert.code() == AlertCode.GROUP_MERGED_CROSS_VM) {
        alert.devices().forEach(device -> alerted.add(device.groupAfter()));
      }
    }
    assertEquals(mergedAcrossVms(pair.before(), pair.after()), alerted);
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void sameSnapshotAgainChangesNoAlert(long seed) {
    Pair pair = Pair.of(seed);
    Judged first = Judgement.apply(pair.stateBefore(), pair.after());
    Judged second = Judgement.apply(first.state(), pair.after());

    assertEquals(List.of(), second.alerts());
    assertEquals(first.state().open(), second.state().open());
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void judgingAgainFromTheSameStateGivesTheSameAlerts(long seed) {
    Pair pair = Pair.of(seed);
    HostState state = pair.stateBefore();

    assertEquals(Judgement.apply(state, pair.after()), Judgement.apply(state, pair.after()));
  }
}
