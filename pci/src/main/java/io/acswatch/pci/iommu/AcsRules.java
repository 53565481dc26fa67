package io.acswatch.pci.iommu;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each function of a host whether it satisfies the kernel's demand for isolation: SV,
 * RR, CR and UF.
 *
 * <p>Source: linux {@code drivers/pci/pci.c}, {@code pci_acs_enabled}; {@code quirks.c}, {@code
 * pci_dev_specific_acs_enabled}.
 */
public final class AcsRules {
  enum Effect {
    ISOLATED,
    NOT_ISOLATED,
    DWORD_REGISTERS,
    ISOLATED_IF_AMD_IOMMU,
    CHIPSET_REGISTERS,
    NO_SOURCE_VALIDATION;

    static Effect parse(String text) {
      return Effect.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  static final QuirkTable<Effect> QUIRKS =
      QuirkTable.ofResource(
          "acs-quirks.tsv",
          List.of(
              "any",
              "root-port",
              "root-port-without-acs",
              "root-or-downstream-port",
              "root-complex-endpoint",
              "multifunction-on-root-bus"),
          Effect::parse);
  private static final int LPC_DEVFN = 0x1F << 3;
  private static final int IOMMU_CLASS = 0x0806;
  // ATI before AMD bought it (RD890, SR5690), AMD, Hygon.
  private static final Set<Integer> AMD_IOMMU_VENDORS = Set.of(0x1002, 0x1022, 0x1D94);

  private final HostHierarchy hierarchy;
  private final ModelChoice choice;
  private final boolean amdIommu;

  /** Verdicts found so far, shared with other rules for the same functions. */
  private final @Nullable AcsVerdict[] verdicts;

  private @Nullable DmaAliases aliases;

  public AcsRules(HostHierarchy hierarchy, ModelChoice choice) {
    this.hierarchy = hierarchy;
    this.choice = choice;
    amdIommu = choice.machine().amdIommu() || hasAmdIommu(hierarchy);
    verdicts = new AcsVerdict[hierarchy.size()];
  }

  private AcsRules(AcsRules other, ModelChoice choice) {
    hierarchy = other.hierarchy;
    this.choice = choice;
    amdIommu = other.amdIommu;
    verdicts = other.verdicts;
    aliases = other.aliases();
  }

  /** Rules of another choice for the same functions; most verdicts are the same. */
  public AcsRules with(ModelChoice other) {
    boolean same =
        other.kernel().equals(choice.kernel())
            && other.override().equals(choice.override())
            && other.machine().equals(choice.machine());
    return same ? new AcsRules(this, other) : new AcsRules(hierarchy, other);
  }

  public HostHierarchy hierarchy() {
    return hierarchy;
  }

  public ModelChoice choice() {
    return choice;
  }

  DmaAliases aliases() {
    if (aliases == null) {
      aliases = new DmaAliases(hierarchy, choice.kernel());
    }
    return aliases;
  }

  /**
   * The kernel asks whether the firmware has a table IVRS, which describes AMD IOMMUs; an IOMMU of
   * that kind among the functions shows it.
   */
  private static boolean hasAmdIommu(HostHierarchy hierarchy) {
    for (int i = 0; i < hierarchy.size(); i++) {
      PciIds ids = hierarchy.function(i).ids();
      if (ids.classCode() >>> 8 == IOMMU_CLASS && AMD_IOMMU_VENDORS.contains(ids.vendor())) {
        return true;
      }
    }
    return false;
  }

  /** Verdict with the Control word the function carries. */
  public AcsVerdict verdict(int index) {
    AcsVerdict verdict = verdicts[index];
    if (verdict == null) {
      verdict = verdict(index, hierarchy.function(index).config().acs());
      verdicts[index] = verdict;
    }
    return verdict;
  }

  /** Verdict as if the function carried these registers; null for no ACS capability. */
  public AcsVerdict verdict(int index, @Nullable AcsRegisters acs) {
    return verdict(index, acs, true);
  }

  /**
   * Verdict before the kernel reaches the function, with the registers that the boot found.
   *
   * <p>A root port that isolates through chipset registers does not isolate yet, whatever an
   * earlier kernel wrote: the kernel trusts its own flag, {@code PCI_DEV_FLAGS_ACS_ENABLED_QUIRK},
   * and it sets that flag when it enables the port. Source: {@code pci_quirk_intel_pch_acs}, {@code
   * pci_quirk_enable_intel_pch_acs}, called from {@code pci_enable_acs} for each device.
   */
  AcsVerdict verdictAtStart(int index, @Nullable AcsRegisters acs) {
    return verdict(index, acs, false);
  }

  private AcsVerdict verdict(int index, @Nullable AcsRegisters acs, boolean switchedOn) {
    AcsRegisters effective = acs;
    List<QuirkTable.Entry<Effect>> quirks = quirks(index);
    for (int i = 0; i < quirks.size(); i++) { // makes no iterator: most have none
      switch (quirks.get(i).effect()) {
        case ISOLATED:
          return AcsVerdict.ENFORCED;
        case NOT_ISOLATED:
          return AcsVerdict.NOT_ENFORCED;
        case CHIPSET_REGISTERS:
          return switchedOn ? byChipset(index) : AcsVerdict.NOT_ENFORCED;
        case ISOLATED_IF_AMD_IOMMU:
          if (amdIommu) {
            return AcsVerdict.ENFORCED;
          }
          break;
        case DWORD_REGISTERS:
          if (acs != null) {
            return ofFlags(acs.capability(), acs.secondDword());
          }
          break;
        case NO_SOURCE_VALIDATION:
          effective = withoutSourceValidation(acs);
          break;
      }
    }
    if (acs == null
        && choice.override().isActive()
        && choice.override().believes(hierarchy, index)) {
      return AcsVerdict.ENFORCED;
    }
    return byType(index, effective);
  }

  /** The quirk that decides about a function before its ACS capability does, in words; or null. */
  public @Nullable String quirk(int index) {
    for (QuirkTable.Entry<Effect> quirk : quirks(index)) {
      if (decides(quirk.effect())) {
        return quirk.source();
      }
    }
    return null;
  }

  /** The lines of the table that apply to a function, in their order. */
  private List<QuirkTable.Entry<Effect>> quirks(int index) {
    PciIds ids = hierarchy.function(index).ids();
    List<QuirkTable.Entry<Effect>> quirks =
        QUIRKS.matching(choice.kernel(), ids.vendor(), ids.device());
    if (!quirks.isEmpty()) {
      quirks.removeIf(quirk -> !holds(quirk.when(), index));
    }
    return quirks;
  }

  private boolean has(int index, Effect effect) {
    List<QuirkTable.Entry<Effect>> quirks = quirks(index);
    return !quirks.isEmpty() && quirks.stream().anyMatch(quirk -> quirk.effect() == effect);
  }

  /** True if it decides without the registers. */
  private boolean decides(Effect effect) {
    return switch (effect) {
      case ISOLATED, NOT_ISOLATED, CHIPSET_REGISTERS -> true;
      case ISOLATED_IF_AMD_IOMMU -> amdIommu;
      case DWORD_REGISTERS, NO_SOURCE_VALIDATION -> false;
    };
  }

  /**
   * True if a quirk stands between the kernel and the function's ACS registers, so that a live
   * update refuses to preserve it: the registers are elsewhere or not where others have them.
   */
  public boolean needsEnablingQuirk(int index) {
    return has(index, Effect.CHIPSET_REGISTERS) || has(index, Effect.DWORD_REGISTERS);
  }

  /**
   * True if some kernel knows functions with these ids to have Capability and Control as dwords, so
   * that whoever prints both as words prints others.
   */
  public static boolean mayHaveDwordRegisters(PciIds ids) {
    return may(ids, Effect.DWORD_REGISTERS);
  }

  /** True if some kernel makes ports with these ids isolate through the chipset's registers. */
  public static boolean mayAskChipset(PciIds ids) {
    return may(ids, Effect.CHIPSET_REGISTERS);
  }

  private static boolean may(PciIds ids, Effect effect) {
    return QUIRKS.of(ids.vendor(), ids.device()).stream()
        .anyMatch(quirk -> quirk.effect() == effect);
  }

  /**
   * Releases later than {@code present} from which on the table of devices lets functions with
   * these ids isolate that it does not know before.
   */
  public static Set<String> releasesThatIsolate(PciIds ids, KernelVersion present) {
    Set<String> releases = new TreeSet<>();
    for (QuirkTable.Entry<Effect> quirk : QUIRKS.of(ids.vendor(), ids.device())) {
      boolean helps =
          quirk.effect() != Effect.NOT_ISOLATED && quirk.effect() != Effect.NO_SOURCE_VALIDATION;
      if (helps && !quirk.kernels().contain(present)) {
        quirk.kernels().ranges().stream()
            .map(KernelRanges.Range::from)
            .filter(from -> from.compareTo(present) > 0)
            .forEach(from -> releases.add(from.toString()));
      }
    }
    return releases;
  }

  /** True if the function has Capability and Control as dwords, Control at +8. */
  public boolean hasDwordRegisters(int index) {
    return has(index, Effect.DWORD_REGISTERS);
  }

  /** True if Source Validation counts as not implemented. */
  public boolean lacksSourceValidation(int index) {
    return has(index, Effect.NO_SOURCE_VALIDATION);
  }

  /**
   * The kernel makes these root ports isolate through chipset registers. It can reach them if the
   * LPC bridge, function 1f.0 of the same bus, says that they are on. No configuration space shows
   * whether the kernel succeeded, but it does show whether the kernel could.
   */
  private AcsVerdict byChipset(int index) {
    for (int i = 0; i < hierarchy.busMateCount(index); i++) {
      PciFunction mate = hierarchy.function(hierarchy.busMate(index, i));
      if (mate.address().devfn() == LPC_DEVFN
          && mate.config().lengthBytes() >= ConfigSpace.CONVENTIONAL_LENGTH) {
        return (mate.config().header().chipsetBase() & 1) != 0
            ? AcsVerdict.ENFORCED
            : AcsVerdict.NOT_ENFORCED;
      }
    }
    return AcsVerdict.NOT_COMPUTABLE;
  }

  private boolean holds(String when, int index) {
    PortType type = hierarchy.type(index);
    return switch (when) {
      case "root-port" -> type == PortType.ROOT_PORT;
      case "root-port-without-acs" ->
          type == PortType.ROOT_PORT && hierarchy.function(index).config().acs() == null;
      case "root-or-downstream-port" -> type.isDownstreamFacing();
      case "root-complex-endpoint" -> type == PortType.ROOT_COMPLEX_ENDPOINT;
      case "multifunction-on-root-bus" ->
          hierarchy.isMultifunction(index) && hierarchy.bridgeAbove(index) == HostHierarchy.NONE;
      default -> true;
    };
  }

  private static @Nullable AcsRegisters withoutSourceValidation(@Nullable AcsRegisters acs) {
    return acs == null
        ? null
        : new AcsRegisters(
            acs.offset(),
            acs.capability() & ~AcsCapability.SOURCE_VALIDATION,
            acs.control(),
            acs.secondDword());
  }

  private AcsVerdict byType(int index, @Nullable AcsRegisters acs) {
    PciFunction function = hierarchy.function(index);
    ConfigFacts config = function.config();
    if (function.isVirtualFunction()) {
      // Never multi-function for the kernel. Its own header reads as absent, so ids show nothing.
      return AcsVerdict.ENFORCED;
    }
    return switch (hierarchy.type(index)) {
      case UNKNOWN -> AcsVerdict.UNKNOWN;
      case CONVENTIONAL, PCIE_TO_PCI_BRIDGE, PCI_TO_PCIE_BRIDGE, ROOT_COMPLEX_EVENT_COLLECTOR ->
          AcsVerdict.NOT_ENFORCED;
      case ROOT_PORT, DOWNSTREAM_PORT -> byFlags(config, acs);
      case ENDPOINT, LEGACY_ENDPOINT, UPSTREAM_PORT, ROOT_COMPLEX_ENDPOINT ->
          hierarchy.isMultifunction(index) ? byFlags(config, acs) : AcsVerdict.ENFORCED;
      case RESERVED -> AcsVerdict.ENFORCED;
    };
  }

  private static AcsVerdict byFlags(ConfigFacts config, @Nullable AcsRegisters acs) {
    if (acs != null) {
      return ofFlags(acs.capability(), acs.control());
    }
    return config.capabilitiesKnown() ? AcsVerdict.NOT_ENFORCED : AcsVerdict.UNKNOWN;
  }

  private static AcsVerdict ofFlags(int capability, int control) {
    return AcsRegisters.enforces(capability, control, AcsCapability.REQUIRED)
        ? AcsVerdict.ENFORCED
        : AcsVerdict.NOT_ENFORCED;
  }
}
