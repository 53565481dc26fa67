package io.acswatch.streams;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.util.List;
import java.util.Map;

/**
 * A host with GPUs below a PCIe switch: the recorded switch host, its endpoints labelled as other
 * devices. Tree, registers and groups are as recorded.
 */
public final class GpuHosts {
  private static final String[] NAMES = {
    "build-01", "build-02", "web-3", "db-primary", "train-a", "train-b", "train-c", "infer-12"
  };
  private static final PciIds GPU = new PciIds(0x10de, 0x2330, 0x030200);
  private static final PciIds AUDIO = new PciIds(0x10de, 0x22ba, 0x040300);
  private static final PciIds NIC = new PciIds(0x15b3, 0x1021, 0x020000);
  private static final Map<String, PciIds> LABELS =
      Map.of(
          "0000:06:00.0", GPU,
          "0000:07:00.0", GPU,
          "0000:08:00.0", GPU,
          "0000:08:00.1", AUDIO,
          "0000:09:00.0", NIC,
          "0000:03:00.0", NIC,
          "0000:03:00.1", NIC);

  private GpuHosts() {}

  /** The host before and after the kexec that merged what is below the switch. */
  public static Capture[] merged(String host) {
    return new Capture[] {
      labelled(Frames.capture("kexec-001-before", host, 1)),
      labelled(Frames.capture("kexec-001-after", host, 1))
    };
  }

  private static Capture labelled(Capture capture) {
    return new Capture(
        capture.host(),
        capture.phase(),
        capture.boot(),
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        capture.scanOrder(),
        capture.functions().stream().map(GpuHosts::labelled).toList(),
        owners(capture.owners()),
        capture.notes());
  }

  private static List<OwnershipClaim> owners(List<OwnershipClaim> claims) {
    return claims.stream()
        .map(claim -> new OwnershipClaim(claim.address(), name(claim.vm()), claim.source()))
        .toList();
  }

  private static String name(String vm) {
    int number = Integer.parseInt(vm.substring(2));
    return number <= NAMES.length ? NAMES[number - 1] : vm;
  }

  private static CapturedFunction labelled(CapturedFunction function) {
    PciIds ids = LABELS.get(function.address().toString());
    if (ids == null) {
      return function;
    }
    KernelView kernel = function.kernel();
    return new CapturedFunction(
        function.address(),
        function.sysfsPath(),
        withIds(function.config(), ids),
        function.readStatus(),
        ids,
        new KernelView(
            kernel.group(),
            kernel.groupType(),
            "vfio-pci",
            kernel.sriov(),
            kernel.ariEnabled(),
            false,
            Preservation.NONE),
        function.removable());
  }

  private static ConfigSpace withIds(ConfigSpace space, PciIds ids) {
    byte[] bytes = new byte[space.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) space.u8(i);
    }
    put(bytes, 0x00, 2, ids.vendor());
    put(bytes, 0x02, 2, ids.device());
    put(bytes, 0x09, 3, ids.classCode());
    return new ArrayConfigSpace(bytes);
  }

  private static void put(byte[] bytes, int offset, int length, int value) {
    for (int i = 0; i < length; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
