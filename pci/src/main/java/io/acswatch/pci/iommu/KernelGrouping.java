package io.acswatch.pci.iommu;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.BitSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Grouping of one host's functions by the rules of one kernel: which verdict each function has, at
 * the time it counts, and the partition that follows.
 */
public final class KernelGrouping {
  private final HostHierarchy hierarchy;
  private final ModelChoice choice;
  private final BitSet served;
  private final DmaAliases aliases;
  private final AcsRules rules;
  private final AcsVerdict[] now;
  private final AcsVerdict[] atStart;

  /**
   * Sets up the grouping.
   *
   * @param served functions that an IOMMU serves
   * @param wordsAtStart ACS registers of a function as the boot found them, null for none; asked
   *     where ACS is switched on late
   */
  public KernelGrouping(
      HostHierarchy hierarchy,
      ModelChoice choice,
      BitSet served,
      IntFunction<@Nullable AcsRegisters> wordsAtStart) {
    this.hierarchy = hierarchy;
    this.choice = choice;
    this.served = served;
    aliases = new DmaAliases(hierarchy, choice.kernel());
    rules = new AcsRules(hierarchy, choice);
    now = new AcsVerdict[hierarchy.size()];
    atStart = new AcsVerdict[hierarchy.size()];
    for (int i = 0; i < now.length; i++) {
      now[i] = rules.verdict(i);
      atStart[i] = rules.verdictAtStart(i, wordsAtStart.apply(i));
    }
  }

  /** The rules that give the verdicts. */
  public AcsRules rules() {
    return rules;
  }

  /** The hierarchy whose functions are grouped. */
  public HostHierarchy hierarchy() {
    return hierarchy;
  }

  /** The model and its reason. */
  public ModelChoice choice() {
    return choice;
  }

  /** Verdict with the registers as they are. */
  public AcsVerdict verdict(int index) {
    return now[index];
  }

  /** The partition. */
  public GroupPartition derive() {
    return derive(GroupingSteps.NONE);
  }

  /** The partition, telling {@code steps} how it comes about. */
  public GroupPartition derive(GroupingSteps steps) {
    return switch (choice.timing()) {
      case BUS_ISOLATION_V3 -> BusIsolation.derive(hierarchy, choice, served);
      case LEGACY_7_0, LEGACY_LIVEUPDATE ->
          derive(
              (function, grouped) -> (function <= grouped ? now : atStart)[function].isEnforced(),
              steps);
      case LEGACY_LATE_ACS_REGRESSED ->
          derive((function, grouped) -> atStart[function].isEnforced(), steps);
      case LEGACY_EARLY_ACS, LEGACY_6_15, ACS_OVERRIDE ->
          derive((function, grouped) -> now[function].isEnforced(), steps);
    };
  }

  private GroupPartition derive(GroupDerivation.Verdicts verdicts, GroupingSteps steps) {
    return GroupDerivation.derive(hierarchy, aliases, verdicts, served, steps);
  }

  /**
   * The partition if these functions did not isolate, as after a live update that inherits their
   * cleared registers.
   */
  public GroupPartition deriveWithout(BitSet open) {
    if (choice.timing() == GroupingModel.BUS_ISOLATION_V3) {
      return BusIsolation.derive(hierarchy, choice, served, open);
    }
    return derive(
        (function, grouped) -> !open.get(function) && now[function].isEnforced(),
        GroupingSteps.NONE);
  }

  /** The partition a kernel would form that adopts all registers as they are. */
  public GroupPartition deriveAdopted() {
    return deriveWithout(new BitSet());
  }

  /**
   * The required bits of a function each of whose loss would end its isolation; 0 if it does not
   * isolate by its ACS registers.
   */
  public int bitsToLose(int index) {
    AcsRegisters acs = hierarchy.function(index).config().acs();
    if (acs == null || !now[index].isEnforced()) {
      return 0;
    }
    int bits = 0;
    for (int bit = 1; bit <= AcsCapability.UPSTREAM_FORWARDING; bit <<= 1) {
      if ((AcsCapability.REQUIRED & acs.capability() & bit) != 0
          && !rules.verdict(index, cleared(index, acs, bit)).isEnforced()) {
        bits |= bit;
      }
    }
    return bits;
  }

  private AcsRegisters cleared(int index, AcsRegisters acs, int bit) {
    return rules.hasDwordRegisters(index)
        ? new AcsRegisters(acs.offset(), acs.capability(), acs.control(), acs.secondDword() & ~bit)
        : new AcsRegisters(acs.offset(), acs.capability(), acs.control() & ~bit, acs.secondDword());
  }

  /** The partition by what the hardware keeps apart. */
  public GroupPartition strict() {
    return BusIsolation.derive(hierarchy, choice, served);
  }
}
