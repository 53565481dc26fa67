package io.acswatch.collector.source.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.hierarchy.PciAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class VmmTest {
  @Test
  void readsEveryFormOfAQemuDevice() {
    Vmm vmm =
        vmm(
            "/usr/libexec/qemu-kvm",
            "-device",
            "vfio-pci,host=0000:06:00.0,id=hostdev0",
            "--device",
            "driver=vfio-pci-nohotplug,host=7:0.1",
            "-device",
            "vfio-pci,sysfsdev=/sys/devices/pci0000:00/0000:00:03.0/0000:08:00.0",
            "-device",
            "{\"driver\":\"vfio-pci\",\"x\":{\"host\":\"1:1.1\"},\"host\":\"09:00.0\"}",
            "-device",
            "vfio-pci,id=a,,host=01:00.0,host=0a:00.0,iommufd=iommufd0",
            "-device",
            "vfio-pci,fd=33,iommufd=iommufd0",
            "-device",
            "vfio-pci,sysfsdev=/sys/bus/mdev/devices/c2177883-f1bb-47f0-914d-32a22e3a8804",
            "-device",
            "virtio-net-pci,host=0b:00.0",
            "-blockdev",
            "{\"driver\":\"nvme\",\"device\":\"0001:44:00.0\",\"namespace\":1}",
            "-drive",
            "file=nvme://0000:45:00.0/1,if=none",
            "-device",
            "{damaged");

    assertEquals(
        addresses("06:00.0", "07:00.1", "08:00.0", "09:00.0", "0a:00.0", "0001:44:00.0", "45:00.0"),
        vmm.devices());
  }

  @Test
  void readsWhatQemuIsCalled() {
    Vmm vmm = vmm("qemu-system-aarch64", "-name", "guest=a,,b,debug-threads=on", "-uuid", "U-1");

    assertEquals("a,b", vmm.name());
    assertEquals("U-1", vmm.uuid());
    assertEquals("S-1", vmm("kvm", "-smbios", "type=1,uuid=S-1").uuid());
  }

  @Test
  void readsSeveralDevicesOfOneCloudHypervisorOption() {
    Vmm vmm =
        vmm(
            "cloud-hypervisor",
            "--device",
            "path=/sys/bus/pci/devices/0000:06:00.0/,iommu=on",
            "path=/sys/bus/pci/devices/0000:07:00.0",
            "--platform",
            "num_pci_segments=2,uuid=U-2",
            "--disk",
            "path=/sys/bus/pci/devices/0000:08:00.0");

    assertEquals(addresses("06:00.0", "07:00.0"), vmm.devices());
    assertEquals("U-2", vmm.uuid());
  }

  @Test
  void readsBothFormsOfACrosvmOption() {
    Vmm vmm =
        vmm(
            "crosvm",
            "run",
            "--vfio",
            "/sys/bus/pci/devices/0000:06:00.0,iommu=viommu",
            "--vfio=/sys/bus/pci/devices/0000:07:00.0",
            "--vfio-platform",
            "/sys/bus/platform/devices/x");

    assertEquals(addresses("06:00.0", "07:00.0"), vmm.devices());
  }

  @Test
  void takesNothingElseForAVmm() {
    assertNull(Vmm.of(process("firecracker", "-device", "vfio-pci,host=06:00.0")));
  }

  @Test
  void refusesWhatIsNoAddress() {
    assertNull(Addresses.parseLoosely("1:20.0"));
    assertNull(Addresses.parseLoosely("06:00.8"));
    assertNull(Addresses.parseLoosely("06"));
    assertNull(Addresses.parseLoosely("-1:00.0"));
    assertNull(Addresses.ofPath("/"));
  }

  private static Vmm vmm(String... arguments) {
    Vmm vmm = Vmm.of(process(arguments));
    assertNotNull(vmm);
    return vmm;
  }

  private static HostProcess process(String... arguments) {
    return new HostProcess(7, 1, Instant.EPOCH, List.of(arguments));
  }

  private static List<PciAddress> addresses(String... texts) {
    return Arrays.stream(texts).map(PciAddress::parse).toList();
  }
}
