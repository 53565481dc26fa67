package io.acswatch.pci.alert;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why the kernel came to another result.
 *
 * @param register the register at fault, null where no register explains it
 * @param alsoChanged further registers that changed on the way to the devices, nearest the root
 *     first
 */
public record Cause(
    Kind kind,
    @Nullable RegisterChange register,
    List<RegisterChange> alsoChanged,
    String explanation) {
  public Cause {
    alsoChanged = List.copyOf(alsoChanged);
  }

  public static Cause of(Kind kind, String explanation) {
    return new Cause(kind, null, List.of(), explanation);
  }

  /** Sorts of cause. Names are part of the contract with consumers. */
  public enum Kind {
    ACS_CONTROL_CHANGED,
    /** ACS Control bits had been lost before a live update, which adopted the word without them. */
    ACS_CONTROL_ADOPTED,
    /** A port does not enforce ACS; since when is not known. */
    ACS_NOT_ENFORCED,
    ACS_CAPABILITY_GONE,
    /** A port's ACS Capability word is another. */
    ACS_CAPABILITY_CHANGED,
    /** The registers are the same; the kernel, and so its rules or tables, is another. */
    KERNEL_CHANGED,
    /** The registers are the same; ACS or IOMMU options of the command line are others. */
    COMMAND_LINE_CHANGED,
    /** Bridges between the devices and the root came, went or moved. */
    HIERARCHY_CHANGED,
    /**
     * ACS was switched on only after the devices were grouped: neither registers nor kernel tell,
     * the words the boot began with do.
     */
    ACS_ENABLED_LATE,
    /** The kernel does not preserve such a device across a live update. */
    PRESERVATION_REFUSED,
    IOMMU_OFF,
    UNEXPLAINED
  }
}
