package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ReadGuard;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all sources look at in one reading: each part is read once, and only if one asks for it. */
final class SharedReading {
  private final HostTree tree;
  private final VfioDevices vfio;
  private final Instant now;
  private final ReadGuard guard;
  private final Map<Integer, HostProcess> earlier;
  private @Nullable ProcessTable processes;

  SharedReading(HostTree tree, Instant now, ReadGuard guard, Map<Integer, HostProcess> earlier)
      throws IOException {
    this.guard = guard;
    this.earlier = earlier;
    this.tree = tree;
    this.now = now;
    vfio = VfioDevices.read(tree);
  }

  HostTree tree() {
    return tree;
  }

  Instant now() {
    return now;
  }

  VfioDevices vfio() {
    return vfio;
  }

  /**
   * Processes that may hold a device; none where no function is bound to a VFIO driver, since then
   * there is nothing to hold. Spares most hosts the walk over {@code /proc}.
   */
  Collection<HostProcess> candidates() throws IOException {
    return vfio.bound().isEmpty() ? List.of() : table().byPid().values();
  }

  String vmOf(HostProcess process) throws IOException {
    return VmName.of(tree, table(), process);
  }

  boolean isBound(PciAddress address) {
    return vfio.bound().contains(address);
  }

  /** True if the process runs, or if other processes are hidden from us, so that nobody knows. */
  boolean mayRun(int pid) {
    return tree.exists("/proc/" + pid) || !tree.exists("/proc/1");
  }

  /** The processes that were looked at; those of before if none was. */
  Map<Integer, HostProcess> processes() {
    return processes == null ? earlier : processes.byPid();
  }

  private ProcessTable table() throws IOException {
    ProcessTable table = processes;
    if (table == null) {
      table = new ProcessTable(new ProcessReader(tree, now, guard, earlier).read());
      processes = table;
    }
    return table;
  }

  record ProcessTable(Map<Integer, HostProcess> byPid) {
    /** The first of processes with one command line: a VMM may fork one for each device. */
    HostProcess firstOfItsKind(HostProcess process) {
      HostProcess first = process;
      for (int steps = 0; steps < byPid.size(); steps++) {
        HostProcess parent = byPid.get(first.parent());
        if (parent == null || !parent.arguments().equals(first.arguments())) {
          break;
        }
        first = parent;
      }
      return first.makesItselfADaemon() ? oldestLike(first) : first;
    }

    /**
     * While a QEMU becomes a daemon, two processes have its command line: the one that was started
     * waits for one whose own parent has ended.
     */
    private HostProcess oldestLike(HostProcess process) {
      return byPid.values().stream()
          .filter(other -> other.arguments().equals(process.arguments()))
          .min(Comparator.comparing(HostProcess::since).thenComparing(HostProcess::pid))
          .orElse(process);
    }
  }
}
