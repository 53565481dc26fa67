package io.acswatch.pci.alert;

import static io.acswatch.pci.alert.AlertCode.*;

import java.util.EnumMap;
import java.util.Map;

/**
 * What each code means, in words for those who get the alert. The pages of the catalogue are made
 * of it. B is the snapshot before, A the one after; K the groups the kernel reports, L those its
 * rules make of the registers, S those that the hardware keeps apart; an endpoint is a function
 * that is no bridge.
 */
public final class AlertGuide {
  /**
   * What one code means.
   *
   * @param meaning what it tells, one or two sentences
   * @param raised when exactly it is raised
   * @param silent what looks like it and is not
   * @param severity how grave, by which rule
   * @param evidence what stands in the evidence beside what every alert has
   */
  public record Page(
      String meaning, String raised, String silent, String severity, String evidence) {}

  private static final String WORDS = "`ports`: the ACS words on the way to the root, both sides";
  private static final String GROUP = WORDS + "; `members`: all of the group, bridges too";
  private static final String NO_MORE = "nothing more";

  private static final Map<AlertCode, Page> PAGES = new EnumMap<>(AlertCode.class);

  private AlertGuide() {}

  /** The page of a code. */
  public static Page of(AlertCode code) {
    Page page = PAGES.get(code);
    if (page == null) {
      throw new IllegalStateException("code=" + code + ", expected one with a page");
    }
    return page;
  }

  /** What to do about it. */
  public static String nextStep(AlertCode code) {
    return NextSteps.of(code);
  }

  /** How long it stays open. */
  public static String ends(AlertCode code) {
    String lasting =
        switch (code) {
          case CONFIG_UNREADABLE, CONFIG_TORN ->
              "It waits before it is raised: two snapshots in a row that are 30 seconds apart or more,"
                  + " by the times in the snapshots. ";
          default -> "";
        };
    return lasting
        + (code.lifetime() == AlertCode.Lifetime.EVENT
            ? "An event: resolved by the next boot, unless that shows it again."
            : "A condition: open over any number of boots, resolved by the first snapshot in which it"
                + " does not hold.");
  }

  private static void page(
      AlertCode code,
      String meaning,
      String raised,
      String silent,
      String severity,
      String evidence) {
    PAGES.put(code, new Page(meaning, raised, silent, severity, evidence));
  }

  static {
    merges();
    registers();
    isolation();
    kernels();
    inventory();
    reads();
    ownersAndUpdates();
  }

  private static void merges() {
    String cold =
        " One step lower after a cold boot, unless one of the devices is in use by VFIO again.";
    page(
        GROUP_MERGED_CROSS_VM,
        "Devices of different VMs came to share an IOMMU group. The VMs cannot both be given their"
            + " devices, or can reach each other's memory.",
        "Endpoints x and y are in B and A, in different groups of K in B and in one in A, both are"
            + " owned in B, and no VM owns both. Without any claim in B the owners last known count,"
            + " with confidence medium; not across a live update.",
        "Numbers of groups that changed; devices together on both sides; a group that only bridges"
            + " joined; the boot of a crash kernel.",
        "Critical." + cold,
        GROUP + "; what the kernel logs said of the devices and live update");
    page(
        GROUP_MERGED_VM_HOST,
        "A VM's device came to share a group with a device that no VM owns.",
        "As GROUP_MERGED_CROSS_VM, but of x and y exactly one is owned.",
        "The other function is a bridge.",
        "High." + cold,
        GROUP);
    page(
        GROUP_MERGED_SAME_VM,
        "Devices of one VM that were apart share a group.",
        "As GROUP_MERGED_CROSS_VM, but the owners of x and y have a VM in common and the group holds"
            + " nothing else that was apart.",
        "Functions of one device that were together before.",
        "Warning." + cold,
        GROUP);
    page(
        GROUP_MERGED_UNOWNED,
        "Devices that no VM owns came to share a group.",
        "As GROUP_MERGED_CROSS_VM, but neither x nor y is owned, and not both are held by VFIO.",
        "Bridges alone.",
        "Info; warning if one of them is under a VFIO driver, and so meant for VMs." + cold,
        GROUP);
    page(
        OWNERSHIP_UNKNOWN,
        "Devices that somebody in user space holds came to share a group, and no source of owners"
            + " says who. To be treated as a merge of different VMs.",
        "As GROUP_MERGED_UNOWNED, but in B both x and y were under a VFIO driver in a group of type"
            + " `unmanaged`.",
        "Devices under a VFIO driver that nobody has opened.",
        "Critical, with confidence low." + cold,
        GROUP);
    page(
        GROUP_SPLIT,
        "Devices that shared a group do so no more.",
        "Endpoints in B and A, in one group of K in B and in different ones in A.",
        "A device of the group that is gone.",
        "Info; warning if a port without an ACS capability kept them together, for then nothing in"
            + " the hardware vouches for the split.",
        WORDS);
    page(
        CROSS_VM_SHARED_GROUP,
        "Claims give devices of one group to different VMs. The kernel hands a group to one owner"
            + " only: the claims are wrong, or the group is no boundary.",
        "In one snapshot a group of K holds endpoints whose owners have no VM in common.",
        "A group whose merge is open as GROUP_MERGED_CROSS_VM, which says more.",
        "High.",
        GROUP);
  }

  private static void registers() {
    page(
        ACS_BIT_CLEARED,
        "A port lost an ACS control.",
        "A Control bit is set in B and clear in A, and Capability still has it.",
        "Bytes that were not read; a capability that is gone (ACS_CAP_DROPPED).",
        "Warning for SV, RR, CR and UF, by which a live update forms groups; info for the others.",
        WORDS);
    page(
        ACS_BIT_SET,
        "A port gained an ACS control.",
        "A Control bit is clear in B and set in A.",
        "A function without ACS in B.",
        "Info; warning for EC and DT, which open ways.",
        WORDS);
    page(
        ACS_CAP_DROPPED,
        "A function has no ACS capability any more.",
        "There is one in B and none in A, and both were read to the end.",
        "A collector that lost its privilege: CONFIG_TRUNCATED.",
        "High.",
        WORDS);
    page(
        ACS_CAP_CHANGED,
        "The ACS capability of a function is another: firmware or a switch was updated, or worse.",
        "There is one in B and A, and its Capability word or offset differs.",
        "Another Control word.",
        "Warning.",
        WORDS);
    page(
        RUNTIME_ISOLATION_LOSS,
        "A port above a VM's device ceased to isolate while the kernel runs. The groups stay, what"
            + " they promise is gone.",
        "Same boot: a function at or above a VM's device enforced SV, RR, CR and UF in the snapshot"
            + " just before and does not now.",
        "The same across a boot; a function whose bytes were not read.",
        "High.",
        WORDS);
    page(
        EC_WEAKENS_RR,
        "Egress control lets peer requests pass that redirect would send to the IOMMU.",
        "EC and RR are on, and a bit of the egress vector is clear or was not read.",
        "EC without RR, which isolates nothing anyway.",
        "Warning.",
        NO_MORE);
    page(
        DT_WITH_ATS,
        "Requests marked as translated go direct between devices.",
        "DT is on, and ATS is on at the port or below it.",
        "DT without ATS.",
        "Warning.",
        NO_MORE);
    page(
        TB_OFF_UNTRUSTED,
        "A removable device can claim that its requests are translated.",
        "A downstream-facing port can block translated requests and does not, and a removable"
            + " function on its link has ATS on.",
        "Devices that are fixed in their place; a port without TB.",
        "Warning.",
        NO_MORE);
  }

  private static void isolation() {
    String unknown = " Warning where a function on the way is UNKNOWN or NOT_COMPUTABLE.";
    page(
        PENDING_MERGE,
        "A live update now would put devices of different VMs into one group.",
        "Groups made of the words of now hold owned endpoints of different VMs that K keeps apart,"
            + " and on the way of one a function with ACS does not isolate.",
        "What an ordinary kexec heals is still told: a live update would not heal it.",
        "High." + unknown,
        WORDS);
    page(
        SILENT_ISOLATION_LOSS,
        "The kernel keeps VMs apart that the hardware does not.",
        "A group of S holds owned endpoints of different VMs that K keeps apart.",
        "K coarser than S: the kernel is careful.",
        "High." + unknown,
        WORDS);
    page(
        ACS_OVERRIDE_ACTIVE,
        "The kernel claims isolation that no capability promises.",
        "`pcie_acs_override=` is on the command line; or K keeps owned endpoints of different VMs"
            + " apart that L merges for want of a capability, and nothing on the way is unknown.",
        "A device that is known to isolate without ACS (quirk tables).",
        "High.",
        WORDS);
    page(
        IOMMU_OFF,
        "Nothing translates the requests of devices.",
        "The snapshot has no groups at all; or a VM's function has none, or one of type"
            + " `noiommu`, or of type `identity` under a driver other than VFIO.",
        "`iommu=pt`: VFIO isolates all the same.",
        "Critical if a VM has devices, else warning.",
        NO_MORE);
  }

  private static void kernels() {
    page(
        KERNEL_GROUP_MISMATCH,
        "The kernel's groups do not follow from its rules as they are known here.",
        "First snapshot of a boot: K is not L, and L is not coarser than K; no function is UNKNOWN or"
            + " NOT_COMPUTABLE; and K follows neither from any words that the boot may have found"
            + " nor from those that the kernel writes itself.",
        "Registers that changed after groups were formed; words at the moment of a kexec that no"
            + " snapshot shows.",
        "Warning.",
        "`facts`: the model, and K and L of the first function that differs");
    page(
        MODEL_CHANGED,
        "This kernel forms groups by other rules than the one before.",
        "A boot lies between, and the kernel releases have different models.",
        "Another release with the same model.",
        "Info; high for the releases that form groups before ACS is on.",
        NO_MORE);
    page(
        ACS_CMDLINE_CHANGED,
        "Options that decide about ACS or the IOMMU came or went.",
        "A boot lies between, and of `pcie_acs_override=`, `iommu=`, `intel_iommu=`, `amd_iommu=`,"
            + " `iommu.passthrough=` and, in `pci=`, `disable_acs_redir`, `config_acs`, `noats` and"
            + " `assign-busses` one came or went.",
        "Other options; another order.",
        "Warning.",
        NO_MORE);
    page(
        PRESERVATION_REFUSED,
        "A device will not, or did not, pass through a live update as it is.",
        "The log says that it relies on ACS quirks or is a VF; or after a live update that a quirk"
            + " is needed, or nothing of a device that the kernel before was to hand over. `preflight`"
            + " foretells it.",
        "Devices of which the logs say nothing on both sides.",
        "Warning; high in `preflight`.",
        "`facts`: what the kernel logs said");
    page(
        ADOPTION_MASKS_CHANGE,
        "Ports passed through a live update with the words they had, against new options.",
        "Live update, ACS options came or went, and a function's Control is not what the options"
            + " order but what it was.",
        "Any other boot: it applies the options.",
        "Info.",
        WORDS);
  }

  private static void inventory() {
    page(
        DEVICE_MISSING,
        "A function is gone.",
        "Its place is in B and not in A. VFs are told of by their PF.",
        "VFs that an operator took away within a boot: SRIOV_CHANGED.",
        "High if a VM owned it; VFs after a boot warning with owners, else info; others warning.",
        NO_MORE);
    page(
        DEVICE_NEW,
        "A function is new.",
        "Its place is in A and not in B.",
        "VFs that an operator made within a boot: SRIOV_CHANGED, unless they join a VM's group.",
        "Info; high if it joins a group in which a VM has a device.",
        NO_MORE);
    page(
        DEVICE_REPLACED,
        "Another device is in the place of one.",
        "The place is in B and A, and vendor, device, class, subsystem or serial number differ; the"
            + " last two where both were read.",
        "Another address at the same place: BUS_RENUMBERED.",
        "Warning; high if a VM owns it.",
        "`facts`: what differs");
    page(
        BUS_RENUMBERED,
        "Functions have other addresses; VM definitions that name them may mean others now.",
        "The place is in B and A, and the address differs. One alert for a host, with up to 64"
            + " devices, those of VMs first.",
        "Numbers of groups.",
        "Info; warning if a VM owns one of them.",
        "`facts`: how many functions moved");
    page(
        TOPOLOGY_CHANGED,
        "A device is in another place, or there is a bridge more or less above it.",
        "A place of A that is not in B has a function with ids, function number and serial number of"
            + " one that left its place; without serial number, with ids and last step of one that"
            + " left its place and was below the same bridge, further up or down.",
        "A second device of the same model.",
        "Warning.",
        "`facts`: both places and addresses");
    page(
        SRIOV_CHANGED,
        "VFs of a PF are others, or have other addresses.",
        "Number of VFs, VF enable, first offset, stride or ARI differ; registers where both were"
            + " read.",
        "A PF that is new.",
        "Warning.",
        "`facts`: what differs");
  }

  private static void reads() {
    page(
        CONFIG_UNREADABLE,
        "A function that the kernel knows does not answer.",
        "Every byte reads ff, it is not ready after a reset, or reading fails.",
        "A sleeping device: it is not read.",
        "Warning; high if a VM owns it or a device below it.",
        "`facts`: read status, both sides");
    page(
        CONFIG_TRUNCATED,
        "The collector may not read what there is; isolation is UNKNOWN.",
        "Of at least one function fewer bytes were read than its file has.",
        "Conventional functions: 256 bytes are all they have.",
        "Info, once for a host.",
        "`facts`: how many functions");
    page(
        CONFIG_TORN,
        "Bytes changed while they were read.",
        "The ACS words read differently a second time, or the bytes end in ff from some offset on.",
        "Once only.",
        "Info. If it goes on for twice as long, INCONSISTENT_CONFIG too.",
        "`facts`: read status, both sides");
    page(
        INCONSISTENT_CONFIG,
        "A configuration space contradicts itself, or where its function is.",
        "Control bits without Capability; a reserved encoding; an egress vector beyond the end; bus"
            + " numbers that contradict the place; a type that does not exist or does not fit the"
            + " header; ids that are not those of sysfs, VFs excepted; a capability list that comes"
            + " back to itself; reads that stay torn.",
        "Ports whose ACS registers are dwords; bridges that are not configured.",
        "Warning; high if a VM owns it.",
        "`facts`: each contradiction");
    page(
        SPOOF_SUSPECTED,
        "What cannot change changed in the running kernel: a device may pretend to be another.",
        "Same boot, same ids, both read: device/port type, serial number or ACS Capability differ"
            + " from the snapshot just before. Whether somebody reset or swapped it cannot be seen.",
        "The same across a boot: firmware may have been updated.",
        "High.",
        "`facts`: what differs");
  }

  private static void ownersAndUpdates() {
    page(
        OWNERSHIP_CONFLICT,
        "Two VMs claim one function.",
        "One snapshot has claims of two VMs on it.",
        "Two claims of one VM.",
        "Warning.",
        NO_MORE);
    page(
        SNAPSHOT_GAP,
        "Something was missed of a host: the kernel before a kexec, or a change within a boot.",
        "No snapshot of this host is remembered, and its boot came by kexec. Or a delta builds on a"
            + " snapshot that was not had: the host is stale then, and nothing of it is judged until its"
            + " next whole snapshot, which resolves the alert.",
        "A host first seen after a cold boot. A delta that is delivered again.",
        "Warning.",
        "`facts`: the class of the boot; of a delta the last sequence number that was had and the one it"
            + " builds on");
    page(
        STALE_BEFORE,
        "The snapshot before a boot is so old that other things may lie between.",
        "A boot lies between, and A was taken more than 20 minutes after B.",
        "Snapshots without a time.",
        "Warning. The other alerts keep theirs and say `partial`.",
        "`facts`: the age");
    page(
        LIVE_UPDATE_ABORTED,
        "A kexec was prepared and given up.",
        "Same boot: a kexec image was loaded in the snapshot just before and is not now.",
        "An image that stays loaded.",
        "Info. No boundary: nothing is compared because of it.",
        "`facts`: the image");
  }
}
