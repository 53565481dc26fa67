package io.acswatch.pci.iommu;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.BitSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** One host grouped by the rules of one kernel: verdicts at their times, and the partition. */
public final class KernelGrouping {
  private final HostHierarchy hierarchy;
  private final ModelChoice choice;
  private final BitSet served;

  /** Served functions in the order of their grouping; null if unknown. */
  private final int @Nullable [] order;

  private final AcsRules rules;

  /** Filled on demand, see {@link #atStart}. */
  private final @Nullable AcsVerdict[] atStart;

  private final IntFunction<@Nullable AcsRegisters> registersAtStart;

  /** Assumed values of open verdicts, see {@link #supposedAt}; null for none. */
  private final Boolean @Nullable [] supposed;

  /** The derived partition; null until it is asked for. */
  private @Nullable GroupPartition derived;

  /**
   * Sets up the grouping.
   *
   * @param registersAtStart ACS registers of a function as the boot found them, null for none; used
   *     where ACS is enabled late
   * @param order the served functions in that order; used where a bind forms groups. Null if
   *     unknown
   */
  public KernelGrouping(
      AcsRules rules,
      BitSet served,
      IntFunction<@Nullable AcsRegisters> registersAtStart,
      int @Nullable [] order) {
    this.rules = rules;
    hierarchy = rules.hierarchy();
    choice = rules.choice();
    this.served = served;
    this.registersAtStart = registersAtStart;
    this.order = choice.groupsAtBind() ? order : null;
    supposed = null;
    atStart = new AcsVerdict[hierarchy.size()];
  }

  private KernelGrouping(
      KernelGrouping other, AcsRules rules, Boolean @Nullable [] supposed, int @Nullable [] order) {
    this.rules = rules;
    hierarchy = rules.hierarchy();
    choice = rules.choice();
    served = other.served;
    registersAtStart = other.registersAtStart;
    this.order = order;
    this.supposed = supposed;
    atStart = other.atStart;
  }

  /** The same with these values of open verdicts; null for the likely values. */
  KernelGrouping with(Boolean[] verdicts) {
    return new KernelGrouping(this, rules, verdicts, order);
  }

  /** The same with another reason for the choice of the model. */
  public KernelGrouping withReason(String reason) {
    KernelGrouping same =
        new KernelGrouping(this, rules.with(choice.withReason(reason)), supposed, order);
    same.derived = derived;
    return same;
  }

  public AcsRules rules() {
    return rules;
  }

  public HostHierarchy hierarchy() {
    return hierarchy;
  }

  public ModelChoice choice() {
    return choice;
  }

  public AcsVerdict verdict(int index) {
    return rules.verdict(index);
  }

  public GroupPartition derive() {
    if (derived == null) {
      derived = derive(GroupingSteps.NONE);
    }
    return derived;
  }

  public GroupPartition derive(GroupingSteps steps) {
    return choice.timing() == GroupingModel.BUS_ISOLATION_V3
        ? strict()
        : derive(this::enforces, steps);
  }

  GroupPartition derive(GroupDerivation.Verdicts verdicts, GroupingSteps steps) {
    return GroupDerivation.derive(
        hierarchy, rules.aliases(), verdicts, order == null ? inOrderFound(served) : order, steps);
  }

  private static int[] inOrderFound(BitSet functions) {
    return functions.stream().toArray();
  }

  /** True if a bind forms groups, and the order of binding is unknown. */
  public boolean isOrderOpen() {
    return choice.groupsAtBind() && order == null;
  }

  /** The same with an unknown order. */
  public KernelGrouping withoutOrder() {
    return new KernelGrouping(this, rules, supposed, null);
  }

  private BindOrders bindOrders() {
    return new BindOrders(
        hierarchy, GroupDerivation.asked(hierarchy, rules.aliases(), this::enforces), served);
  }

  /** Verdict on a function while another one is grouped, by the words that it had then. */
  public boolean enforces(int function, int grouped) {
    if (supposed != null && isOpen(function, grouped)) {
      Boolean verdict = supposed[supposedAt(function, grouped)];
      if (verdict != null) {
        return verdict;
      }
    }
    return (isBeforeSwitchingOn(function, grouped) ? atStart(function) : verdict(function))
        .isEnforced();
  }

  /** Index of an assumed verdict; verdicts from before the kernel reached a function come first. */
  int supposedAt(int function, int grouped) {
    return isBeforeSwitchingOn(function, grouped) ? function : hierarchy.size() + function;
  }

  /** True if ACS was not yet on when {@code grouped} was grouped; false if it was adopted. */
  public boolean isBeforeSwitchingOn(int function, int grouped) {
    if (hierarchy.function(function).kernel().preservation().isAdopted()) {
      return false;
    }
    return choice.timing() == GroupingModel.LEGACY_LATE_ACS_REGRESSED
        || choice.timing().switchesOnLate() && function > grouped
        || choice.switchesOnAfterBind() && place(function) >= place(grouped);
  }

  /** Position in the order of grouping; the last one if it is never grouped. */
  private int place(int function) {
    if (order == null) {
      return served.get(function) ? function : Integer.MAX_VALUE;
    }
    for (int place = 0; place < order.length; place++) {
      if (order[place] == function) {
        return place;
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * True if the verdict on a function, at that time, depends on what no later snapshot shows: the
   * words that the boot found, or what the chipset does.
   */
  boolean isOpen(int function, int grouped) {
    if (isBeforeSwitchingOn(function, grouped)) {
      return hangsOnItsControls(function);
    }
    // Without an IOMMU that serves it, ACS is enabled when a driver is bound, if ever.
    boolean neverComeTo = choice.timing().switchesOnLate() && !served.get(function);
    return verdict(function) == AcsVerdict.NOT_COMPUTABLE
        || neverComeTo && hangsOnItsControls(function);
  }

  private boolean hangsOnItsControls(int function) {
    AcsRegisters acs = hierarchy.function(function).config().acs();
    return acs != null
        && rules.verdictAtStart(function, acs.withRequired(false))
            != rules.verdictAtStart(function, acs.withRequired(true));
  }

  /** The ACS registers that the boot found in a function, as far as known; null for none. */
  public @Nullable AcsRegisters foundAtStart(int function) {
    return registersAtStart.apply(function);
  }

  /** True if the assumed verdict on the registers at the start is not the likely one. */
  public boolean isSupposedOtherwise(int function) {
    return supposed != null
        && supposed[function] != null
        && supposed[function] != atStart(function).isEnforced();
  }

  /** True if the function isolated before the kernel reached it, as known or assumed. */
  public boolean isolatedAtStart(int function) {
    return atStart(function).isEnforced() != isSupposedOtherwise(function);
  }

  private AcsVerdict atStart(int function) {
    if (atStart[function] == null) {
      atStart[function] = rules.verdictAtStart(function, registersAtStart.apply(function));
    }
    return atStart[function];
  }

  public Supposition suppose(GroupPartition reported) {
    if (isOrderOpen()) {
      return new Supposition(bindOrders().leadTo(reported), this);
    }
    return choice.timing() == GroupingModel.BUS_ISOLATION_V3
        ? new Supposition(Supposition.Outcome.IMPOSSIBLE, this)
        : new PossibleGroups(this).leadingTo(reported);
  }

  /** Functions whose group depends on what no snapshot after the boot shows. */
  public BitSet undecided() {
    if (isOrderOpen()) {
      return bindOrders().undecided();
    }
    return choice.timing() == GroupingModel.BUS_ISOLATION_V3
        ? new BitSet()
        : new PossibleGroups(this).undecided(derive());
  }

  /** Functions that would be in another group if what was not read isolated. */
  public BitSet hangingOnUnread() {
    boolean anyUnread = false;
    for (int i = 0; i < hierarchy.size() && !anyUnread; i++) {
      anyUnread = verdict(i) == AcsVerdict.UNKNOWN;
    }
    if (!anyUnread) {
      return new BitSet();
    }
    if (choice.timing() == GroupingModel.BUS_ISOLATION_V3) {
      BitSet unread = new BitSet();
      for (int i = 0; i < hierarchy.size(); i++) {
        unread.set(i, served.get(i) && verdict(i) == AcsVerdict.UNKNOWN);
      }
      return unread;
    }
    GroupPartition ifIsolating =
        derive(
            (function, grouped) ->
                verdict(function) == AcsVerdict.UNKNOWN || enforces(function, grouped),
            GroupingSteps.NONE);
    return derive().functionsElsewhere(ifIsolating);
  }

  /** The partition if {@code count} functions were grouped by these verdicts, before a change. */
  public GroupPartition deriveChanged(AcsVerdict[] then, int count) {
    return derive(
        (function, grouped) ->
            grouped < count && !isBeforeSwitchingOn(function, grouped)
                ? then[function].isEnforced()
                : enforces(function, grouped),
        GroupingSteps.NONE);
  }

  /** The partition if these did not isolate, as after a live update that keeps cleared words. */
  public GroupPartition deriveWithout(BitSet open) {
    return deriveWithout(open, served);
  }

  /** The same for functions that share no group with others; the others are in no group. */
  private GroupPartition deriveWithout(BitSet open, BitSet grouped) {
    return choice.timing() == GroupingModel.BUS_ISOLATION_V3
        ? BusIsolation.derive(ofHardware(), grouped, open)
        : GroupDerivation.derive(
            hierarchy,
            rules.aliases(),
            (function, unused) -> !open.get(function) && verdict(function).isEnforced(),
            inOrderFound(grouped),
            GroupingSteps.NONE);
  }

  /**
   * Answers for one set of functions after another what {@link #deriveWithout(BitSet)} would be, as
   * far as it differs from {@link #deriveAdopted}: in the part of the host in which they are, all
   * in one.
   */
  public Function<BitSet, GroupPartition> withoutByParts() {
    SeparateParts parts = new SeparateParts(hierarchy);
    return open -> {
      BitSet grouped = (BitSet) served.clone();
      grouped.and(parts.partOf(open.nextSetBit(0)));
      return deriveWithout(open, grouped);
    };
  }

  /** The partition a kernel would form that adopts all registers as they are. */
  public GroupPartition deriveAdopted() {
    return deriveWithout(new BitSet());
  }

  /** Required bits each of whose loss would end isolation; 0 if registers do not isolate. */
  public int bitsToLose(int index) {
    AcsRegisters acs = hierarchy.function(index).config().acs();
    if (acs == null || !verdict(index).isEnforced()) {
      return 0;
    }
    int bits = 0;
    boolean dwords = rules.hasDwordRegisters(index);
    for (int bit = 1; bit <= AcsCapability.UPSTREAM_FORWARDING; bit <<= 1) {
      AcsRegisters cleared = acs.withWord(dwords, acs.word(dwords) & ~bit);
      if (!rules.verdict(index, cleared).isEnforced()) {
        bits |= bit;
      }
    }
    return bits;
  }

  /** Functions that {@link #strict} separates by assumption: no register shows it. */
  public BitSet strictAssumed() {
    return BusIsolation.assumed(ofHardware());
  }

  /** The partition by what the hardware separates. */
  public GroupPartition strict() {
    return BusIsolation.derive(ofHardware(), served, new BitSet());
  }

  private AcsRules ofHardware() {
    return rules.with(choice.withoutOverride());
  }
}
