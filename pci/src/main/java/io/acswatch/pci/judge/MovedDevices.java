package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds devices that are in another place: told by their serial number; and devices with a bridge
 * more or less above them, told by their ids and the last step of their place.
 */
final class MovedDevices extends Findings {
  private MovedDevices(Comparison comparison) {
    super(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    MovedDevices moved = new MovedDevices(comparison);
    for (int i = 0; i < moved.after.size(); i++) {
      if (!comparison.isInBoth(i) && !moved.after.function(i).isVirtualFunction()) {
        moved.judge(i);
      }
    }
    return moved.alerts;
  }

  private void judge(int index) {
    PciFunction now = after.function(index);
    IntStream.range(0, before.size())
        .filter(i -> hasLeft(before.function(i)) && isSameDevice(before.function(i), now))
        .filter(i -> !before.function(i).isVirtualFunction())
        .findFirst()
        .ifPresent(i -> raise(i, index));
  }

  /** True if its place is empty now, or another device is in it. */
  private boolean hasLeft(PciFunction then) {
    int there = after.indexOf(then.path());
    return there == HostHierarchy.NONE
        || !after.function(there).ids().equals(then.ids())
        || serial(after.function(there)) != serial(then);
  }

  private static long serial(PciFunction function) {
    return function.config().features().serialNumber();
  }

  private static boolean isSameDevice(PciFunction then, PciFunction now) {
    if (!then.ids().equals(now.ids())) {
      return false;
    }
    long serial = serial(then);
    // All functions of a card carry its serial number.
    return serial != 0 || serial(now) != 0
        ? serial == serial(now) && then.address().function() == now.address().function()
        : isLevelMoreOrLess(then.path(), now.path());
  }

  /** True if one lies below the bridge of the other, further down, at the same last step. */
  private static boolean isLevelMoreOrLess(DevicePath a, DevicePath b) {
    return lastStep(a).equals(lastStep(b)) && (isBelowBridgeOf(a, b) || isBelowBridgeOf(b, a));
  }

  private static boolean isBelowBridgeOf(DevicePath a, DevicePath b) {
    @Nullable DevicePath bridge = a.bridge();
    return bridge != null && b.isBelow(bridge);
  }

  private static String lastStep(DevicePath path) {
    return path.text().substring(path.text().lastIndexOf('/') + 1);
  }

  private void raise(int thenIndex, int index) {
    PciFunction then = before.function(thenIndex);
    PciFunction now = after.function(index);
    IsolationAlert alert =
        comparison.alert(
            AlertCode.TOPOLOGY_CHANGED,
            Severity.WARNING,
            index,
            HostView.vms(Stream.of(before.owner(thenIndex), after.owner(index))),
            null,
            "The device at %s was at %s before".formatted(now.path().text(), then.path().text()));
    alerts.add(
        alert.withFacts(
            List.of(
                new Evidence.Fact("path", then.path().text(), now.path().text()),
                new Evidence.Fact("address", then.address().toString(), now.address().toString()),
                Evidence.Fact.now("ids", now.ids().toString()))));
  }
}
