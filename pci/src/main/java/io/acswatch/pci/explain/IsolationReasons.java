package io.acswatch.pci.explain;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.KernelGrouping;
import org.jspecify.annotations.Nullable;

/** Why functions isolate or do not, in words and with the registers that say so. */
final class IsolationReasons {
  private static final int MEMORY_REDIRECT = 2 << 8;

  private final HostView view;
  private final KernelGrouping grouping;
  private final boolean hasBefore;

  /** Reasons for verdicts; {@code hasBefore} if the words of the boot before are known. */
  IsolationReasons(HostView view, KernelGrouping grouping, boolean hasBefore) {
    this.view = view;
    this.grouping = grouping;
    this.hasBefore = hasBefore;
  }

  /** A function by type and address: {@code root port 0000:00:03.0}. */
  String name(int index) {
    return view.hierarchy().type(index).label().replace('-', ' ')
        + " "
        + view.function(index).address();
  }

  /** Why a function isolates or does not, with its registers. */
  String reason(int index) {
    PciFunction function = view.function(index);
    String quirk = grouping.rules().quirk(index);
    if (quirk != null) {
      return "by the kernel's table of devices: " + quirk;
    }
    if (function.isVirtualFunction()) {
      return "a VF is never asked for ACS";
    }
    AcsRegisters acs = function.config().acs();
    return switch (view.hierarchy().type(index)) {
      case CONVENTIONAL -> "conventional PCI, which never isolates";
      case PCIE_TO_PCI_BRIDGE, PCI_TO_PCIE_BRIDGE ->
          "a bridge to or from PCI, which never isolates";
      case ROOT_COMPLEX_EVENT_COLLECTOR -> "an event collector, which never isolates";
      case UNKNOWN -> "its bytes were not read";
      case RESERVED -> "a type the kernel does not ask for ACS";
      case ENDPOINT, LEGACY_ENDPOINT, UPSTREAM_PORT, ROOT_COMPLEX_ENDPOINT ->
          view.hierarchy().isMultifunction(index)
              ? registers(index, acs)
              : "the only function of its device, which is not asked for ACS";
      case ROOT_PORT, DOWNSTREAM_PORT -> registers(index, acs);
    };
  }

  /**
   * Why a function isolated or not when another one was grouped, with the registers it had then.
   */
  String reasonWhen(int index, int grouped) {
    boolean then = grouping.isolatedAtStart(index);
    if (!grouping.isBeforeSwitchingOn(index, grouped)
        || then == grouping.verdict(index).isEnforced()) {
      return reason(index);
    }
    String when = " when " + view.function(grouped).address() + " was grouped";
    if (grouping.isSupposedOtherwise(index)) {
      return "its ACS must have been " + (then ? "on already" : "off still") + when;
    }
    AcsRegisters found = grouping.foundAtStart(index);
    if (!hasBefore || found == null) {
      return "the kernel had not switched its ACS on yet" + when;
    }
    boolean dwords = grouping.rules().hasDwordRegisters(index);
    return "Control was still %04x, of the boot before,%s"
        .formatted(found.word(dwords) & 0xFFFF, when);
  }

  /** What lets requests past the IOMMU although the required controls are on; empty if nothing. */
  String wayPast(int index) {
    PciFunction function = view.function(index);
    AcsRegisters acs = function.config().acs();
    if (function.config().features().egressOpen()) {
      return "; egress control is on, and bits of its vector are clear";
    }
    boolean redirects =
        acs == null
            || (acs.capability() & AcsCapability.ENHANCED) == 0
            || (acs.control() & AcsCapability.DSP_MEMORY_TARGET) == MEMORY_REDIRECT;
    return redirects ? "" : "; requests to the memory of ports are not redirected";
  }

  private String registers(int index, @Nullable AcsRegisters acs) {
    if (acs == null) {
      ConfigFacts config = view.function(index).config();
      return config.capabilitiesKnown()
          ? "no ACS capability"
          : "ACS was not read: " + config.status();
    }
    Explanation.Registers registers = decisive(index, acs);
    return "Capability %04x at 0x%03x, Control %04x at 0x%03x: %s%s"
        .formatted(
            registers.capability(),
            registers.capabilityOffset(),
            registers.control(),
            registers.controlOffset(),
            registers.missing() == 0
                ? "SV, RR, CR and UF are on or fixed on"
                : String.join(", ", AcsRegisters.flagNames(registers.missing())) + " off",
            grouping.rules().lacksSourceValidation(index) ? "; SV counts as not implemented" : "");
  }

  private Explanation.Registers decisive(int index, AcsRegisters acs) {
    boolean dwords = grouping.rules().hasDwordRegisters(index);
    boolean noSv = grouping.rules().lacksSourceValidation(index);
    int control = acs.word(dwords) & 0xFFFF;
    int register = dwords ? AcsCapability.EGRESS_VECTOR_OFFSET : AcsCapability.CONTROL_OFFSET;
    int demanded =
        AcsCapability.REQUIRED & acs.capability() & (noSv ? ~AcsCapability.SOURCE_VALIDATION : ~0);
    return new Explanation.Registers(
        acs.offset() + AcsCapability.CAPABILITY_OFFSET,
        acs.capability(),
        acs.offset() + register,
        control,
        demanded & ~control);
  }

  /**
   * The registers of a function while another was being grouped; null if it is not judged by them.
   */
  Explanation.@Nullable Registers registersWhen(int index, int grouped) {
    if (grouping.rules().quirk(index) != null || grouping.isSupposedOtherwise(index)) {
      return null;
    }
    AcsRegisters acs =
        grouping.isBeforeSwitchingOn(index, grouped)
            ? grouping.foundAtStart(index)
            : view.function(index).config().acs();
    return acs == null ? null : decisive(index, acs);
  }
}
