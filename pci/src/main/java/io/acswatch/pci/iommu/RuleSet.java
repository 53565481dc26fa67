package io.acswatch.pci.iommu;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Rules that a kernel may group by.
 *
 * @param model when it switches ACS on, and how it forms groups then
 * @param quirks the version whose quirk tables, and whose reading of ACS options, it has
 */
public record RuleSet(GroupingModel model, KernelVersion quirks) {
  // What distributions take over: entries of the quirk tables, up to those of this version, and
  // "PCI: Enable ACS after configuring IOMMU for OF platforms", which makes other rules of older
  // kernels than of newer ones.
  private static final KernelVersion NEWEST = new KernelVersion(7, 3, 0);
  // Some of these kernels carried a version of the unmerged bus isolation series.
  private static final String NVIDIA = "-nvidia";
  private static final Pattern MAINLINE = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?(-rc\\d+)?\\+?");
  private static final Pattern DEBIAN =
      Pattern.compile("[-+](deb|bpo)\\d|-(amd64|arm64|armmp|loong64|riscv64|s390x)\\b|Debian \\d");

  private static final List<KernelRanges> TABLES =
      Stream.of(
              List.of(ModelChoice.OPTIONS_IN_ERROR),
              AcsRules.QUIRKS.ranges(),
              DmaAliases.QUIRKS.ranges())
          .flatMap(List::stream)
          .distinct()
          .toList();

  /** Both names: {@code legacy-6.15 with the quirks of 6.17.0}. */
  public String text() {
    return model.label() + " with the quirks of " + quirks;
  }

  /**
   * The rule sets that a release may follow: one if it is a mainline or Debian release that says
   * its patch level; one for each stretch of its line that behaves alike if it is Debian's and does
   * not; for other distributions those of the whole line, and what they may have taken over from
   * newer kernels. Where a bind groups, that change breaks no order, and makes no other rules.
   */
  public static List<RuleSet> mayFollow(Boot boot, Machine machine) {
    String kernelRelease = boot.kernelRelease();
    String kernelVersion = boot.kernelVersion();
    KernelVersion version = KernelVersion.of(kernelRelease, kernelVersion);
    boolean toldByNumber =
        MAINLINE.matcher(kernelRelease).matches()
            || DEBIAN.matcher(kernelRelease + " " + kernelVersion).find()
            || version.equals(KernelVersion.UNKNOWN);
    if (toldByNumber && KernelVersion.tellPatchLevel(kernelRelease, kernelVersion)) {
      return List.of(of(version, machine));
    }
    Set<RuleSet> sets = new LinkedHashSet<>();
    List<KernelVersion> stretches = stretches(version);
    stretches.forEach(level -> sets.add(of(level, machine)));
    if (!toldByNumber && !machine.groupsInOrderOfBinds()) {
      stretches.forEach(level -> addTakenOver(level, level, sets));
      if (version.compareTo(NEWEST) < 0) {
        sets.add(new RuleSet(of(version, machine).model(), NEWEST));
        addTakenOver(version, NEWEST, sets);
      }
    }
    return withoutRepetition(sets);
  }

  /** All rule sets known, those that a kernel of this version is expected to follow first. */
  public static List<RuleSet> known(Boot boot, Machine machine) {
    KernelVersion version = KernelVersion.of(boot.kernelRelease(), boot.kernelVersion());
    RuleSet expected = of(version, machine);
    Set<RuleSet> sets = new LinkedHashSet<>(List.of(expected));
    if (machine.groupsInOrderOfBinds()) {
      sets.addAll(mayFollow(boot, machine));
      return withoutRepetition(sets);
    }
    for (KernelVersion quirks : List.of(expected.quirks(), NEWEST)) {
      addTakenOver(version, quirks, sets);
      sets.add(new RuleSet(beforeTheChange(version), quirks));
      if (boot.kernelRelease().contains(NVIDIA)) {
        sets.add(new RuleSet(GroupingModel.BUS_ISOLATION_V3, quirks));
      }
    }
    sets.addAll(mayFollow(boot, machine));
    return withoutRepetition(sets);
  }

  /** The rules of a mainline kernel; the same for all of a stretch that behaves alike. */
  public static RuleSet of(KernelVersion version, Machine machine) {
    KernelVersion first = version;
    for (KernelVersion level : stretches(version)) {
      first = level.compareTo(version) <= 0 ? level : first;
    }
    return new RuleSet(ModelChoice.ofVersion(version, machine), first);
  }

  /** The same kernel with the change of 7.0, which before 6.15 makes it group too early. */
  private static void addTakenOver(KernelVersion version, KernelVersion quirks, Set<RuleSet> sets) {
    GroupingModel changed =
        version.isAtLeast(7, 0, 0)
            ? GroupingModel.of(version)
            : version.isAtLeast(6, 15, 0)
                ? GroupingModel.LEGACY_7_0
                : GroupingModel.LEGACY_LATE_ACS_REGRESSED;
    sets.add(new RuleSet(changed, quirks));
  }

  private static GroupingModel beforeTheChange(KernelVersion version) {
    return version.isAtLeast(6, 15, 0) ? GroupingModel.LEGACY_6_15 : GroupingModel.LEGACY_EARLY_ACS;
  }

  private static List<RuleSet> withoutRepetition(Set<RuleSet> sets) {
    List<RuleSet> different = new ArrayList<>();
    for (RuleSet set : sets) {
      boolean repeats =
          different.stream()
              .anyMatch(d -> d.model == set.model && haveTheSameTables(d.quirks, set.quirks));
      if (!repeats) {
        different.add(set);
      }
    }
    return different;
  }

  private static boolean haveTheSameTables(KernelVersion one, KernelVersion other) {
    return TABLES.stream().allMatch(table -> table.contain(one) == table.contain(other));
  }

  /**
   * The first version of each stretch of the line of {@code version} in which neither the model nor
   * a quirk table nor the reading of the command line changes, from patch level 0 on.
   */
  static List<KernelVersion> stretches(KernelVersion version) {
    TreeSet<Integer> patches = new TreeSet<>(List.of(0));
    GroupingModel.RANGES.forEach(range -> range.addBorders(version, patches));
    TABLES.forEach(range -> range.addBorders(version, patches));
    return patches.stream()
        .map(patch -> new KernelVersion(version.major(), version.minor(), patch))
        .toList();
  }
}
