package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Laws of grouping on random hosts. {@code -Dproperties.tries=N} tries more seeds, {@code
 * -Dproperties.seconds=S} compares with the reference for so long.
 */
class GroupDerivationProperties {
  private static final int REQUIRED = 0x1D;

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  /** One host, its kernel, and the boot before it. */
  private record Case(
      Snapshot snapshot, @Nullable Snapshot before, GroupingModel model, KernelVersion kernel) {
    static Case of(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      List<PciFunction> functions = RandomHierarchies.next(random);
      if (random.nextInt(4) == 0) {
        functions = RandomHierarchies.partlyServed(functions, random);
      }
      if (random.nextInt(8) == 0) {
        functions = RandomHierarchies.shuffled(functions, random);
      }
      String release =
          RandomHierarchies.RELEASES.get(random.nextInt(RandomHierarchies.RELEASES.size()));
      GroupingModel[] models = {
        GroupingModel.LEGACY_EARLY_ACS,
        GroupingModel.LEGACY_7_0,
        GroupingModel.LEGACY_LATE_ACS_REGRESSED
      };
      BootClass bootClass = random.nextBoolean() ? BootClass.COLD : BootClass.KEXEC_PLAIN;
      List<PciFunction> earlier = RandomHierarchies.withOtherControls(functions, random);
      return new Case(
          RandomHierarchies.snapshot(functions, "boot-2", release, bootClass),
          random.nextInt(4) == 0
              ? null
              : RandomHierarchies.snapshot(earlier, "boot-1", release, BootClass.COLD),
          models[random.nextInt(models.length)],
          KernelVersion.of(release, ""));
    }

    Set<Set<PciAddress>> byReference() {
      Map<PciAddress, AcsRegisters> atStart = registersAtStart();
      ReferenceDerivation.Registers registers =
          new ReferenceDerivation.Registers() {
            @Override
            public @Nullable AcsRegisters of(PciFunction function, boolean reached) {
              return areSwitchedOn(reached)
                  ? function.config().acs()
                  : atStart.get(function.address());
            }

            @Override
            public boolean areSwitchedOn(boolean reached) {
              return switch (model) {
                case LEGACY_EARLY_ACS -> true;
                case LEGACY_LATE_ACS_REGRESSED -> false;
                default -> reached;
              };
            }
          };
      return ReferenceDerivation.groups(
          snapshot.functions(),
          ReferenceDerivation.kernel(kernel.major(), kernel.minor(), kernel.patch()),
          registers);
    }

    /** After firmware the required controls are off; after a kexec they are what they were. */
    private Map<PciAddress, AcsRegisters> registersAtStart() {
      Map<PciAddress, AcsRegisters> words = new HashMap<>();
      for (int i = 0; i < snapshot.functions().size(); i++) {
        PciFunction now = snapshot.functions().get(i);
        AcsRegisters acs = now.config().acs();
        if (acs == null) {
          continue;
        }
        if (snapshot.bootClass() == BootClass.COLD) {
          acs =
              new AcsRegisters(
                  acs.offset(),
                  acs.capability(),
                  acs.control() & ~REQUIRED,
                  acs.secondDword() & ~REQUIRED);
        } else if (before != null) {
          AcsRegisters then = before.functions().get(i).config().acs();
          acs =
              new AcsRegisters(acs.offset(), acs.capability(), then.control(), then.secondDword());
        }
        words.put(now.address(), acs);
      }
      return words;
    }

    GroupPartition derived() {
      ModelChoice choice = ModelChoice.of(snapshot.boot(), model);
      return SnapshotGrouping.grouping(snapshot, choice, before).derive();
    }
  }

  private static Set<Set<PciAddress>> addresses(GroupPartition partition, Snapshot snapshot) {
    Set<Set<PciAddress>> groups = new HashSet<>();
    for (List<Integer> members : partition.members()) {
      Set<PciAddress> group = new HashSet<>();
      members.forEach(i -> group.add(snapshot.functions().get(i).address()));
      groups.add(group);
    }
    return groups;
  }

  private static void assertAgrees(long seed) {
    Case some = Case.of(seed);
    assertEquals(
        some.byReference(),
        addresses(some.derived(), some.snapshot()),
        () -> "seed=" + seed + " model=" + some.model() + " kernel=" + some.kernel());
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void agreesWithTheReference(long seed) {
    assertAgrees(seed);
  }

  /** What weak points are found by: it must be the whole partition, only sooner. */
  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void whatOpensInOnePartOfAHostIsAsInTheWhole(long seed) {
    Case some = Case.of(seed);
    GroupingModel[] models = GroupingModel.values();
    KernelGrouping grouping =
        SnapshotGrouping.grouping(
            some.snapshot(),
            ModelChoice.of(some.snapshot().boot(), models[(int) (seed % models.length)]),
            null);
    Function<BitSet, GroupPartition> byParts = grouping.withoutByParts();
    GroupPartition adopted = grouping.deriveAdopted();
    for (int i = 0; i < adopted.size(); i++) {
      BitSet open = new BitSet();
      open.set(i);
      GroupPartition whole = grouping.deriveWithout(open);
      GroupPartition part = byParts.apply(open);
      for (int a = 0; a < adopted.size(); a++) {
        boolean elsewhere = part.groupOf(a) == GroupPartition.NO_GROUP;
        for (int b = 0; b < adopted.size(); b++) {
          assertEquals((elsewhere ? adopted : part).together(a, b), whole.together(a, b));
        }
      }
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "properties.seconds", matches = "\\d+")
  void agreesWithTheReferenceForSeconds() {
    tryForSeconds("agreesWithTheReference", GroupDerivationProperties::assertAgrees);
  }

  /** Prints how many hosts were tried: the figures in docs/proof.md. */
  private static void tryForSeconds(String law, LongConsumer assertion) {
    long from = Long.getLong("properties.from", 1_000_000_000L);
    long until = System.nanoTime() + Long.getLong("properties.seconds") * 1_000_000_000L;
    long seed = from;
    for (; System.nanoTime() < until; seed++) {
      assertion.accept(seed);
    }
    System.out.printf("%s: %d hosts, seeds %d to %d%n", law, seed - from, from, seed - 1);
  }

  /**
   * Whoever sees the groups and not the words that they were formed with takes them for possible.
   */
  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void groupsOfWordsThatNobodySawAreNeverImpossible(long seed) {
    assertNeverImpossible(seed);
  }

  @Test
  @EnabledIfSystemProperty(named = "properties.seconds", matches = "\\d+")
  void groupsOfWordsThatNobodySawAreNeverImpossibleForSeconds() {
    tryForSeconds(
        "groupsOfWordsThatNobodySawAreNeverImpossible",
        GroupDerivationProperties::assertNeverImpossible);
  }

  /** Prints for how many hosts groups that are wrong in one place are told to be impossible. */
  @Test
  @EnabledIfSystemProperty(named = "properties.seconds", matches = "\\d+")
  void tellsGroupsThatNoWordsExplainFromThoseThatSomeDo() {
    Map<String, Integer> outcomes = new TreeMap<>();
    tryForSeconds(
        "falsified groups", seed -> outcomes.merge(outcomeForFalsified(seed), 1, Integer::sum));
    System.out.println("falsified groups: " + outcomes);
    assertTrue(
        outcomes.getOrDefault("IMPOSSIBLE", 0) > 20 * outcomes.getOrDefault("FITS", 0),
        outcomes::toString);
  }

  private static String outcomeForFalsified(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PciFunction> functions = RandomHierarchies.next(random);
    String release = List.of("6.12.76", "6.19.14", "7.0.0").get(random.nextInt(3));
    BootClass boot = random.nextBoolean() ? BootClass.COLD : BootClass.KEXEC_PLAIN;
    Snapshot snapshot = RandomHierarchies.snapshot(functions, "boot", release, boot);
    ModelChoice choice = ModelChoice.of(snapshot.boot(), null);
    KernelGrouping grouping = SnapshotGrouping.grouping(snapshot, choice, null);
    GroupPartition formed = grouping.derive();
    int[] labels = new int[formed.size()];
    Arrays.setAll(labels, formed::groupOf);
    labels[random.nextInt(labels.length)] = labels[random.nextInt(labels.length)];
    GroupPartition falsified = GroupPartition.ofLabels(labels);
    return falsified.equals(formed) ? "unchanged" : grouping.suppose(falsified).outcome().name();
  }

  private static void assertNeverImpossible(long seed) {
    Case some = Case.of(seed);
    GroupPartition formed = some.derived();
    ModelChoice choice = ModelChoice.of(some.snapshot().boot(), some.model());
    KernelGrouping unaware = SnapshotGrouping.grouping(some.snapshot(), choice, null);
    Supposition supposition = unaware.suppose(formed);

    assertTrue(supposition.outcome() != Supposition.Outcome.IMPOSSIBLE, "seed=" + seed);
    if (supposition.outcome() == Supposition.Outcome.FITS) {
      assertEquals(formed, supposition.grouping().derive(), "seed=" + seed);
    }
    if (!choice.dependsOnRegistersAtStart()) {
      assertEquals(unaware.derive(), formed, "seed=" + seed);
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void everyServedFunctionIsInExactlyOneGroup(long seed) {
    Case some = Case.of(seed);
    boolean kernelReports = some.snapshot().hasReportedGroups();
    GroupPartition derived = some.derived();
    Set<Integer> grouped = new HashSet<>();
    for (List<Integer> members : derived.members()) {
      members.forEach(member -> assertTrue(grouped.add(member), "twice: " + member));
    }
    for (int i = 0; i < derived.size(); i++) {
      boolean served = !kernelReports || some.snapshot().functions().get(i).kernel().hasGroup();
      assertEquals(served, grouped.contains(i), "function " + i);
    }
  }

  /** The functions with the controls of one port switched off. */
  private static List<PciFunction> withOnePortOpen(List<PciFunction> functions, long seed) {
    List<PciFunction> ports =
        functions.stream().filter(f -> f.config().claimedType().isPort()).toList();
    if (ports.isEmpty()) {
      return functions;
    }
    PciFunction port = ports.get(new SplittableRandom(seed).nextInt(ports.size()));
    return RandomHierarchies.withRegisters(
        functions, f -> f.equals(port) ? RandomHierarchies.withAcsOff(f) : f);
  }

  private static GroupPartition early(List<PciFunction> functions) {
    Snapshot snapshot = RandomHierarchies.snapshot(functions, "boot", "6.12.74", BootClass.COLD);
    ModelChoice choice = ModelChoice.of(snapshot.boot(), GroupingModel.LEGACY_EARLY_ACS);
    return SnapshotGrouping.grouping(snapshot, choice, null).derive();
  }

  /**
   * Holds where every function is served and the functions of a slot were found in ascending order;
   * {@link OrderOfDiscoveryTest} has what happens elsewhere.
   */
  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void disablingAcsNeverSplitsAGroup(long seed) {
    assertDisablingNeverSplits(seed);
  }

  @Test
  @EnabledIfSystemProperty(named = "properties.seconds", matches = "\\d+")
  void disablingAcsNeverSplitsAGroupForSeconds() {
    tryForSeconds(
        "disablingAcsNeverSplitsAGroup", GroupDerivationProperties::assertDisablingNeverSplits);
  }

  private static void assertDisablingNeverSplits(long seed) {
    List<PciFunction> functions = RandomHierarchies.next(new SplittableRandom(seed));
    GroupPartition before = early(functions);
    GroupPartition after = early(withOnePortOpen(functions, seed));

    assertTrue(
        after.isCoarserThanOrEqualTo(before),
        () -> "seed=" + seed + " " + before + " became " + after);
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void strictPartitionIsIndependentOfTheOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PciFunction> functions = RandomHierarchies.next(random);
    Snapshot one = RandomHierarchies.snapshot(functions, "boot", "6.12.74", BootClass.COLD);
    Snapshot other =
        RandomHierarchies.snapshot(
            RandomHierarchies.shuffled(functions, random), "boot", "6.12.74", BootClass.COLD);

    assertEquals(
        addresses(SnapshotGroups.of(one, null).strict(), one),
        addresses(SnapshotGroups.of(other, null).strict(), other));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void devicesOfADomainBehindAnEndpointAreWithItInTheStrictPartition(long seed) {
    List<PciFunction> functions = RandomHierarchies.next(new SplittableRandom(seed));
    Snapshot snapshot = RandomHierarchies.snapshot(functions, "boot", "6.12.74", BootClass.COLD);
    GroupPartition strict = SnapshotGroups.of(snapshot, null).strict();
    for (int i = 0; i < functions.size(); i++) {
      for (int j = 0; j < functions.size(); j++) {
        boolean behind = functions.get(j).path().equals(functions.get(i).path().vmdEndpoint());
        assertTrue(!behind || strict.together(i, j), "functions " + i + " and " + j);
      }
    }
  }
}
