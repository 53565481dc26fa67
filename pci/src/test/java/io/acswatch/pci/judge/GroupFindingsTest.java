package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a merge is called and what it rests on, and a split. */
class GroupFindingsTest {
  private static TestHost host(@Nullable AcsRegisters port, String boot) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, port)
        .add("A", "01:00.0", "RP", ENDPOINT, true, OK)
        .add("B", "01:00.1", "RP", ENDPOINT, true, OK)
        .kexec(boot);
  }

  private static PciFunction with(PciFunction f, String driver, String groupType) {
    KernelView seen = f.kernel();
    return new PciFunction(
        f.address(),
        f.path(),
        f.ids(),
        f.config(),
        new KernelView(
            seen.group(),
            groupType,
            driver,
            KernelView.Sriov.NONE,
            false,
            false,
            Preservation.NONE));
  }

  /** The host before, its endpoints A and B as described by {@code driver/type}. */
  private static Snapshot before(String a, String b) {
    Snapshot snapshot = host(OK, "boot-1").snapshot();
    List<PciFunction> functions = snapshot.functions();
    String[] one = a.split("/");
    String[] other = b.split("/");
    return snapshot.withFunctions(
        List.of(
            functions.get(0),
            with(functions.get(1), one[0], one[1]),
            with(functions.get(2), other[0], other[1])));
  }

  private static IsolationAlert only(Snapshot before, Snapshot after, boolean merge) {
    return Judgement.apply(Judgement.apply(HostState.NONE, before).state(), after).alerts().stream()
        .filter(alert -> merge ? alert.code().isMerge() : alert.code() == AlertCode.GROUP_SPLIT)
        .findFirst()
        .orElseThrow();
  }

  /** Held open: under VFIO, in a group that somebody in user space manages. */
  @ParameterizedTest(name = "{0} and {1}: {2} {3}")
  @CsvSource({
    "vfio-pci/unmanaged, vfio-pci/unmanaged, OWNERSHIP_UNKNOWN, CRITICAL, LOW",
    "vfio-pci/unmanaged, nvme/DMA-FQ, GROUP_MERGED_UNOWNED, WARNING, HIGH",
    "nvme/unmanaged, vfio-pci/unmanaged, GROUP_MERGED_UNOWNED, WARNING, HIGH",
    "vfio-pci/DMA-FQ, vfio-pci/DMA-FQ, GROUP_MERGED_UNOWNED, WARNING, HIGH",
    "nvme/DMA-FQ, vfio-pci/DMA-FQ, GROUP_MERGED_UNOWNED, WARNING, HIGH",
    "nvme/DMA-FQ, mlx5_core/DMA-FQ, GROUP_MERGED_UNOWNED, INFO, HIGH"
  })
  void mergeOfWhatNobodyClaims(
      String a, String b, AlertCode code, Severity severity, Confidence confidence) {
    IsolationAlert merge = only(before(a, b), host(CLEARED, "boot-2").snapshot(), true);

    assertEquals(code, merge.code());
    assertEquals(severity, merge.severity());
    assertEquals(confidence, merge.evidence().confidence());
  }

  @ParameterizedTest(name = "port before without ACS: {0}")
  @CsvSource({"true, WARNING", "false, INFO"})
  void splitOfWhatWasTogetherForSafetyIsAWarning(boolean without, Severity severity) {
    Snapshot before = host(without ? NONE : CLEARED, "boot-1").snapshot();

    assertEquals(severity, only(before, host(OK, "boot-2").snapshot(), false).severity());
  }

  private static IsolationAlert merge(Snapshot after) {
    return only(owned("boot-1", OK).snapshot(), after, true);
  }

  private static TestHost owned(String boot, AcsRegisters port) {
    return host(port, boot).owner("A", "vm-a").owner("B", "vm-b");
  }

  @Test
  void mergeIsNamedByTheHighestPlaceOfTheGroupAndItsHost() {
    Snapshot after = owned("boot-2", CLEARED).snapshot();
    IsolationAlert merge = merge(after);
    Snapshot nameless =
        new Snapshot(
            "",
            after.boot(),
            after.bootClass(),
            after.takenAtMillis(),
            after.sequence(),
            after.kexecLoaded(),
            after.orderKnown(),
            after.functions(),
            after.owners(),
            List.of());

    assertEquals(
        "Devices of 2 VMs share one IOMMU group on host after a kexec: vm-a, vm-b",
        merge.headline());
    assertEquals(
        Comparison.fingerprint("host", AlertCode.GROUP_MERGED_CROSS_VM, "pci0000:00/01.0"),
        merge.fingerprint());
    assertEquals(
        "Devices of 2 VMs share one IOMMU group after a kexec: vm-a, vm-b",
        merge(nameless).headline());
  }

  /** After firmware VMs are down, unless one holds its device again. */
  @ParameterizedTest(name = "owner {0}, {1}/{2}")
  @CsvSource({
    "vm-a, vfio-pci, unmanaged, CRITICAL",
    "'', vfio-pci, unmanaged, HIGH",
    "vm-a, vfio-pci, DMA-FQ, HIGH"
  })
  void mergeAfterFirmwareIsForPlanningUnlessAVmIsUp(
      String vm, String driver, String groupType, Severity severity) {
    TestHost host = host(CLEARED, "boot-1").boot("boot-2", BootClass.COLD);
    Snapshot after = (vm.isEmpty() ? host : host.owner("A", vm)).snapshot();
    List<PciFunction> functions = after.functions();

    assertEquals(
        severity,
        merge(
                after.withFunctions(
                    List.of(
                        functions.get(0),
                        with(functions.get(1), driver, groupType),
                        functions.get(2))))
            .severity());
  }

  @Test
  void whatTheLogsSaidOfTheDevicesIsEvidence() {
    Snapshot before = owned("boot-1", OK).snapshot();
    Snapshot after = owned("boot-2", CLEARED).snapshot();
    List<PciFunction> then = before.functions();
    List<PciFunction> now = after.functions();
    Snapshot promised =
        before.withFunctions(
            List.of(then.get(0), then.get(1).withPreservation(Preservation.ASKED), then.get(2)));
    Snapshot adopted =
        after.withFunctions(
            List.of(now.get(0), now.get(1), now.get(2).withPreservation(Preservation.ADOPTED)));

    assertEquals(List.of(), only(before, after, true).evidence().facts());
    assertEquals(
        List.of(
            new Evidence.Fact("kernel log of 0000:01:00.0", Preservation.ASKED.logged(), ""),
            new Evidence.Fact("kernel log of 0000:01:00.1", "", Preservation.ADOPTED.logged())),
        only(promised, adopted, true).evidence().facts());
  }
}
