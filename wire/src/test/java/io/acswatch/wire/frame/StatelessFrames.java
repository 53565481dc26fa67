package io.acswatch.wire.frame;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Unchanged;
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

  /** What it says when nothing is new. */
  public static Unchanged unchanged() {
    return new Unchanged(
        "host-17",
        BOOT.id(),
        1_795_420_160_250L,
        11,
        7,
        new ContentDigest(0x0706_0504_0302_0100L, 0x8F8E_8D8C_8B8A_8988L));
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
}
