package io.acswatch.pci.alert;

import io.acswatch.pci.iommu.ModelChoice;

public final class NextSteps {
  /** For a device that was to pass through a live update and did not. */
  public static final String AFTER_LOST_DEVICE =
      "The VM cannot take this device back from its session: give it the device anew. Before the next"
          + " live update, look whether the new kernel has CONFIG_PCI_LIVEUPDATE and"
          + " CONFIG_VFIO_PCI_LIVEUPDATE, and liveupdate=on and kho=on on its command line: acswatch"
          + " preflight tells.";

  private static final String OF_ADOPTED_PORT =
      "An ordinary kexec separates the devices. So does removing the port that the cause names, with"
          + " all below it, and a rescan; or writing the lost bit back and then a second live update."
          + " Binding drivers anew, a reset of a function or bus, and finishing the session do not: a"
          + " port that a live update adopted keeps its word.";

  private static final String OF_SECOND_VM =
      "Keep these VMs stopped or fenced. The second VM that takes its device back fails at"
          + " VFIO_DEVICE_BIND_IOMMUFD with EPERM, and its session cannot finish. ";

  private NextSteps() {}

  /** The step for a merge by the word of a port that a live update adopted. */
  public static String afterLiveUpdate(AlertCode merge) {
    return switch (merge) {
      case GROUP_MERGED_CROSS_VM, OWNERSHIP_UNKNOWN -> OF_SECOND_VM + OF_ADOPTED_PORT;
      default -> of(merge) + " " + OF_ADOPTED_PORT;
    };
  }

  /**
   * The step on a kernel of these rules: what is true of others, that a boot switches ACS on, is
   * not of all.
   */
  public static String of(AlertCode code, ModelChoice kernel) {
    boolean healsNothing =
        !kernel.switchesOn(Integer.MAX_VALUE)
            && (code == AlertCode.GROUP_MERGED_CROSS_VM || code == AlertCode.OWNERSHIP_UNKNOWN);
    return healsNothing
        ? "Keep these VMs stopped or fenced; restart none of them blindly on this host. With a device"
            + " tree this kernel does not switch ACS on, at no boot: set the bits in the firmware, or"
            + " before a kexec (setpci), or boot a kernel from 6.15 on, which does; then boot the host"
            + " again. Writing the bit back alone does not split a group."
        : of(code);
  }

  public static String of(AlertCode code) {
    return switch (code) {
      case GROUP_MERGED_CROSS_VM, OWNERSHIP_UNKNOWN ->
          "Keep these VMs stopped or fenced; restart none of them blindly on this host. Compare the"
              + " Control words, then drain the host and boot it by an ordinary kexec or cold, which"
              + " switches ACS on again before groups are formed: writing the bit back alone does not"
              + " split a group. Stop rolling this kernel out to this platform.";
      case GROUP_MERGED_VM_HOST ->
          "Unbind the host's device from its driver or move it; drain the VM.";
      case GROUP_MERGED_SAME_VM, GROUP_MERGED_UNOWNED ->
          "Repair at the next maintenance; no fencing is needed.";
      case GROUP_SPLIT -> "Confirm that the pass-through configuration still names what it should.";
      case ACS_BIT_CLEARED, ACS_BIT_SET, ACS_CAP_DROPPED, ACS_CAP_CHANGED ->
          "Find the reset, firmware event or program that wrote the register; compare with hosts of"
              + " the same platform. A lost bit among SV, RR, CR and UF must be set again before any"
              + " live update.";
      case DEVICE_MISSING, DEVICE_NEW ->
          "Check slot, link and SR-IOV settings, and the VM definitions that name the device.";
      case PENDING_MERGE ->
          "Block live updates of this host. Find what wrote the register, set the bits again before any"
              + " live update (the groups are still whole, so that repairs it fully), and check again.";
      case RUNTIME_ISOLATION_LOSS, SILENT_ISOLATION_LOSS ->
          "Isolation is gone now, and the kernel will not say so: decide on moving VMs that do not"
              + " trust each other; find what wrote the register.";
      case KERNEL_GROUP_MISMATCH, MODEL_CHANGED ->
          "Check the kernel's release notes and patches; correct the model or the quirk tables, or"
              + " report a bug.";
      case ACS_OVERRIDE_ACTIVE ->
          "Take these groups for a claim: do not put VMs that do not trust each other into them.";
      case ACS_CMDLINE_CHANGED -> "Decide whether the change was intended.";
      case TB_OFF_UNTRUSTED ->
          "Switch ATS off (pci=noats) or unplug the device: it can claim that its requests are"
              + " translated already.";
      case EC_WEAKENS_RR, DT_WITH_ATS ->
          "Review who set up peer-to-peer traffic below this port, and for which VMs.";
      case PRESERVATION_REFUSED ->
          "Move the VM away before the live update. An ordinary kexec does not carry its device"
              + " either.";
      case CONFIG_UNREADABLE, CONFIG_TORN ->
          "Look at power state, link and kernel log; reset the slot or replace the card. Until it"
              + " answers nothing can be said of its isolation.";
      case CONFIG_TRUNCATED ->
          "Give the collector CAP_SYS_ADMIN in the initial user namespace; until then isolation is"
              + " UNKNOWN.";
      case INCONSISTENT_CONFIG, SPOOF_SUSPECTED ->
          "Keep the device away from VMs and keep its bytes (acswatch capture); compare firmware and"
              + " values with devices of the same model. Do not assign it again before.";
      case DEVICE_REPLACED, BUS_RENUMBERED, TOPOLOGY_CHANGED, SRIOV_CHANGED ->
          "Check the VM definitions: they name devices by address. Compare slot and serial number, and"
              + " the SR-IOV settings before any VM starts.";
      case ADOPTION_MASKS_CHANGE ->
          "If the ports are to take the new options, boot the host cold or by an ordinary kexec.";
      case OWNERSHIP_CONFLICT, CROSS_VM_SHARED_GROUP ->
          "Find out who really holds the devices and correct the source of owners. If it is right, the"
              + " VMs can reach each other: treat it as a merge.";
      case SNAPSHOT_GAP, STALE_BEFORE ->
          "Check that the collector runs before and after each boot; compare groups and owners by hand"
              + " for this one.";
      case LIVE_UPDATE_ABORTED ->
          "Find out why the update did not happen. The kernel is the same, nothing was regrouped.";
      case IOMMU_OFF ->
          "Stop passing devices through on this host; correct the firmware or kernel command line.";
    };
  }
}
