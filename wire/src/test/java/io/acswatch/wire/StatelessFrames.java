package io.acswatch.wire;

import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CaptureDelta;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.util.ArrayList;
import java.util.List;

/** One frame of each type but a snapshot; those of the golden files. */
public final class StatelessFrames {
  private static final Boot BOOT =
      new Boot("10c64e43-0349-465b-ba0c-89fca09a1287", "7.3.4", "", "intel_iommu=on", 0xD0, 0);

  private StatelessFrames() {}

  /** What the collector says every so often. */
  public static Heartbeat heartbeat() {
    return new Heartbeat(
        "host-17",
        BOOT,
        1_795_420_100_250L,
        9,
        7,
        true,
        "0.1.0",
        3,
        4_711,
        2,
        List.of("source=pci success=1 millis=12", "source=owners success=0 millis=0"));
  }

  /** What it says when the system goes down for a kexec. */
  public static KexecEvent kexecEvent() {
    return new KexecEvent(
        "host-17",
        BOOT,
        1_795_420_110_250L,
        10,
        7,
        true,
        KexecEvent.Step.GOING_DOWN,
        "7.4.0",
        "intel_iommu=on kho=on",
        List.of("systemd: kexec.target is queued"));
  }

  /**
   * A delta as there may be on any host: the last function is gone and the first one has lost its
   * driver; then one VM owns it.
   */
  public static CaptureDelta delta(Capture base) {
    int last = base.functions().size() - 1;
    List<CapturedFunction> functions = new ArrayList<>(base.functions().subList(0, last));
    if (last > 0) {
      functions.set(0, withoutDriver(functions.get(0)));
    }
    Capture next =
        new Capture(
            base.host(),
            "rescan",
            base.boot(),
            base.takenAtMillis() + 60_000,
            base.sequence() + 60_000,
            true,
            functions.stream().map(CapturedFunction::address).toList(),
            functions,
            List.of(new OwnershipClaim(base.functions().get(0).address(), "vm-red", "qemu")),
            base.notes());
    return CaptureDelta.between(base, next);
  }

  private static CapturedFunction withoutDriver(CapturedFunction function) {
    KernelView kernel = function.kernel();
    return new CapturedFunction(
        function.address(),
        function.sysfsPath(),
        function.config(),
        function.readStatus(),
        function.ids(),
        new KernelView(
            kernel.group(),
            kernel.groupType(),
            "",
            kernel.physicalFunction(),
            kernel.enabledVfs(),
            kernel.totalVfs(),
            !kernel.ariEnabled()),
        function.removable());
  }
}
