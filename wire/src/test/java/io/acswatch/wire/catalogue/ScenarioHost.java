package io.acswatch.wire.catalogue;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.ConfigFacts;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A small host to tell stories with: a root port, a switch with two downstream ports, and below
 * each a network card, one of vm-blue and one of vm-red. Each method changes it and returns it.
 */
final class ScenarioHost {
  static final AcsRegisters OK = acs(0x5F, 0x1D);
  static final AcsRegisters RR_CLEAR = acs(0x5F, 0x19);

  private static final long TAKEN = Instant.parse("2026-11-24T08:00:00Z").toEpochMilli();
  private static final int BRIDGE = 0x060400;
  private static final int NETWORK = 0x020000;

  /** One function; fields as they are to be found. */
  static final class Function {
    String address;
    final @Nullable String above;
    PortType type;
    @Nullable AcsRegisters acs;
    PciIds ids;
    String driver;
    String groupType = "DMA-FQ";
    @Nullable Integer group;
    ReadStatus status = ReadStatus.COMPLETE;
    long serial;
    int oddities;
    int enabledVfs;
    int totalVfs;
    boolean ats;
    boolean egressOpen;
    boolean removable;
    @Nullable String pf;

    Function(String address, @Nullable String above, PortType type, @Nullable AcsRegisters acs) {
      this.address = address;
      this.above = above;
      this.type = type;
      this.acs = acs;
      boolean port = type.isPort();
      ids = port ? new PciIds(0x1B36, 0x000C, BRIDGE) : new PciIds(0x8086, 0x1572, NETWORK);
      driver = port ? "pcieport" : "vfio-pci";
    }

    private ConfigFacts facts() {
      if (!status.isConclusive()) {
        return ConfigFacts.unread(status, status == ReadStatus.TRUNCATED_UNPRIVILEGED ? 64 : 4096);
      }
      return new ConfigFacts(
          status,
          4096,
          new ConfigFacts.Header(type.isPort() ? 1 : 0, 0, 0, 0, false, 0, 0),
          type,
          acs,
          new ConfigFacts.Features(
              egressOpen,
              ats,
              enabledVfs > 0,
              totalVfs == 0 ? 0 : 0x80,
              totalVfs == 0 ? 0 : 2,
              serial),
          oddities);
    }
  }

  private final Map<String, Function> functions = new LinkedHashMap<>();
  private final List<OwnershipClaim> owners = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  private Boot boot =
      new Boot(
          "4a5c1dad-8445-4bd0-b36b-a075a394b101",
          "6.12.74-amd64",
          "",
          "quiet intel_iommu=on",
          0xB0,
          0);
  private BootClass bootClass = BootClass.COLD;
  private long seconds;
  private boolean kexecLoaded;
  private boolean withoutIommu;

  ScenarioHost() {
    add("RP", new Function("00:01.0", null, PortType.ROOT_PORT, OK));
    add("USP", new Function("01:00.0", "RP", PortType.UPSTREAM_PORT, null));
    add("D1", new Function("02:00.0", "USP", PortType.DOWNSTREAM_PORT, OK));
    add("D2", new Function("02:01.0", "USP", PortType.DOWNSTREAM_PORT, OK));
    add("A", new Function("03:00.0", "D1", PortType.ENDPOINT, null));
    add("B", new Function("04:00.0", "D2", PortType.ENDPOINT, null));
    claim("03:00.0", "vm-blue").claim("04:00.0", "vm-red");
  }

  static AcsRegisters acs(int capability, int control) {
    return new AcsRegisters(0x148, capability, control, 0);
  }

  ScenarioHost add(String name, Function function) {
    functions.put(name, function);
    return this;
  }

  ScenarioHost remove(String name) {
    functions.remove(name);
    return this;
  }

  ScenarioHost with(String name, Consumer<Function> change) {
    change.accept(functions.get(name));
    return this;
  }

  ScenarioHost acs(String name, @Nullable AcsRegisters acs) {
    return with(name, f -> f.acs = acs);
  }

  ScenarioHost claim(String address, String vm) {
    owners.add(new OwnershipClaim(PciAddress.parse(address), vm, "libvirt"));
    return this;
  }

  ScenarioHost unclaimed() {
    owners.clear();
    return this;
  }

  /** The next boot, 20 seconds on. */
  ScenarioHost boot(BootClass newClass) {
    bootClass = newClass;
    boot =
        new Boot(
            "0fd5bb3f-7a49-4a3f-8a1a-cd8bb8fca9a2",
            boot.kernelRelease(),
            "",
            boot.commandLine(),
            newClass.isKexec() ? Boot.KEXEC_LOADER : 0xB0,
            0);
    return later(20);
  }

  ScenarioHost kexec() {
    return boot(BootClass.KEXEC_PLAIN);
  }

  ScenarioHost release(String release) {
    boot = new Boot(boot.id(), release, "", boot.commandLine(), boot.loader().type(), 0);
    return this;
  }

  ScenarioHost commandLine(String more) {
    boot =
        new Boot(
            boot.id(),
            boot.kernelRelease(),
            "",
            boot.commandLine() + " " + more,
            boot.loader().type(),
            0);
    return this;
  }

  ScenarioHost later(long moreSeconds) {
    seconds += moreSeconds;
    return this;
  }

  ScenarioHost kexecLoaded() {
    kexecLoaded = true;
    return this;
  }

  ScenarioHost withoutIommu() {
    withoutIommu = true;
    return this;
  }

  ScenarioHost log(String line) {
    log.add("dmesg: [    1.000000] " + line);
    return this;
  }

  /** Leaves the groups as they would be with this host's registers, whatever changes later. */
  ScenarioHost keepGroups() {
    GroupPartition derived = SnapshotGroups.of(build(Map.of()), null).derived();
    int index = 0;
    for (Function function : functions.values()) {
      function.group = derived.groupOf(index++);
    }
    return this;
  }

  /** The host with the groups that its kernel would form. */
  Snapshot snapshot() {
    Snapshot bare = build(Map.of());
    if (withoutIommu) {
      return bare;
    }
    GroupPartition derived = SnapshotGroups.of(bare, null).derived();
    Map<String, Integer> groups = new LinkedHashMap<>();
    int index = 0;
    for (Map.Entry<String, Function> entry : functions.entrySet()) {
      Integer fixed = entry.getValue().group;
      groups.put(entry.getKey(), fixed == null ? derived.groupOf(index) : fixed);
      index++;
    }
    return build(groups);
  }

  private Snapshot build(Map<String, Integer> groups) {
    SnapshotBuilder builder = new SnapshotBuilder(functions.size());
    List<PciAddress> order = new ArrayList<>();
    functions.forEach(
        (name, f) -> {
          PciAddress address = PciAddress.parse(f.address);
          order.add(address);
          boolean grouped = groups.containsKey(name);
          PciAddress pf = f.pf == null ? null : PciAddress.parse(functions.get(f.pf).address);
          KernelView kernel =
              new KernelView(
                  grouped ? groups.get(name) : KernelView.NO_GROUP,
                  grouped ? f.groupType : "",
                  f.driver,
                  new KernelView.Sriov(pf, f.enabledVfs, f.totalVfs),
                  false,
                  f.removable,
                  Preservation.NONE);
          builder.add(address, path(f), f.ids, f.facts(), kernel);
        });
    return builder
        .scanOrder(order)
        .owners(owners)
        .kernelLog(log)
        .build("rack7-host12", boot, bootClass, TAKEN + 1000 * seconds, 1 + seconds, kexecLoaded);
  }

  private String path(Function function) {
    String above =
        function.above == null ? "/sys/devices/pci0000:00" : path(functions.get(function.above));
    return above + "/" + PciAddress.parse(function.address);
  }
}
