package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.IsolationAlert.Interval;
import io.acswatch.pci.alert.NextSteps;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.groups.CommandLine;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two snapshots of one host side by side, functions matched by their place. Owners are those of the
 * snapshot before, for VMs may have failed to come up after.
 */
public final class Comparison {
  private static final int UNSEEN = -1;

  private final HostView before;
  private final HostView after;
  private final Boundary boundary;
  private final int[] beforeOfAfter;
  private final boolean stale;
  private final boolean regrouped;
  private @Nullable BitSet changed;
  private @Nullable Evidence evidence;

  /** The VMs at a place or below it, one list for all its alerts: thousands may be at one place. */
  private final Map<DevicePath, List<String>> vmsBelow = new HashMap<>();

  private final Map<DevicePath, List<String>> allVmsBelow = new HashMap<>();

  public Comparison(Snapshot before, Snapshot after) {
    this(before, after, List.of(), false);
  }

  /**
   * Compares two snapshots.
   *
   * @param intended owners of a host that was drained before the boot between the two
   * @param stale the snapshot before is too old to tell what the boot did
   */
  public Comparison(Snapshot before, Snapshot after, List<Assignment> intended, boolean stale) {
    this(new HostView(before, isDrained(before, after) ? intended : List.of()), after, stale);
  }

  private Comparison(HostView before, Snapshot after, boolean stale) {
    this(before, before.of(after), stale);
  }

  private Comparison(HostView before, HostView after, boolean stale) {
    this.before = before;
    this.after = after;
    this.stale = stale;
    beforeOfAfter = new int[after.size()];
    boolean samePlaces = after.hierarchy().hasPlacesOf(before.hierarchy());
    Arrays.setAll(beforeOfAfter, i -> samePlaces ? i : before.indexOf(after.function(i).path()));
    regrouped = groupsDiffer();
    Boundary boot = Boundary.between(before.snapshot(), after.snapshot());
    boundary = boot == Boundary.RUNNING && regrouped ? Boundary.REGROUPING : boot;
  }

  /** VMs live through a live update: a host without owners has none there. */
  private static boolean isDrained(Snapshot before, Snapshot after) {
    Boundary boot = Boundary.between(before, after);
    return boot.isBoot() && boot != Boundary.LIVE_UPDATE;
  }

  /** The later snapshot compared with another one of the same boot, or of any time before it. */
  Comparison with(Snapshot other) {
    return new Comparison(
        other.functions() == before.snapshot().functions() ? before.of(other) : after.of(other),
        after,
        false);
  }

  private Comparison(Comparison other, Boundary boundary) {
    before = other.before;
    after = other.after;
    beforeOfAfter = other.beforeOfAfter;
    stale = other.stale;
    regrouped = other.regrouped;
    changed = other.changed;
    this.boundary = boundary;
  }

  /** The same comparison of what came about within a boot, and not by it. */
  Comparison within(Boundary runtime) {
    return new Comparison(this, runtime);
  }

  boolean isStale() {
    return stale;
  }

  /** True if functions that are in both snapshots are with others, by the kernel's groups. */
  boolean isRegrouped() {
    return regrouped;
  }

  /** Functions that are in both snapshots and not the same in all, by their index after. */
  IntStream changed() {
    if (changed == null) {
      changed = new BitSet();
      for (int i = 0; i < beforeOfAfter.length; i++) {
        changed.set(i, isInBoth(i) && !before.function(beforeOf(i)).equals(after.function(i)));
      }
    }
    return changed.stream();
  }

  private boolean groupsDiffer() {
    GroupPartition then = before.groups();
    GroupPartition now = after.groups();
    if (then == null || now == null) {
      return then != now;
    }
    // No group is a group of its own here, hence the one more.
    int[] nowOfThen = new int[then.groupCount() + 1];
    int[] thenOfNow = new int[now.groupCount() + 1];
    Arrays.fill(nowOfThen, UNSEEN);
    Arrays.fill(thenOfNow, UNSEEN);
    for (int i = 0; i < beforeOfAfter.length; i++) {
      if (isInBoth(i)) {
        int old = then.groupOf(beforeOf(i)) - GroupPartition.NO_GROUP;
        int young = now.groupOf(i) - GroupPartition.NO_GROUP;
        boolean isFirst = nowOfThen[old] == UNSEEN && thenOfNow[young] == UNSEEN;
        if (!isFirst && (nowOfThen[old] != young || thenOfNow[young] != old)) {
          return true;
        }
        nowOfThen[old] = young;
        thenOfNow[young] = old;
      }
    }
    return false;
  }

  /** Names the options about ACS and the IOMMU that came or went; empty if none did. */
  String optionsChange() {
    String difference =
        CommandLine.difference(
            before.snapshot().boot().commandLine(),
            after.snapshot().boot().commandLine(),
            after.choice().machine());
    return difference.isEmpty() ? "" : "The kernel command line changed: " + difference;
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

  String owner(int afterIndex) {
    return isInBoth(afterIndex) ? before.owner(beforeOf(afterIndex)) : HostView.NOBODY;
  }

  boolean isOwned(int afterIndex) {
    return !owner(afterIndex).equals(HostView.NOBODY);
  }

  /** True if no VM that owns one of the two owns the other. */
  boolean haveDisjointOwners(int a, int b) {
    return Collections.disjoint(claims(a), claims(b));
  }

  Set<String> claims(int afterIndex) {
    return isInBoth(afterIndex) ? before.claims(beforeOf(afterIndex)) : Set.of();
  }

  /** The VM that owns a function now; if none says so, the one that owned it before. */
  String anyOwner(int afterIndex) {
    return after.isOwned(afterIndex) ? after.owner(afterIndex) : owner(afterIndex);
  }

  /** The VMs that own, or owned, a function at this place or below it, sorted. */
  List<String> allVmsAtOrBelow(int afterIndex) {
    return allVmsBelow.computeIfAbsent(
        after.function(afterIndex).path(),
        place ->
            List.copyOf(
                HostView.vms(
                    Stream.concat(
                        vmsAtOrBelow(afterIndex).stream(), after.vmsAtOrBelow(place).stream()))));
  }

  Evidence evidence() {
    if (evidence == null) {
      Confidence confidence = before.ownersAreIntended() ? Confidence.MEDIUM : Confidence.HIGH;
      evidence = Evidence.of(after.snapshot(), confidence, stale);
    }
    return evidence;
  }

  /** ACS registers of these functions and those above them, nearest the root first. */
  List<Evidence.PortRegisters> registersOnTheWay(Collection<Integer> afterIndices) {
    return onTheWay(afterIndices).stream()
        .map(this::words)
        .filter(words -> words.capabilityBefore() != null || words.capabilityAfter() != null)
        .toList();
  }

  /** These functions and those above them, nearest the root first. */
  List<Integer> onTheWay(Collection<Integer> afterIndices) {
    BitSet way = new BitSet();
    for (int i : afterIndices) {
      for (int at = i; at != HostHierarchy.NONE && !way.get(at); ) {
        way.set(at);
        at = after.hierarchy().bridgeAbove(at);
      }
    }
    return way.stream().boxed().sorted(nearestRootFirst()).toList();
  }

  /** By number of steps to the root, as far as the length of the path tells, then by place. */
  Comparator<Integer> nearestRootFirst() {
    return Comparator.comparing((Integer i) -> after.function(i).path().text().length())
        .thenComparing(i -> after.function(i).path());
  }

  private Evidence.PortRegisters words(int afterIndex) {
    PciFunction function = after.function(afterIndex);
    AcsRegisters then =
        isInBoth(afterIndex) ? before.function(beforeOf(afterIndex)).config().acs() : null;
    AcsRegisters now = function.config().acs();
    return new Evidence.PortRegisters(
        function.address(),
        function.path(),
        after.hierarchy().type(afterIndex),
        then == null ? null : Integer.valueOf(then.capability()),
        now == null ? null : Integer.valueOf(now.capability()),
        then == null ? null : Integer.valueOf(then.control()),
        now == null ? null : Integer.valueOf(now.control()));
  }

  List<String> vmsAtOrBelow(int afterIndex) {
    return vmsBelow.computeIfAbsent(
        after.function(afterIndex).path(),
        place -> List.copyOf(HostView.vms(after.atOrBelow(place).mapToObj(this::owner))));
  }

  public AlertDevice device(int afterIndex) {
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
    return devices.stream().sorted(Comparator.comparing(AlertDevice::path)).toList();
  }

  /** Makes an alert about the host as a whole, with what it rests on. */
  public IsolationAlert alert(
      AlertCode code, Severity severity, String headline, List<Evidence.Fact> facts) {
    return alert(code, severity, "", List.of(), List.of(), null, headline).withFacts(facts);
  }

  public IsolationAlert alert(
      AlertCode code,
      Severity severity,
      int afterIndex,
      Collection<String> vms,
      @Nullable Cause cause,
      String headline) {
    String place = after.function(afterIndex).path().text();
    return alert(code, severity, place, List.of(device(afterIndex)), vms, cause, headline);
  }

  /**
   * Makes an alert.
   *
   * @param anchor the place the finding is about; with host and code it makes the fingerprint
   */
  public IsolationAlert alert(
      AlertCode code,
      Severity severity,
      String anchor,
      List<AlertDevice> devices,
      Collection<String> vms,
      @Nullable Cause cause,
      String headline) {
    String host = after.snapshot().host();
    return new IsolationAlert(
        fingerprint(host, code, anchor),
        0,
        code,
        severity,
        AlertStatus.RAISED,
        host,
        Interval.between(boundary, before.snapshot(), after.snapshot()),
        after.snapshot().takenAtMillis(),
        devices,
        List.copyOf(vms),
        cause,
        headline,
        NextSteps.of(code, after.choice()),
        evidence());
  }

  static String fingerprint(String host, AlertCode code, String anchor) {
    return ContentDigest.idOf(host + '\0' + code + '\0' + anchor);
  }
}
