package io.acswatch.pci;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Builds small hosts for tests: functions by short name, with the bridge above each. */
public final class TestHost {
  /** ACS of a port that isolates. */
  public static final AcsRegisters OK = new AcsRegisters(0x148, 0x5F, 0x1D, 0);

  /** The same with request redirect cleared. */
  public static final AcsRegisters CLEARED = new AcsRegisters(0x148, 0x5F, 0x19, 0);

  /** No ACS capability. */
  public static final @Nullable AcsRegisters NONE = null;

  private record Entry(
      PciAddress address,
      @Nullable String above,
      PortType type,
      boolean multiFunctionBit,
      @Nullable AcsRegisters acs,
      PciIds ids,
      @Nullable String pf) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> vms = new LinkedHashMap<>();
  private final Map<String, Integer> reportedGroups = new LinkedHashMap<>();
  private String bootId = "boot-1";
  private String release = "6.12.74";
  private String commandLine = "intel_iommu=on";
  private BootClass bootClass = BootClass.COLD;
  private String iommus = "";
  private long sequence;
  private boolean withoutIommu;
  private final Map<String, Preservation> lives = new LinkedHashMap<>();
  private String driver = "";
  private String liveUpdate = "";
  private String previousBoot = "";
  private String machine = "";
  private final Set<String> unread = new HashSet<>();
  private final Set<String> atsEnabled = new HashSet<>();
  private final Set<String> removable = new HashSet<>();
  private final Set<String> egressOpen = new HashSet<>();
  private final Set<String> memoryBar = new HashSet<>();

  /** Adds a function below {@code above} (null: on the root bus). */
  public TestHost add(
      String name,
      String bdf,
      @Nullable String above,
      PortType type,
      boolean multifunction,
      @Nullable AcsRegisters acs) {
    int classCode = type.isPort() || type.name().contains("BRIDGE") ? 0x060400 : 0x020000;
    return add(name, bdf, above, type, multifunction, acs, new PciIds(0x1AF4, 1, classCode));
  }

  /** Adds a function with given ids. */
  public TestHost add(
      String name,
      String bdf,
      @Nullable String above,
      PortType type,
      boolean multifunction,
      @Nullable AcsRegisters acs,
      PciIds ids) {
    entries.put(name, new Entry(PciAddress.parse(bdf), above, type, multifunction, acs, ids, null));
    return this;
  }

  /** Adds a VF of {@code pf}. */
  public TestHost vf(String name, String bdf, String pf) {
    Entry physical = entries.get(pf);
    entries.put(
        name,
        new Entry(
            PciAddress.parse(bdf),
            physical.above(),
            PortType.ENDPOINT,
            false,
            null,
            new PciIds(0x1AF4, 2, 0x020000),
            pf));
    return this;
  }

  /** Puts other ACS registers into a function. */
  public TestHost acs(String name, @Nullable AcsRegisters acs) {
    Entry e = entries.get(name);
    entries.put(
        name,
        new Entry(e.address(), e.above(), e.type(), e.multiFunctionBit(), acs, e.ids(), e.pf()));
    return this;
  }

  /** Moves a function to another address, as renumbering buses does. */
  public TestHost readdress(String name, String bdf) {
    Entry e = entries.get(name);
    entries.put(
        name,
        new Entry(
            PciAddress.parse(bdf),
            e.above(),
            e.type(),
            e.multiFunctionBit(),
            e.acs(),
            e.ids(),
            e.pf()));
    return this;
  }

  /** Takes a function away. */
  public TestHost remove(String name) {
    entries.remove(name);
    return this;
  }

  /** Gives a function to a VM. */
  public TestHost owner(String name, String vm) {
    vms.put(name, vm);
    return this;
  }

  /** Makes this another boot, by kexec. */
  public TestHost kexec(String newBootId) {
    bootId = newBootId;
    bootClass = BootClass.KEXEC_PLAIN;
    return this;
  }

  /** Makes this another boot of this class. */
  public TestHost boot(String newBootId, BootClass newBootClass) {
    bootId = newBootId;
    bootClass = newBootClass;
    return this;
  }

  /** Runs another kernel. */
  public TestHost release(String newRelease) {
    release = newRelease;
    return this;
  }

  /** Runs with another command line. */
  public TestHost commandLine(String newCommandLine) {
    commandLine = newCommandLine;
    return this;
  }

  /** Has IOMMUs of these names. */
  public TestHost iommus(String names) {
    iommus = names;
    return this;
  }

  /** Numbers the snapshot within its boot. */
  public TestHost sequence(long newSequence) {
    sequence = newSequence;
    return this;
  }

  /** Makes the kernel report this group for a function instead of the derived one. */
  public TestHost reportGroup(String name, int group) {
    reportedGroups.put(name, group);
    return this;
  }

  /** Makes the reader see the first 64 bytes of a function only. */
  public TestHost unread(String name) {
    unread.add(name);
    return this;
  }

  /** Switches ATS on in a function. */
  public TestHost ats(String name) {
    atsEnabled.add(name);
    return this;
  }

  /** Makes the kernel take a function for removable. */
  public TestHost removable(String name) {
    removable.add(name);
    return this;
  }

  /** Clears a bit of the egress control vector of a function. */
  public TestHost egressOpen(String name) {
    egressOpen.add(name);
    return this;
  }

  /** Gives a bridge memory of its own. */
  public TestHost memoryBar(String name) {
    memoryBar.add(name);
    return this;
  }

  /** Makes the log say where functions stand in a live update. */
  public TestHost life(Preservation life, String... names) {
    for (String name : names) {
      lives.put(name, life);
    }
    return this;
  }

  /** Makes a note say whether the kernel can preserve devices. */
  public TestHost liveUpdate(String says) {
    liveUpdate = says;
    return this;
  }

  /** Says which boot was before this one, as the agent does. */
  public TestHost after(String bootBefore) {
    previousBoot = bootBefore;
    return this;
  }

  /** Says which machine it is: which of its numbers was read, and a digest of it. */
  public TestHost machine(String digest) {
    machine = digest;
    return this;
  }

  /** Binds the functions of VMs to a driver. */
  public TestHost driver(String name) {
    driver = name;
    return this;
  }

  /** Makes the kernel report no groups. */
  public TestHost withoutIommu() {
    withoutIommu = true;
    return this;
  }

  /** The functions with the groups a kernel would have formed from these registers. */
  public Snapshot snapshot() {
    Snapshot bare = build(Map.of());
    if (withoutIommu) {
      return bare;
    }
    GroupPartition derived = SnapshotGroups.of(bare, null).derived();
    Map<PciAddress, Integer> groups = new LinkedHashMap<>();
    for (int i = 0; i < bare.functions().size(); i++) {
      groups.put(bare.functions().get(i).address(), derived.groupOf(i));
    }
    reportedGroups.forEach((name, group) -> groups.put(entries.get(name).address(), group));
    return build(groups);
  }

  /** The functions without any group reported. */
  public Snapshot bareSnapshot() {
    return build(Map.of());
  }

  /** The hierarchy of the functions. */
  public HostHierarchy hierarchy() {
    return HostHierarchy.of(bareSnapshot().functions());
  }

  private Snapshot build(Map<PciAddress, Integer> groups) {
    SnapshotBuilder builder = new SnapshotBuilder(entries.size());
    List<PciAddress> order = new ArrayList<>();
    List<OwnershipClaim> claims = new ArrayList<>();
    entries.forEach(
        (name, e) -> {
          order.add(e.address());
          int header = (e.ids().isBridgeClass() ? 1 : 0) | (e.multiFunctionBit() ? 0x80 : 0);
          ConfigFacts facts =
              unread.contains(name)
                  ? ConfigFacts.unread(ReadStatus.TRUNCATED_UNPRIVILEGED, 64)
                  : new ConfigFacts(
                      ReadStatus.COMPLETE,
                      4096,
                      new ConfigFacts.Header(header, 0, 0, 0, memoryBar.contains(name), 0, 0),
                      e.type(),
                      e.acs(),
                      new ConfigFacts.Features(
                          egressOpen.contains(name), atsEnabled.contains(name), false, 0, 0, 0),
                      0);
          PciAddress pf = e.pf() == null ? null : entries.get(e.pf()).address();
          int group = groups.getOrDefault(e.address(), KernelView.NO_GROUP);
          KernelView kernel =
              new KernelView(
                  group,
                  group < 0 ? "" : "DMA-FQ",
                  vms.containsKey(name) ? driver : "",
                  new KernelView.Sriov(pf, 0, 0),
                  false,
                  removable.contains(name),
                  lives.getOrDefault(name, Preservation.NONE));
          builder.add(e.address(), path(name), e.ids(), facts, kernel);
          if (vms.containsKey(name)) {
            claims.add(new OwnershipClaim(e.address(), vms.get(name), "test"));
          }
        });
    return builder
        .scanOrder(order)
        .owners(claims)
        .build(
            "host",
            new Boot(
                bootId,
                release,
                "",
                commandLine,
                new Boot.Loader(0, 0),
                new Boot.Notes(iommus, liveUpdate, previousBoot, machine),
                ""),
            bootClass,
            1_000 * sequence,
            sequence,
            false);
  }

  private String path(String name) {
    Entry e = entries.get(name);
    String above = e.above() == null ? "/sys/devices/pci0000:00" : path(e.above());
    return above + "/" + e.address();
  }

  /** A partition in words: names of each group joined by commas, groups by blanks, sorted. */
  public String describe(GroupPartition partition) {
    List<String> names = new ArrayList<>(entries.keySet());
    Map<PciAddress, String> byAddress = new LinkedHashMap<>();
    names.forEach(name -> byAddress.put(entries.get(name).address(), name));
    Snapshot bare = bareSnapshot();
    TreeSet<String> groups = new TreeSet<>();
    for (List<Integer> members : partition.members()) {
      groups.add(
          members.stream()
              .map(i -> byAddress.get(bare.functions().get(i).address()))
              .sorted()
              .collect(Collectors.joining(",")));
    }
    return String.join(" ", groups);
  }
}
