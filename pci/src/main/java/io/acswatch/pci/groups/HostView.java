package io.acswatch.pci.groups;

import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.KernelVersion;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One snapshot with what a comparison asks of it: hierarchy, owners, groups, verdicts. */
public final class HostView {
  /** Owner of a function that no VM claims. */
  public static final String NOBODY = "";

  private static final String VFIO = "vfio";
  private static final char AFTER_SLASH = '/' + 1;
  private static final String HELD_BY_USER_SPACE = "unmanaged";

  private final Snapshot snapshot;
  private final HostHierarchy hierarchy;
  private final @Nullable HostView earlier;
  private @Nullable KernelGrouping grouping;
  private final AcsRules rules;
  private final @Nullable GroupPartition groups;

  /** All claims on functions that several VMs claim. */
  private final Map<PciAddress, TreeSet<String>> claims;

  private final Map<PciAddress, String> owners;
  private final String[] ownerOf;
  private final boolean ownersAreIntended;

  /** Functions in order of their places; null until they are asked for. */
  private int @Nullable [] byPlace;

  public HostView(Snapshot snapshot) {
    this(snapshot, List.of());
  }

  /** A view in which {@code intended} own the functions if nobody claims any. */
  public HostView(Snapshot snapshot, List<Assignment> intended) {
    this(
        snapshot,
        intended,
        new AcsRules(
            HostHierarchy.of(snapshot.functions()),
            ModelChoice.of(snapshot.boot(), null, snapshot.functions())),
        null);
  }

  private HostView(
      Snapshot snapshot, List<Assignment> intended, AcsRules rules, @Nullable HostView earlier) {
    this.snapshot = snapshot;
    this.rules = rules;
    this.earlier = earlier;
    hierarchy = rules.hierarchy();
    groups = SnapshotGrouping.reported(snapshot);
    if (earlier != null && earlier.hasOwnersOf(snapshot, hierarchy)) {
      claims = earlier.claims;
      owners = earlier.owners;
      ownerOf = earlier.ownerOf;
      ownersAreIntended = false;
      return;
    }
    claims = new HashMap<>();
    owners = snapshot.ownerOfEach();
    for (OwnershipClaim claim : snapshot.owners()) {
      claim(claim.address(), owners.get(claim.address()), claim.vm());
    }
    ownersAreIntended = owners.isEmpty() && !intended.isEmpty();
    if (ownersAreIntended) {
      intended.forEach(this::assign);
    }
    ownerOf = new String[hierarchy.size()];
    for (int i = 0; i < ownerOf.length; i++) {
      ownerOf[i] = owners.getOrDefault(function(i).address(), NOBODY);
    }
  }

  private boolean hasOwnersOf(Snapshot other, HostHierarchy places) {
    return !ownersAreIntended
        && places.hasPlacesOf(hierarchy)
        && other.owners().equals(snapshot.owners());
  }

  /** The view of another snapshot of this host; takes over what is the same in both. */
  public HostView of(Snapshot other) {
    boolean sameBoot = other.boot().equals(snapshot.boot());
    ModelChoice byRelease =
        sameBoot ? rules.choice() : ModelChoice.of(other.boot(), null, other.functions());
    HostHierarchy another = hierarchy.withFunctions(other.functions());
    return new HostView(other, List.of(), new AcsRules(another, byRelease), this);
  }

  private void assign(Assignment assignment) {
    int index = hierarchy.indexOf(assignment.path());
    if (index != HostHierarchy.NONE) {
      PciAddress address = function(index).address();
      claim(address, owners.put(address, assignment.vm()), assignment.vm());
    }
  }

  private void claim(PciAddress address, @Nullable String first, String vm) {
    if (first != null && !first.equals(vm)) {
      claims.computeIfAbsent(address, unused -> new TreeSet<>(Set.of(first))).add(vm);
    }
  }

  /** True if the owners are those of before the host was drained. */
  public boolean ownersAreIntended() {
    return ownersAreIntended;
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  public HostHierarchy hierarchy() {
    return hierarchy;
  }

  public KernelVersion kernel() {
    return rules.choice().kernel();
  }

  /** The rules its kernel groups by, as far as its release and its groups tell. */
  public ModelChoice choice() {
    return grouping().choice();
  }

  /** The grouping by those rules, of a kernel that came after the view this one is made of. */
  public KernelGrouping grouping() {
    if (grouping == null) {
      Snapshot before = earlier == null ? null : earlier.snapshot;
      grouping = new FollowedRules(rules, snapshot, before).grouping();
    }
    return grouping;
  }

  /** Groups the kernel reports; null if it reports none. */
  public @Nullable GroupPartition groups() {
    return groups;
  }

  public int size() {
    return hierarchy.size();
  }

  public PciFunction function(int index) {
    return hierarchy.function(index);
  }

  public int indexOf(DevicePath path) {
    return hierarchy.indexOf(path);
  }

  public AcsVerdict verdict(int index) {
    return rules.verdict(index);
  }

  /** The VM that owns a function, the first claim if there are several; {@link #NOBODY} if none. */
  public String owner(int index) {
    return ownerOf[index];
  }

  public Set<String> claims(int index) {
    PciAddress address = function(index).address();
    Set<String> several = claims.get(address);
    String only = owners.get(address);
    return several != null ? several : only != null ? Set.of(only) : Set.of();
  }

  public boolean isOwned(int index) {
    return !owner(index).equals(NOBODY);
  }

  public boolean hasOwners() {
    return !owners.isEmpty();
  }

  /** True if the kernel's own rules for Control registers of this function are others. */
  public boolean hasDwordRegisters(int index) {
    return rules.hasDwordRegisters(index);
  }

  public boolean isUnderVfio(int index) {
    return function(index).kernel().driver().contains(VFIO);
  }

  /** True if somebody in user space holds the function's group open, whoever that is. */
  public boolean isHeld(int index) {
    return isUnderVfio(index) && function(index).kernel().groupType().equals(HELD_BY_USER_SPACE);
  }

  /** The functions at a place and below it, in order of their places. */
  public IntStream atOrBelow(DevicePath place) {
    String text = place.text();
    return IntStream.concat(
        placesBetween(text, text + '\0'), placesBetween(text + '/', text + AFTER_SLASH));
  }

  /** Functions whose place has a text from the one on and before the other. */
  private IntStream placesBetween(String from, String to) {
    if (byPlace == null) {
      byPlace =
          IntStream.range(0, size())
              .boxed()
              .sorted(Comparator.comparing(i -> function(i).path()))
              .mapToInt(Integer::intValue)
              .toArray();
    }
    int[] places = byPlace;
    return IntStream.range(firstOf(places, from), firstOf(places, to)).map(at -> places[at]);
  }

  private int firstOf(int[] places, String text) {
    int low = 0;
    int high = places.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean before = function(places[middle]).path().text().compareTo(text) < 0;
      low = before ? middle + 1 : low;
      high = before ? high : middle;
    }
    return low;
  }

  public List<String> vmsAtOrBelow(DevicePath place) {
    return vms(atOrBelow(place).mapToObj(this::owner));
  }

  public static List<String> vms(Stream<String> owners) {
    return owners.filter(vm -> !vm.equals(NOBODY)).distinct().sorted().toList();
  }

  public List<Integer> groupMembers(int group) {
    return groups == null || group == GroupPartition.NO_GROUP ? List.of() : groups.members(group);
  }

  /** True if the function is no bridge; the host bridge and the chipset count as bridges. */
  public boolean isEndpoint(int index) {
    return !function(index).isBridge();
  }

  public @Nullable Integer groupNumber(int index) {
    int number = function(index).kernel().group();
    return number == KernelView.NO_GROUP ? null : number;
  }
}
