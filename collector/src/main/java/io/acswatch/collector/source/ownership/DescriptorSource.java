package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.HostTree;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Takes the VFIO nodes that processes have open, by the links in {@code /proc/PID/fd}; no node is
 * opened here. {@code /dev/vfio/7} gives all of group 7, {@code /dev/vfio/devices/vfio3} one
 * device.
 *
 * <p>The links of other users' processes take CAP_SYS_PTRACE, and their directory
 * CAP_DAC_READ_SEARCH.
 */
final class DescriptorSource implements OwnershipSource {
  private static final String GROUP_NODES = "/dev/vfio/";
  private static final String DEVICE_NODES = "/dev/vfio/devices/";
  private static final String NO_IOMMU = "noiommu-";
  private static final String CONTAINER = "vfio";

  /** {@code anon_inode:[vfio-device]}; after a live update {@code [vfio-device-liveupdate]}. */
  private static final String DEVICE = "anon_inode:[vfio-device";

  /** These open a device in order to hand it over, and keep it for a moment only. */
  private static final Set<String> OPEN_FOR_OTHERS = Set.of("libvirtd", "virtqemud", "virtchd");

  @Override
  public SourceClaims read(SharedReading shared) throws IOException {
    SourceClaims found = new SourceClaims();
    Collection<HostProcess> processes = shared.candidates();
    int denied = 0;
    for (HostProcess process : processes) {
      if (!OPEN_FOR_OTHERS.contains(process.program()) && !readOne(shared, process, found)) {
        denied++;
      }
    }
    if (denied > 0) {
      found.problems.add(
          "open files of %d of %d processes: permission denied, takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"
              .formatted(denied, processes.size()));
    }
    return found;
  }

  private static boolean readOne(SharedReading shared, HostProcess process, SourceClaims found)
      throws IOException {
    HostTree tree = shared.tree();
    String directory = "/proc/" + process.pid() + "/fd";
    Set<PciAddress> held = new TreeSet<>();
    boolean holdsNameless = false;
    boolean permitted = true;
    try {
      for (String name : tree.names(directory)) {
        String target = tree.linkTarget(directory + "/" + name);
        if (target != null) {
          held.addAll(devicesBehind(shared.vfio(), target));
          holdsNameless |= target.startsWith(DEVICE);
        }
      }
    } catch (AccessDeniedException denied) {
      permitted = false;
    } catch (IOException ended) {
      return true; // with the process, in the middle of its list
    }
    for (PciAddress address : held) {
      found.claims.add(
          new Claim(
              address,
              shared.vmOf(process),
              ClaimSource.DESCRIPTOR,
              "open descriptor of " + VmName.clean(process.program()),
              process.since()));
    }
    if (holdsNameless && held.isEmpty()) {
      found.unattributed.add(
          process.described() + " holds VFIO devices by descriptors that name none");
    }
    return permitted;
  }

  private static List<PciAddress> devicesBehind(VfioDevices vfio, String target)
      throws IOException {
    String path =
        target.endsWith(" (deleted)") ? target.substring(0, target.length() - 10) : target;
    if (path.startsWith(DEVICE_NODES)) {
      @Nullable PciAddress address = vfio.ofNode(path.substring(DEVICE_NODES.length()));
      return address == null ? List.of() : List.of(address);
    }
    if (!path.startsWith(GROUP_NODES) || path.equals(GROUP_NODES + CONTAINER)) {
      return List.of();
    }
    String group = path.substring(GROUP_NODES.length());
    return vfio.ofGroup(group.startsWith(NO_IOMMU) ? group.substring(NO_IOMMU.length()) : group);
  }
}
