package io.acswatch.wire.catalogue;

import static io.acswatch.pci.alert.AlertCode.*;
import static io.acswatch.wire.catalogue.ScenarioHost.OK;
import static io.acswatch.wire.catalogue.ScenarioHost.RR_CLEAR;
import static io.acswatch.wire.catalogue.ScenarioHost.acs;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** For each code a story that ends in it, and one like it that does not. */
final class Scenarios {
  /**
   * Two stories.
   *
   * @param raises snapshots, the last of which raises the code and none before
   * @param quiet snapshots, none of which raises it
   */
  record Pair(List<Snapshot> raises, List<Snapshot> quiet) {}

  private final Map<AlertCode, Pair> pairs = new EnumMap<>(AlertCode.class);

  private Scenarios() {}

  static Map<AlertCode, Pair> all() {
    Scenarios scenarios = new Scenarios();
    scenarios.merges();
    scenarios.registers();
    scenarios.isolation();
    scenarios.kernels();
    scenarios.inventory();
    scenarios.reads();
    scenarios.ownersAndUpdates();
    return scenarios.pairs;
  }

  private static ScenarioHost host() {
    return new ScenarioHost();
  }

  private static ScenarioHost unclaimed() {
    return host().unclaimed();
  }

  private static ScenarioHost ofOneVm() {
    return unclaimed().claim("03:00.0", "vm-blue").claim("04:00.0", "vm-blue");
  }

  private static ScenarioHost withHostDevice() {
    return unclaimed().claim("03:00.0", "vm-blue").with("B", f -> f.driver = "ixgbe");
  }

  private static List<Snapshot> story(ScenarioHost... hosts) {
    return List.of(hosts).stream().map(ScenarioHost::snapshot).toList();
  }

  private void put(AlertCode code, List<Snapshot> raises, List<Snapshot> quiet) {
    pairs.put(code, new Pair(raises, quiet));
  }

  private void merges() {
    put(
        GROUP_MERGED_CROSS_VM,
        story(host(), host().acs("RP", RR_CLEAR).kexec()),
        story(host(), host().acs("D1", RR_CLEAR).kexec()));
    put(
        GROUP_MERGED_VM_HOST,
        story(withHostDevice(), withHostDevice().acs("RP", RR_CLEAR).kexec()),
        story(withHostDevice(), withHostDevice().acs("D1", RR_CLEAR).kexec()));
    put(
        GROUP_MERGED_SAME_VM,
        story(ofOneVm(), ofOneVm().acs("RP", RR_CLEAR).kexec()),
        story(ofOneVm().acs("RP", RR_CLEAR), ofOneVm().acs("RP", RR_CLEAR).kexec()));
    put(
        GROUP_MERGED_UNOWNED,
        story(unclaimed(), unclaimed().acs("RP", RR_CLEAR).kexec()),
        story(host(), host().acs("RP", RR_CLEAR).kexec()));
    put(
        OWNERSHIP_UNKNOWN,
        story(held(), held().acs("RP", RR_CLEAR).kexec()),
        story(unclaimed(), unclaimed().acs("RP", RR_CLEAR).kexec()));
    put(
        GROUP_SPLIT,
        story(host().acs("RP", RR_CLEAR), host().kexec()),
        story(host().acs("RP", RR_CLEAR), host().acs("RP", RR_CLEAR).remove("B").kexec()));
    put(
        CROSS_VM_SHARED_GROUP,
        story(host().acs("RP", RR_CLEAR)),
        story(ofOneVm().acs("RP", RR_CLEAR)));
  }

  private static ScenarioHost held() {
    return unclaimed()
        .with("A", f -> f.groupType = "unmanaged")
        .with("B", f -> f.groupType = "unmanaged");
  }

  private void registers() {
    put(
        ACS_BIT_CLEARED,
        story(host(), host().acs("D1", acs(0x5F, 0x15)).kexec()),
        story(host(), host().with("D1", f -> f.status = ReadStatus.ASLEEP).kexec()));
    put(
        ACS_BIT_SET,
        story(host(), host().acs("D1", acs(0x5F, 0x5D)).kexec()),
        story(host().acs("D1", null), host().kexec()));
    put(
        ACS_CAP_DROPPED,
        story(host(), host().acs("D1", null).kexec()),
        story(
            host(), host().with("D1", f -> f.status = ReadStatus.TRUNCATED_UNPRIVILEGED).kexec()));
    put(
        ACS_CAP_CHANGED,
        story(host(), host().acs("D1", acs(0x1F, 0x1D)).kexec()),
        story(host(), host().acs("D1", RR_CLEAR).kexec()));
    put(
        RUNTIME_ISOLATION_LOSS,
        story(host(), host().keepGroups().acs("D1", RR_CLEAR).later(5)),
        story(host(), host().acs("D1", RR_CLEAR).kexec()));
    put(
        EC_WEAKENS_RR,
        story(host().acs("D1", acs(0x7F, 0x3D)).with("D1", f -> f.egressOpen = true)),
        story(host().acs("D1", acs(0x7F, 0x39)).with("D1", f -> f.egressOpen = true)));
    put(
        DT_WITH_ATS,
        story(host().acs("D1", acs(0x5F, 0x5D)).with("A", f -> f.ats = true)),
        story(host().acs("D1", acs(0x5F, 0x5D))));
    put(
        TB_OFF_UNTRUSTED,
        story(host().with("A", f -> f.ats = true).with("A", f -> f.removable = true)),
        story(host().with("A", f -> f.ats = true)));
  }

  private void isolation() {
    put(
        PENDING_MERGE,
        story(host(), host().keepGroups().acs("RP", RR_CLEAR).later(5)),
        story(host(), host().keepGroups().acs("D1", RR_CLEAR).later(5)));
    put(
        SILENT_ISOLATION_LOSS,
        story(host(), host().acs("D1", RR_CLEAR).acs("D2", RR_CLEAR).kexec()),
        story(host(), host().acs("RP", RR_CLEAR).kexec()));
    put(
        ACS_OVERRIDE_ACTIVE,
        story(host(), host().commandLine("pcie_acs_override=downstream").kexec()),
        story(host(), host().commandLine("pci=noats").kexec()));
    put(
        IOMMU_OFF,
        story(host(), host().withoutIommu().commandLine("intel_iommu=off").kexec()),
        story(host(), host().with("A", f -> f.groupType = "identity").kexec()));
  }

  private void kernels() {
    put(
        KERNEL_GROUP_MISMATCH,
        story(ofOneVm().with("A", f -> f.group = 4).with("B", f -> f.group = 4)),
        story(ofOneVm(), ofOneVm().keepGroups().acs("RP", RR_CLEAR).later(5)));
    put(
        MODEL_CHANGED,
        story(host(), host().release("7.3.4-amd64").kexec()),
        story(host(), host().release("6.12.95-amd64").kexec()));
    put(
        ACS_CMDLINE_CHANGED,
        story(host(), host().commandLine("pci=noats").kexec()),
        story(host(), host().commandLine("mitigations=off").kexec()));
    String refusal = "vfio-pci 0000:03:00.0: Refusing to preserve device that relies on ACS quirks";
    String promise = "vfio-pci 0000:03:00.0: will be preserved across next Live Update";
    put(
        PRESERVATION_REFUSED,
        story(host(), host().log(refusal).later(5)),
        story(host(), host().log(promise).later(5)));
    String option = "pci=disable_acs_redir=00:01.0";
    String adopted = "pci 0000:00:01.0: was preserved by previous kernel across Live Update";
    put(
        ADOPTION_MASKS_CHANGE,
        story(host(), host().commandLine(option).log(adopted).boot(BootClass.LIVE_UPDATE)),
        story(host(), host().commandLine(option).acs("RP", acs(0x5F, 0x11)).kexec()));
  }

  private static ScenarioHost.Function card(String address, String above) {
    return new ScenarioHost.Function(address, above, PortType.ENDPOINT, null);
  }

  private static ScenarioHost.Function vf(String address) {
    ScenarioHost.Function vf = card(address, "D1");
    vf.pf = "A";
    return vf;
  }

  private void inventory() {
    put(
        DEVICE_MISSING,
        story(host(), host().remove("B").kexec()),
        story(host().add("V0", vf("03:10.0")), host().later(5)));
    put(
        DEVICE_NEW,
        story(host(), host().add("C", card("00:05.0", null)).kexec()),
        story(host(), host().add("V0", vf("03:10.0")).later(5)));
    put(
        DEVICE_REPLACED,
        story(host(), host().with("A", f -> f.ids = new PciIds(0x15B3, 0x1017, 0x020000)).kexec()),
        story(host(), host().with("A", f -> f.address = "05:00.0").kexec()));
    put(
        BUS_RENUMBERED,
        story(
            host(),
            host().with("A", f -> f.address = "05:00.0").claim("05:00.0", "vm-blue").kexec()),
        story(host(), host().with("A", f -> f.group = 70).kexec()));
    put(
        TOPOLOGY_CHANGED,
        story(
            host().with("B", f -> f.serial = 0x001122FFFE334455L),
            host()
                .remove("B")
                .add("C", card("00:05.0", null))
                .with("C", f -> f.serial = 0x001122FFFE334455L)
                .kexec()),
        story(
            host().with("B", f -> f.serial = 0x001122FFFE334455L),
            host()
                .remove("B")
                .add("C", card("00:05.0", null))
                .with("C", f -> f.serial = 0x001122FFFE998877L)
                .kexec()));
    put(
        SRIOV_CHANGED,
        story(host().with("A", f -> f.totalVfs = 8), withVfs().later(5)),
        story(withVfs(), withVfs().kexec()));
  }

  private static ScenarioHost withVfs() {
    return host().with("A", f -> f.totalVfs = 8).with("A", f -> f.enabledVfs = 2);
  }

  private static ScenarioHost reading(ReadStatus status) {
    return host().with("A", f -> f.status = status);
  }

  private void reads() {
    put(
        CONFIG_UNREADABLE,
        story(reading(ReadStatus.ALL_ONES), reading(ReadStatus.ALL_ONES).later(60)),
        story(
            reading(ReadStatus.ALL_ONES), reading(ReadStatus.ALL_ONES).later(5), host().later(9)));
    put(
        CONFIG_TRUNCATED,
        story(host(), reading(ReadStatus.TRUNCATED_UNPRIVILEGED).later(5)),
        story(host(), reading(ReadStatus.EXT_UNAVAILABLE).later(5)));
    put(
        CONFIG_TORN,
        story(reading(ReadStatus.TORN_READ), reading(ReadStatus.TORN_READ).later(60)),
        story(reading(ReadStatus.TORN_READ), host().later(60)));
    put(
        INCONSISTENT_CONFIG,
        story(host(), host().acs("D1", acs(0x1F, 0x5D)).later(5)),
        story(host(), host().acs("D1", acs(0x5F, 0x5D)).later(5)));
    put(
        SPOOF_SUSPECTED,
        story(host().with("A", f -> f.serial = 1), host().with("A", f -> f.serial = 2).later(5)),
        story(host().with("A", f -> f.serial = 1), host().with("A", f -> f.serial = 2).kexec()));
  }

  private void ownersAndUpdates() {
    put(
        OWNERSHIP_CONFLICT,
        story(host(), host().claim("03:00.0", "vm-red").later(5)),
        story(host(), host().claim("03:00.0", "vm-blue").later(5)));
    put(SNAPSHOT_GAP, story(host().kexec()), story(host(), host().kexec()));
    put(
        STALE_BEFORE,
        story(host(), host().kexec().later(7_200)),
        story(host(), host().kexec(), host().kexec().acs("D1", OK).later(7_200)));
    put(
        LIVE_UPDATE_ABORTED,
        story(host().kexecLoaded(), host().later(5)),
        story(host().kexecLoaded(), host().kexecLoaded().later(5), host().kexec()));
    put(
        HOST_ID_CONFLICT,
        story(
            host(),
            host().kexec(),
            host().later(120),
            host().kexec().later(125),
            host().later(240)),
        story(host(), host().kexec(), host().later(120), host().kexec().later(125)));
  }
}
