package io.acswatch.collector.source.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.OwnershipClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnershipReaderTest {
  private static final String UUID = "6a1e0f3c-0000-4000-8000-00000000000a";
  private static final String QEMU = "/usr/bin/qemu-system-x86_64";

  @TempDir private Path directory;
  private FixtureOwners host;

  @BeforeEach
  void buildHost() throws IOException {
    host = new FixtureOwners(Files.createDirectory(directory.resolve("h")));
  }

  @Test
  void takesGroupNodesForAllOfTheGroupThatVfioHolds() throws IOException {
    host.vfio("vfio-pci", "0000:03:00.0", "0000:06:00.0");
    host.process(70, 1, 10, QEMU, "-uuid", UUID)
        .descriptor(70, 20, "/dev/vfio/vfio")
        .descriptor(70, 21, "/dev/vfio/" + host.groupOf("0000:03:00.0"));

    // 03:00.1 is in that group, too, but bound to no VFIO driver
    assertEquals(
        "0000:03:00.0 " + UUID + " | open descriptor of qemu-system-x86_64 | 2026-11-24T08:00:10Z",
        read());
  }

  @Test
  void takesDeviceNodesForTheirDevice() throws IOException {
    host.vfio("mlx5_vfio_pci", "0000:06:00.0");
    host.host().link("/sys/class/vfio-dev/vfio3/device", "/sys/bus/pci/devices/0000:06:00.0");
    host.process(70, 1, 10, "/opt/vmm", "x")
        .descriptor(70, 9, "anon_inode:[iommufd]")
        .descriptor(70, 10, "/dev/vfio/devices/vfio3");

    assertEquals("0000:06:00.0 vmm[70] | open descriptor of vmm | 2026-11-24T08:00:10Z", read());
  }

  @Test
  void leavesUnknownWhatNoDescriptorNames() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0");
    host.process(70, 1, 10, QEMU).descriptor(70, 9, "anon_inode:[vfio-device-liveupdate]");

    Ownership ownership = host.reader().read();

    assertEquals("", FixtureOwners.lines(ownership));
    assertEquals(1, ownership.unattributed().size());
    assertTrue(ownership.unattributed().get(0).startsWith("qemu-system-x86_64[70] holds"));
  }

  @Test
  void takesProcessesThatAVmmForkedForOneVm() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0", "0000:07:00.0");
    String[] crosvm = {"crosvm", "run", "--vfio", "/sys/bus/pci/devices/0000:06:00.0,iommu=on"};
    host.process(70, 1, 10, crosvm).process(71, 70, 11, crosvm);
    host.descriptor(71, 9, "/dev/vfio/" + host.groupOf("0000:07:00.0"));

    assertEquals(
        "0000:06:00.0 crosvm[70] | crosvm command line | 2026-11-24T08:00:10Z\n"
            + "0000:07:00.0 crosvm[70] | open descriptor of crosvm | 2026-11-24T08:00:11Z",
        read());
  }

  @Test
  void takesVmsOfOneNameForTwo() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0", "0000:07:00.0");
    host.process(70, 1, 10, "kvm", "-name", "guest=web,process=x", "-device", "vfio-pci,host=6:0.0")
        .process(71, 1, 10, "kvm", "-name", "web", "-device", "vfio-pci,host=07:00.0");

    assertEquals(
        "0000:06:00.0 web[70] | qemu command line | 2026-11-24T08:00:10Z\n"
            + "0000:07:00.0 web[71] | qemu command line | 2026-11-24T08:00:10Z",
        read());
  }

  @Test
  void takesAQemuThatBecomesADaemonForOneVm() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0");
    String[] line = {"kvm", "-name", "web", "-daemonize", "-device", "vfio-pci,host=06:00.0"};
    // The parent of the second has ended: its children are those of process 1.
    host.process(70, 60, 10, line).process(72, 1, 11, line);

    assertEquals("0000:06:00.0 web | qemu command line | 2026-11-24T08:00:10Z", read());
  }

  @Test
  void leavesOutCommandLinesForDevicesThatVfioDoesNotHold() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0");
    host.process(70, 1, 10, QEMU, "-uuid", UUID, "-device", "vfio-pci,host=07:00.0");

    assertEquals("", read());
  }

  @Test
  void namesMachinesAndPodsByTheirControlGroup() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0", "0000:07:00.0");
    host.process(70, 1, 10, "vmm-a").process(71, 1, 10, "vmm-b");
    host.descriptor(70, 3, "/dev/vfio/" + host.groupOf("0000:06:00.0"));
    host.descriptor(71, 3, "/dev/vfio/" + host.groupOf("0000:07:00.0"));
    host.file("/proc/70/cgroup", "0::/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/x\n");
    host.file(
        "/proc/71/cgroup",
        "0::/kubepods.slice/kubepods-pod6a1e0f3c_0000_4000_8000_00000000000b.slice/c.scope\n");

    String claims = read();

    assertTrue(claims.contains("0000:06:00.0 machine qemu-1-web |"), claims);
    assertTrue(claims.contains("07:00.0 pod 6a1e0f3c-0000-4000-8000-00000000000b |"), claims);
  }

  @Test
  void makesNamesOfProcessesFitIntoOneField() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0");
    host.process(70, 1, 10, "kvm", "-name", "a\tb\nc", "-device", "vfio-pci,host=06:00.0");

    assertTrue(read().startsWith("0000:06:00.0 a_b_c |"));
  }

  @Test
  void takesDropInsAndKeepsThemWhenTheyAreDamaged() throws IOException {
    host.file("/run/acswatch/owners.d/nova.owners", "owner\t06:00.0\tvm-7\tnova\n");
    host.file("/run/acswatch/owners.d/.nova.owners.owners", "half a li");
    host.file("/run/acswatch/owners.d/README", "not for us");
    OwnershipReader reader = host.reader();
    String claim = "0000:06:00.0 vm-7 | drop-in nova.owners: nova | 2026-11-24T08:00:00Z";
    assertEquals(claim, FixtureOwners.lines(reader.read()));

    host.host().write("/run/acswatch/owners.d/nova.owners", "owner\t06:00.0\n");

    assertEquals(claim, FixtureOwners.lines(reader.read()));
    SourceHealth health = health(reader, ClaimSource.DROP_IN);
    assertFalse(health.isSuccess());
    assertTrue(health.problems().get(0).contains("nova.owners:1"), health.problems().toString());
    Files.delete(host.host().path("/run/acswatch/owners.d/nova.owners"));
    assertEquals("", FixtureOwners.lines(reader.read()));
  }

  @Test
  void keepsConflictsWithTheStrongerWitnessFirst() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0");
    host.process(70, 1, 10, QEMU, "-uuid", UUID, "-device", "vfio-pci,host=06:00.0");
    host.file("/etc/acswatch/owners.d/a.owners", "owner\t06:00.0\tother\tnova\n");

    Ownership ownership = host.reader().read();

    assertEquals(1, ownership.conflicts().size());
    assertEquals(
        "0000:06:00.0 is claimed by "
            + UUID
            + " (qemu command line since 2026-11-24T08:00:10Z) and other"
            + " (drop-in a.owners: nova since 2026-11-24T08:00:00Z)",
        ownership.conflicts().get(0).described());
    OwnershipClaim first = ownership.toOwnershipClaims().get(0);
    assertEquals(UUID, first.vm());
    assertEquals("qemu command line since 2026-11-24T08:00:10Z", first.source());
  }

  @Test
  void keepsTheTimeOfAClaimThatGoesOnStanding() throws IOException {
    Path file = host.file("/run/acswatch/owners.d/a.owners", "owner\t06:00.0\tvm\tnova\n");
    OwnershipReader reader = host.reader();
    Ownership first = reader.read();

    Files.writeString(file, "# again\nowner\t06:00.0\tvm\tnova\n");

    assertEquals(first, reader.read());
  }

  @Test
  void seesANewFileAtOnceAndANewProcessWithinTenSeconds() throws IOException {
    host.vfio("vfio-pci", "0000:06:00.0");
    OwnershipReader reader = host.reader();
    reader.read();
    assertFalse(reader.hasChanged(0));

    host.file("/run/acswatch/owners.d/a.owners", "owner\t07:00.0\tvm\tnova\n");
    assertTrue(reader.hasChanged(1));

    host.process(70, 1, 10, QEMU, "-uuid", UUID, "-device", "vfio-pci,host=06:00.0");
    assertFalse(reader.hasChanged(2));
    assertTrue(reader.hasChanged(Duration.ofSeconds(11).toNanos()));
  }

  @Test
  void readsLibvirtsLiveDefinition() throws IOException {
    host.process(3181, 1, 10, "qemu");
    host.file("/run/libvirt/qemu/web.xml", LibvirtDomainTest.STATUS);

    assertEquals(
        """
        0000:03:00.0 6a1e0f3c-0000-4000-8000-00000000000a | libvirt | 2026-11-24T08:00:00Z
        0000:06:00.0 6a1e0f3c-0000-4000-8000-00000000000a | libvirt | 2026-11-24T08:00:00Z
        0000:08:00.1 6a1e0f3c-0000-4000-8000-00000000000a | libvirt | 2026-11-24T08:00:00Z
        0001:09:00.0 6a1e0f3c-0000-4000-8000-00000000000a | libvirt | 2026-11-24T08:00:00Z""",
        read());
  }

  @Test
  void leavesOutDomainsOfProcessesThatAreGone() throws IOException {
    host.file("/run/libvirt/qemu/web.xml", LibvirtDomainTest.STATUS);

    assertEquals("", read());
  }

  @Test
  void goesOnWithoutADamagedDomain() throws IOException {
    host.process(3181, 1, 10, "qemu");
    host.file("/run/libvirt/qemu/a.xml", "<domstatus");
    host.file("/run/libvirt/qemu/web.xml", LibvirtDomainTest.STATUS);
    OwnershipReader reader = host.reader();

    assertEquals(4, reader.read().claims().size());
    assertTrue(health(reader, ClaimSource.LIBVIRT).problems().get(0).contains("a.xml"));
  }

  private String read() throws IOException {
    return FixtureOwners.lines(host.reader().read());
  }

  private static SourceHealth health(OwnershipReader reader, ClaimSource kind) {
    return reader.health().stream().filter(h -> h.source() == kind).findFirst().orElseThrow();
  }
}
