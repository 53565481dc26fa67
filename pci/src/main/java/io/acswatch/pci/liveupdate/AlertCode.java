package io.acswatch.pci.liveupdate;

/**
 * What an alert says. Names are part of the contract with consumers.
 *
 * <p>A {@linkplain Lifetime#CONDITION condition} is open for as long as it holds, over any number
 * of boots; an {@linkplain Lifetime#EVENT event} has happened, and is closed by the next boot.
 */
public enum AlertCode {
  /** Endpoints of disjoint owners came to share a group. */
  GROUP_MERGED_CROSS_VM(Lifetime.CONDITION),
  /** An endpoint of a VM came to share a group with one that no VM owns. */
  GROUP_MERGED_VM_HOST(Lifetime.CONDITION),
  /** Endpoints of one VM came to share a group. */
  GROUP_MERGED_SAME_VM(Lifetime.CONDITION),
  /** Endpoints that no VM owns came to share a group. */
  GROUP_MERGED_UNOWNED(Lifetime.CONDITION),
  /** Endpoints that shared a group do so no more. */
  GROUP_SPLIT(Lifetime.EVENT),
  /** An ACS Control bit is clear that was set. */
  ACS_BIT_CLEARED(Lifetime.CONDITION),
  /** An ACS Control bit is set that was clear. */
  ACS_BIT_SET(Lifetime.EVENT),
  /** A function lost its ACS capability. */
  ACS_CAP_DROPPED(Lifetime.CONDITION),
  /** A function is gone. */
  DEVICE_MISSING(Lifetime.CONDITION),
  /** A function is new. */
  DEVICE_NEW(Lifetime.EVENT),
  /** There are no groups: no IOMMU separates anything. */
  IOMMU_OFF(Lifetime.CONDITION);

  /** How long an alert stays open. */
  public enum Lifetime {
    /** Until the condition no longer holds. */
    CONDITION,
    /** Until the next boot. */
    EVENT
  }

  private final Lifetime lifetime;

  AlertCode(Lifetime lifetime) {
    this.lifetime = lifetime;
  }

  /** How long an alert of this code stays open. */
  public Lifetime lifetime() {
    return lifetime;
  }

  /** True for the four codes of endpoints that came to share a group. */
  public boolean isMerge() {
    return this == GROUP_MERGED_CROSS_VM
        || this == GROUP_MERGED_VM_HOST
        || this == GROUP_MERGED_SAME_VM
        || this == GROUP_MERGED_UNOWNED;
  }
}
