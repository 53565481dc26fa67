package io.acswatch.pci.alert;

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
  IOMMU_OFF(Lifetime.CONDITION),
  /** Endpoints of disjoint owners would come to share a group if a kernel adopted the registers. */
  PENDING_MERGE(Lifetime.CONDITION),
  /** A function on the way to a VM's device ceased to isolate while the kernel runs. */
  RUNTIME_ISOLATION_LOSS(Lifetime.CONDITION),
  /**
   * Endpoints of disjoint owners are in separate groups, and the hardware does not keep them apart.
   */
  SILENT_ISOLATION_LOSS(Lifetime.CONDITION),
  /** The kernel's groups are not those that follow from its rules. */
  KERNEL_GROUP_MISMATCH(Lifetime.EVENT),
  /** The kernel claims isolation that functions without an ACS capability do not promise. */
  ACS_OVERRIDE_ACTIVE(Lifetime.CONDITION),
  /** Options of the command line that decide about ACS or the IOMMU are others. */
  ACS_CMDLINE_CHANGED(Lifetime.EVENT),
  /** The kernel groups by other rules than the one before. */
  MODEL_CHANGED(Lifetime.EVENT),
  /** Egress control sends requests direct that request redirect would send to the IOMMU. */
  EC_WEAKENS_RR(Lifetime.CONDITION),
  /** Translated requests may go direct, and a function below sends such. */
  DT_WITH_ATS(Lifetime.CONDITION),
  /** Translated requests of a function that is not trusted pass its port. */
  TB_OFF_UNTRUSTED(Lifetime.CONDITION),
  /** A live update would refuse to preserve a VM's device. */
  PRESERVATION_REFUSED(Lifetime.EVENT),
  /** The ACS Capability word or its place is another. */
  ACS_CAP_CHANGED(Lifetime.EVENT),
  /** A function that the kernel knows does not answer. */
  CONFIG_UNREADABLE(Lifetime.CONDITION),
  /** The collector is not allowed to read what there is. */
  CONFIG_TRUNCATED(Lifetime.CONDITION),
  /** Bytes changed while they were read. */
  CONFIG_TORN(Lifetime.CONDITION),
  /** A configuration space contradicts itself, or where the function is. */
  INCONSISTENT_CONFIG(Lifetime.CONDITION),
  /** What cannot change did change, in one boot. */
  SPOOF_SUSPECTED(Lifetime.EVENT),
  /** Another device is in the place of one. */
  DEVICE_REPLACED(Lifetime.EVENT),
  /** Functions have other addresses. */
  BUS_RENUMBERED(Lifetime.EVENT),
  /** A device is in another place, or below another number of bridges. */
  TOPOLOGY_CHANGED(Lifetime.EVENT),
  /** Number or addresses of the VFs of a PF are others. */
  SRIOV_CHANGED(Lifetime.EVENT),
  /** Ports kept their words through a live update, against new options of the command line. */
  ADOPTION_MASKS_CHANGE(Lifetime.EVENT),
  /** Endpoints that VMs hold came to share a group, and nobody says which VMs. */
  OWNERSHIP_UNKNOWN(Lifetime.CONDITION),
  /** Two VMs claim one function. */
  OWNERSHIP_CONFLICT(Lifetime.CONDITION),
  /** A kernel that another one started is the first that was seen of its host. */
  SNAPSHOT_GAP(Lifetime.EVENT),
  /** The last snapshot of the boot before is old. */
  STALE_BEFORE(Lifetime.EVENT),
  /** A kexec image was loaded, and the kernel runs on without it. */
  LIVE_UPDATE_ABORTED(Lifetime.EVENT),
  /** Endpoints that disjoint owners claim share a group, and no change of groups says why. */
  CROSS_VM_SHARED_GROUP(Lifetime.CONDITION);

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

  /** True for the five codes of endpoints that came to share a group. */
  public boolean isMerge() {
    return this == GROUP_MERGED_CROSS_VM
        || this == GROUP_MERGED_VM_HOST
        || this == GROUP_MERGED_SAME_VM
        || this == GROUP_MERGED_UNOWNED
        || this == OWNERSHIP_UNKNOWN;
  }
}
