package io.acswatch.pci.liveupdate;

import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Two snapshots of one host side by side, functions matched by their place. Owners are those of the
 * snapshot before, for VMs may have failed to come up after.
 */
final class Comparison {
  private static final int FINGERPRINT_BYTES = 16;

  private final HostView before;
  private final HostView after;
  private final Boundary boundary;
  private final int[] beforeOfAfter;

  Comparison(Snapshot before, Snapshot after) {
    this.before = new HostView(before);
    this.after = new HostView(after);
    boundary = Boundary.between(before, after);
    beforeOfAfter = new int[this.after.size()];
    for (int i = 0; i < beforeOfAfter.length; i++) {
      beforeOfAfter[i] = this.before.indexOf(this.after.function(i).path());
    }
  }

  HostView before() {
    return before;
  }

  HostView after() {
    return after;
  }

  Boundary boundary() {
    return boundary;
  }

  /** Index before of a function after, or {@link HostHierarchy#NONE} if it is new. */
  int beforeOf(int afterIndex) {
    return beforeOfAfter[afterIndex];
  }

  boolean isInBoth(int afterIndex) {
    return beforeOfAfter[afterIndex] != HostHierarchy.NONE;
  }

  /** Owner, before, of a function after. */
  String owner(int afterIndex) {
    int index = beforeOf(afterIndex);
    return index == HostHierarchy.NONE ? HostView.NOBODY : before.owner(index);
  }

  boolean isOwned(int afterIndex) {
    return !owner(afterIndex).equals(HostView.NOBODY);
  }

  /** The VMs with an endpoint at this function or below it, sorted. */
  List<String> vmsAtOrBelow(int afterIndex) {
    TreeSet<String> vms = new TreeSet<>();
    DevicePath place = after.function(afterIndex).path();
    for (int i = 0; i < after.size(); i++) {
      DevicePath path = after.function(i).path();
      if (isOwned(i) && (i == afterIndex || path.isBelow(place))) {
        vms.add(owner(i));
      }
    }
    return List.copyOf(vms);
  }

  AlertDevice device(int afterIndex) {
    PciFunction now = after.function(afterIndex);
    int then = beforeOf(afterIndex);
    boolean isNew = then == HostHierarchy.NONE;
    return new AlertDevice(
        now.address(),
        isNew ? null : before.function(then).address(),
        now.path(),
        owner(afterIndex),
        now.kernel().driver(),
        isNew ? null : before.groupNumber(then),
        after.groupNumber(afterIndex));
  }

  /** A function that is gone. */
  AlertDevice goneDevice(int beforeIndex) {
    PciFunction then = before.function(beforeIndex);
    return new AlertDevice(
        then.address(),
        then.address(),
        then.path(),
        before.owner(beforeIndex),
        "",
        before.groupNumber(beforeIndex),
        null);
  }

  List<AlertDevice> devices(Collection<Integer> afterIndices) {
    return sorted(afterIndices.stream().map(this::device).toList());
  }

  static List<AlertDevice> sorted(Collection<AlertDevice> devices) {
    List<AlertDevice> sorted = new ArrayList<>(devices);
    sorted.sort(Comparator.comparing(AlertDevice::path));
    return sorted;
  }

  /**
   * Makes an alert.
   *
   * @param anchor the place the finding is about; with host and code it makes the fingerprint
   */
  IsolationAlert alert(
      AlertCode code,
      Severity severity,
      String anchor,
      List<AlertDevice> devices,
      List<String> vms,
      @Nullable Cause cause,
      String headline) {
    Snapshot then = before.snapshot();
    Snapshot now = after.snapshot();
    return new IsolationAlert(
        fingerprint(now.host(), code, anchor),
        0,
        code,
        severity,
        AlertStatus.RAISED,
        now.host(),
        boundary,
        then.boot(),
        now.boot(),
        then.takenAtMillis(),
        now.takenAtMillis(),
        devices,
        vms,
        cause,
        headline,
        NextSteps.of(code));
  }

  static String fingerprint(String host, AlertCode code, String anchor) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((host + '\0' + code + '\0' + anchor).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
