package io.acswatch.streams.fleet;

import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One host as far as lists show it.
 *
 * @param takenAtMillis when the last snapshot that told something new was taken, 0 if unknown
 * @param vms number of VMs that own a function, or are awaited back after a boot
 * @param missesSnapshot it changed since, and how is not known until its next whole snapshot
 * @param portsRead no bridge or port of it was left unread
 */
public record HostSummary(
    String host,
    long takenAtMillis,
    String kernelRelease,
    String bootClass,
    int functions,
    int groups,
    int vms,
    boolean portsRead,
    boolean missesSnapshot,
    List<OpenAlert> open) {
  /** The summary of what is remembered of a host; null if that is nothing. */
  public static @Nullable HostSummary of(String host, HostState state) {
    Snapshot current = state.current();
    if (current == null) {
      return null;
    }
    return new HostSummary(
        host,
        current.takenAtMillis(),
        current.boot().kernelRelease(),
        current.bootClass().name(),
        current.functions().size(),
        groups(current),
        state.vms().size(),
        current.functions().stream().noneMatch(HostSummary::isUnreadPort),
        state.missesSnapshot(),
        state.open().stream().map(OpenAlert::of).sorted(OpenAlert.MOST_URGENT_FIRST).toList());
  }

  private static int groups(Snapshot snapshot) {
    List<PciFunction> functions = snapshot.functions();
    int[] numbers = new int[functions.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = functions.get(i).kernel().group();
    }
    Arrays.sort(numbers);
    int groups = 0;
    for (int i = 0; i < numbers.length; i++) {
      boolean isOther = i == 0 || numbers[i] != numbers[i - 1];
      groups += isOther && numbers[i] != KernelView.NO_GROUP ? 1 : 0;
    }
    return groups;
  }

  private static boolean isUnreadPort(PciFunction function) {
    return !function.config().capabilitiesKnown()
        && (function.isBridge() || function.ids().isBridgeClass());
  }

  /** Severity of the most urgent open alert; null if none is open. */
  public @Nullable Severity worst() {
    return open.isEmpty() ? null : open.get(0).severity();
  }
}
