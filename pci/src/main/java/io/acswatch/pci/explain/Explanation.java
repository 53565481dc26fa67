package io.acswatch.pci.explain;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a function is in its group.
 *
 * @param group all members of its group by the rules, itself included; empty if no IOMMU serves it,
 *     or if there is no telling. Where they cannot be computed, those of the kernel's
 * @param kernelAgrees the kernel reports the same group; true where it reports none
 * @param note why the kernel's group is another, or why there is no telling; empty if there is
 *     nothing to say
 */
public record Explanation(
    PciAddress function,
    List<PciAddress> group,
    boolean kernelAgrees,
    List<Step> steps,
    String note) {
  public Explanation {
    group = List.copyOf(group);
    steps = List.copyOf(steps);
  }

  /** One step; {@code acs} are the registers that decided, null where none did. */
  public record Step(Kind kind, PciAddress subject, String text, @Nullable Registers acs) {}

  /**
   * ACS registers of the subject of a step as they were when they decided.
   *
   * @param capabilityOffset bytes from the start of its configuration space to Capability
   * @param controlOffset bytes from the start of its configuration space to Control
   */
  public record Registers(
      int capabilityOffset, int capability, int controlOffset, int control, int missing) {}

  /** Parts of the rule. Names are part of the contract with scripts. */
  public enum Kind {
    /** Its requests leave under another function's id. */
    ALIAS,
    /** A port above does not isolate, so it belongs to that port. */
    CLIMB,
    /** A port above isolates, which ends the climb. */
    ISOLATED_BY,
    /** A function of its bus uses its id. */
    SHARED_ID,
    /** A function of its slot does not isolate either. */
    SHARED_SLOT,
    JOIN,
    FOUND,
    /** What the hardware connects, by the strict model. */
    HARDWARE,
    /** The IOMMU's driver groups by other rules than ACS. */
    OTHER_RULES,
    /** Registers that decide were not read. */
    UNREAD,
    NOT_SERVED
  }

  /**
   * Why two functions share a group, or what keeps them apart.
   *
   * @param together they share a group by the rules
   * @param keptApartBy functions any of which would join the two by losing one of its bits
   */
  public record Pair(
      Explanation first, Explanation second, boolean together, List<WeakPoint> keptApartBy) {
    public Pair {
      keptApartBy = List.copyOf(keptApartBy);
    }
  }

  /**
   * Functions that alone keep owners apart.
   *
   * @param functions one port, or all functions of one slot, where only together they do
   * @param bits mask of the ACS Control bits: the loss of any of them is enough
   * @param vms who would share a group, sorted; addresses where no owners are known
   * @param portType type of the first function, in words
   */
  public record WeakPoint(
      List<PciAddress> functions, int bits, List<String> vms, @Nullable String portType) {
    public WeakPoint {
      functions = List.copyOf(functions);
      vms = List.copyOf(vms);
    }
  }
}
