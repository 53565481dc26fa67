package io.acswatch.pci.alert;

/**
 * What an alert says: each code has a page in {@code docs/alerts}. Names are part of the contract
 * with consumers.
 *
 * <p>A {@linkplain Lifetime#CONDITION condition} is open for as long as it holds, over any number
 * of boots; an {@linkplain Lifetime#EVENT event} has happened, and is closed by the next boot.
 */
public enum AlertCode {
  GROUP_MERGED_CROSS_VM(Lifetime.CONDITION),
  GROUP_MERGED_VM_HOST(Lifetime.CONDITION),
  GROUP_MERGED_SAME_VM(Lifetime.CONDITION),
  GROUP_MERGED_UNOWNED(Lifetime.CONDITION),
  GROUP_SPLIT(Lifetime.EVENT),
  ACS_BIT_CLEARED(Lifetime.CONDITION),
  ACS_BIT_SET(Lifetime.EVENT),
  ACS_CAP_DROPPED(Lifetime.CONDITION),
  DEVICE_MISSING(Lifetime.CONDITION),
  DEVICE_NEW(Lifetime.EVENT),
  IOMMU_OFF(Lifetime.CONDITION),
  PENDING_MERGE(Lifetime.CONDITION),
  RUNTIME_ISOLATION_LOSS(Lifetime.CONDITION),
  SILENT_ISOLATION_LOSS(Lifetime.CONDITION),
  KERNEL_GROUP_MISMATCH(Lifetime.EVENT),
  ACS_OVERRIDE_ACTIVE(Lifetime.CONDITION),
  ACS_CMDLINE_CHANGED(Lifetime.EVENT),
  MODEL_CHANGED(Lifetime.EVENT),
  EC_WEAKENS_RR(Lifetime.CONDITION),
  DT_WITH_ATS(Lifetime.CONDITION),
  TB_OFF_UNTRUSTED(Lifetime.CONDITION),
  PRESERVATION_REFUSED(Lifetime.EVENT),
  ACS_CAP_CHANGED(Lifetime.EVENT),
  CONFIG_UNREADABLE(Lifetime.CONDITION),
  CONFIG_TRUNCATED(Lifetime.CONDITION),
  CONFIG_TORN(Lifetime.CONDITION),
  INCONSISTENT_CONFIG(Lifetime.CONDITION),
  SPOOF_SUSPECTED(Lifetime.EVENT),
  DEVICE_REPLACED(Lifetime.EVENT),
  BUS_RENUMBERED(Lifetime.EVENT),
  TOPOLOGY_CHANGED(Lifetime.EVENT),
  SRIOV_CHANGED(Lifetime.EVENT),
  ADOPTION_MASKS_CHANGE(Lifetime.EVENT),
  OWNERSHIP_UNKNOWN(Lifetime.CONDITION),
  OWNERSHIP_CONFLICT(Lifetime.CONDITION),
  SNAPSHOT_GAP(Lifetime.EVENT),
  STALE_BEFORE(Lifetime.EVENT),
  LIVE_UPDATE_ABORTED(Lifetime.EVENT),
  CROSS_VM_SHARED_GROUP(Lifetime.CONDITION),
  /** Two machines have one host id. */
  HOST_ID_CONFLICT(Lifetime.CONDITION);

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

  public Lifetime lifetime() {
    return lifetime;
  }

  /** True for the five codes of endpoints that came to share a group. */
  public boolean isMerge() {
    return this == GROUP_MERGED_CROSS_VM
        || this == GROUP_MERGED_VM_HOST
        || this == GROUP_MERGED_SAME_VM
        || this == GROUP_MERGED_UNOWNED
        || this == OWNERSHIP_UNKNOWN;
  }
}
