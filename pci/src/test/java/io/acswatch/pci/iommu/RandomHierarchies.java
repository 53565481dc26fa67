package io.acswatch.pci.iommu;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes hosts at random, the same for the same seed: root ports, nested switches, bridges to and
 * from conventional PCI, integrated and multi-function endpoints, VFs that overflow their bus, VMD;
 * ACS words of every shape, ids with quirks, types that cannot be.
 */
public final class RandomHierarchies {
  /** Releases on either side of every border in the quirk tables and models. */
  static final List<String> RELEASES =
      List.of("6.1.170", "6.12.74", "6.12.75", "6.12.95", "6.18.1", "6.19.14", "7.0.0", "7.3.4");

  private static final int REQUIRED = 0x1D;
  private static final PciIds PLAIN = new PciIds(0x1AF4, 0x0001, 0x020000);
  private static final int[] PORT_QUIRKS = {
    0x80868c10,
    0x8086a110,
    0x111d80b5,
    0x17cb0111,
    0x17cb0401,
    0x1d170710,
    0x1d179999,
    0x177da000,
    0x14e49000,
    0x10024385,
    0x80889999
  };
  private static final int[] BRIDGE_QUIRKS = {0x1a031150, 0x14e49000, 0x1283_8892, 0x8086244e};
  private static final int[] ENDPOINT_QUIRKS = {
    0x80861521,
    0x80880101,
    0x80889999,
    0x1180e832,
    0x1b4b9230,
    0x197b2392,
    0x90050285,
    0x80862260,
    0x10b587b0,
    0x10024385,
    0x8086abcd,
    0x1d179999
  };
  private static final int[] LPC_BASES = {0, 0xFED1C000, 0xFED1C001};

  private final SplittableRandom random;
  private final int limit;
  private final List<PciFunction> found = new ArrayList<>();
  private final Set<PciAddress> used = new HashSet<>();
  private final boolean quirky;
  private int domain;
  private int nextBus;

  private RandomHierarchies(SplittableRandom random) {
    this.random = random;
    limit = 2 + random.nextInt(random.nextInt(8) == 0 ? 45 : 16);
    quirky = random.nextBoolean();
  }

  /** The functions of one host in an order a kernel could have found them in. */
  public static List<PciFunction> next(SplittableRandom random) {
    RandomHierarchies host = new RandomHierarchies(random);
    host.rootBus("pci0000:00", 0, 0);
    if (host.chance(6)) {
      host.rootBus("pci0000:80", 0, 0x80);
    }
    return host.reordered();
  }

  /** A snapshot of these functions. */
  public static Snapshot snapshot(
      List<PciFunction> functions, String bootId, String release, BootClass bootClass) {
    Boot boot = new Boot(bootId, release, "", "intel_iommu=on", 0, 0);
    return new Snapshot(
        "host", boot, bootClass, 0, 0, false, true, functions, List.of(), List.of());
  }

  /** The same functions with other ACS registers. */
  static List<PciFunction> withRegisters(
      List<PciFunction> functions, UnaryOperator<PciFunction> change) {
    return functions.stream().map(change).toList();
  }

  /** The function with other ACS registers. */
  static PciFunction withAcs(PciFunction f, @Nullable AcsRegisters acs) {
    ConfigFacts c = f.config();
    ConfigFacts changed =
        new ConfigFacts(
            c.status(),
            c.lengthBytes(),
            new ConfigFacts.Header(
                c.header().type(),
                c.header().revision(),
                c.header().subsystemVendor(),
                c.header().subsystemDevice(),
                c.header().hasMemoryBar(),
                0,
                c.header().chipsetBase()),
            c.claimedType(),
            acs,
            new ConfigFacts.Features(
                c.features().egressOpen(),
                c.features().atsEnabled(),
                false,
                c.features().firstVfOffset(),
                c.features().vfStride(),
                0),
            0);
    return new PciFunction(f.address(), f.path(), f.ids(), changed, f.kernel());
  }

  /** The function with all controls off. */
  static PciFunction withAcsOff(PciFunction f) {
    AcsRegisters acs = f.config().acs();
    return acs == null ? f : withAcs(f, new AcsRegisters(acs.offset(), acs.capability(), 0, 0));
  }

  /** The functions with random Control words of another boot. */
  static List<PciFunction> withOtherControls(List<PciFunction> functions, SplittableRandom random) {
    return withRegisters(
        functions,
        f -> {
          AcsRegisters acs = f.config().acs();
          if (acs == null || random.nextInt(3) == 0) {
            return f;
          }
          int control = random.nextBoolean() ? 0 : REQUIRED & ~(1 << random.nextInt(8));
          return withAcs(f, new AcsRegisters(acs.offset(), acs.capability(), control, control));
        });
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private boolean full() {
    return found.size() >= limit || nextBus > 0xF0;
  }

  private void rootBus(String root, int rootDomain, int bus) {
    domain = rootDomain;
    nextBus = bus + 1;
    int slots = 1 + random.nextInt(6);
    for (int slot = 1; slot <= slots && !full(); slot++) {
      switch (random.nextInt(rootDomain == 0 ? 12 : 6)) {
        case 0, 1, 2, 3, 4 -> ports(root, bus, slot, PortType.ROOT_PORT, 0);
        case 5, 6 -> device(root, bus, slot, PortType.ROOT_COMPLEX_ENDPOINT);
        case 7 -> device(root, bus, slot, PortType.ROOT_COMPLEX_EVENT_COLLECTOR);
        case 8 -> device(root, bus, slot, PortType.CONVENTIONAL);
        case 9 -> bridge(root, bus, slot, PortType.CONVENTIONAL, 0);
        case 10 -> amdIommu(root, bus, slot);
        default -> vmd(root, bus, slot);
      }
    }
    if (chance(3)) {
      add(root, bus, 0x1F << 3, PortType.CONVENTIONAL, 0x80, new PciIds(0x8086, 0x8c44, 0x060100));
    }
  }

  private void amdIommu(String root, int bus, int slot) {
    PciIds ids = new PciIds(0x1022, 0x1419, 0x080600);
    add(root, bus, slot << 3, PortType.CONVENTIONAL, 0, ids);
  }

  private void vmd(String root, int bus, int slot) {
    PciFunction endpoint =
        add(root, bus, slot << 3, PortType.ROOT_COMPLEX_ENDPOINT, 0, idsOf(0x8086201d, 0x010400));
    if (endpoint != null && domain == 0) {
      int outerBus = nextBus;
      rootBus(endpoint.path() + "/pci10000:e0", 0x10000, 0xE0);
      domain = 0;
      nextBus = outerBus;
    }
  }

  /** Ports in one slot, one or several functions, and what is below them. */
  private void ports(String above, int bus, int slot, PortType type, int depth) {
    int functions = chance(3) ? 2 + random.nextInt(3) : 1;
    for (int f = 0; f < functions && !full(); f++) {
      PciIds ids = quirkOr(PORT_QUIRKS, 0x060400, 9);
      int multifunction = functions > 1 && (f > 0 ? chance(2) : !chance(12)) ? 0x80 : 0;
      PortType claimed = chance(40) ? strangeType() : type;
      PciFunction port = add(above, bus, slot << 3 | f, claimed, 1 | multifunction, ids);
      if (port != null && !chance(6)) {
        belowLink(port.path().text(), nextBus++, depth + 1);
      }
    }
  }

  /** What is at the other end of a link. */
  private void belowLink(String above, int bus, int depth) {
    if (full()) {
      return;
    }
    switch (random.nextInt(depth < 4 ? 10 : 5)) {
      case 0, 1, 2 -> device(above, bus, 0, chance(5) ? PortType.LEGACY_ENDPOINT : endpointType());
      case 3 -> physicalFunctions(above, bus);
      case 4 -> ariDevice(above, bus);
      case 5, 6, 7, 8 -> switchPorts(above, bus, depth);
      default -> bridge(above, bus, 0, PortType.PCIE_TO_PCI_BRIDGE, depth);
    }
  }

  private PortType endpointType() {
    return chance(30) ? strangeType() : PortType.ENDPOINT;
  }

  private PortType strangeType() {
    PortType[] all = PortType.values();
    return all[random.nextInt(all.length)];
  }

  private void switchPorts(String above, int bus, int depth) {
    int functions = chance(6) ? 2 : 1;
    // A switch that claims its ports the wrong way round is corrected by the kernel.
    PortType claimed = chance(10) ? PortType.DOWNSTREAM_PORT : PortType.UPSTREAM_PORT;
    PciFunction upstream =
        add(above, bus, 0, claimed, functions > 1 ? 0x81 : 1, quirkOr(PORT_QUIRKS, 0x060400, 12));
    if (functions > 1) {
      add(above, bus, 1, endpointType(), 0x80, quirkOr(ENDPOINT_QUIRKS, 0x088000, 9));
    }
    if (upstream == null) {
      return;
    }
    int inner = nextBus++;
    int slots = 1 + random.nextInt(3);
    for (int slot = 0; slot < slots && !full(); slot++) {
      if (chance(12)) {
        device(upstream.path().text(), inner, slot, endpointType());
      } else {
        PortType type = chance(10) ? PortType.UPSTREAM_PORT : PortType.DOWNSTREAM_PORT;
        ports(upstream.path().text(), inner, slot, type, depth + 1);
      }
    }
  }

  private void bridge(String above, int bus, int slot, PortType type, int depth) {
    PciFunction bridge = add(above, bus, slot << 3, type, 1, quirkOr(BRIDGE_QUIRKS, 0x060400, 4));
    if (bridge == null) {
      return;
    }
    int inner = nextBus++;
    int slots = 1 + random.nextInt(3);
    for (int inside = 1; inside <= slots && !full(); inside++) {
      switch (depth < 3 ? random.nextInt(6) : 0) {
        case 4 -> bridge(bridge.path().text(), inner, inside, PortType.CONVENTIONAL, depth + 1);
        case 5 -> {
          PciFunction back =
              add(
                  bridge.path().text(),
                  inner,
                  inside << 3,
                  PortType.PCI_TO_PCIE_BRIDGE,
                  1,
                  quirkOr(BRIDGE_QUIRKS, 0x060400, 6));
          if (back != null) {
            belowLink(back.path().text(), nextBus++, depth + 2);
          }
        }
        default -> device(bridge.path().text(), inner, inside, PortType.CONVENTIONAL);
      }
    }
  }

  /** One device with one or several functions. */
  private void device(String above, int bus, int slot, PortType type) {
    int functions = chance(2) ? 1 : 2 + random.nextInt(4);
    for (int f = 0; f < functions && !full(); f++) {
      int header = functions > 1 && (f > 0 ? chance(2) : !chance(12)) ? 0x80 : 0;
      int number = f > 1 && chance(6) ? 7 : f;
      add(above, bus, slot << 3 | number, type, header, quirkOr(ENDPOINT_QUIRKS, 0x020000, 6));
    }
  }

  private void ariDevice(String above, int bus) {
    int functions = 2 + random.nextInt(11);
    for (int f = 0; f < functions && !full(); f++) {
      PciIds ids = quirkOr(ENDPOINT_QUIRKS, 0x020000, 12);
      PciAddress address = new PciAddress(domain, bus << 8 | f);
      DevicePath path = new DevicePath(above + "/" + tail(address));
      put(address, path, ids, facts(PortType.ENDPOINT, f == 0 ? 0x80 : 0, 0), null, true);
    }
  }

  private void physicalFunctions(String above, int bus) {
    int functions = chance(3) ? 2 : 1;
    int[][] layouts = {{0x80, 2}, {0x100, 1}, {8, 1}, {2, 2}, {0x1FF, 1}};
    int[] layout = layouts[random.nextInt(layouts.length)];
    boolean ari = chance(2);
    for (int f = 0; f < functions; f++) {
      PciIds ids = quirkOr(ENDPOINT_QUIRKS, 0x020000, 8);
      PciAddress pf = new PciAddress(domain, bus << 8 | f);
      DevicePath path = new DevicePath(above + "/" + tail(pf));
      put(pf, path, ids, facts(PortType.ENDPOINT, functions > 1 ? 0x80 : 0, 0), null, ari);
      int vfs = random.nextInt(4);
      for (int i = 0; i < vfs && !full(); i++) {
        PciAddress vf = new PciAddress(domain, pf.requesterId() + layout[0] + i * layout[1]);
        nextBus = Math.max(nextBus, vf.bus() + 1);
        put(vf, path.virtualFunction(i), ids, facts(PortType.ENDPOINT, 0, 0), pf, ari);
      }
    }
  }

  private @Nullable PciFunction add(
      String above, int bus, int devfn, PortType type, int header, PciIds ids) {
    PciAddress address = new PciAddress(domain, bus << 8 | devfn);
    int base = LPC_BASES[random.nextInt(LPC_BASES.length)];
    ConfigFacts config = facts(type, header, ids.classCode() == 0x060100 ? base : 0);
    return put(address, new DevicePath(above + "/" + tail(address)), ids, config, null, false);
  }

  private @Nullable PciFunction put(
      PciAddress address,
      DevicePath path,
      PciIds ids,
      ConfigFacts config,
      @Nullable PciAddress pf,
      boolean ari) {
    if (!used.add(address)) {
      return null;
    }
    KernelView kernel =
        new KernelView(
            KernelView.NO_GROUP,
            "",
            "",
            new KernelView.Sriov(pf, 0, 0),
            ari,
            false,
            Preservation.NONE);
    PciFunction function = new PciFunction(address, path, ids, config, kernel);
    found.add(function);
    return function;
  }

  private static String tail(PciAddress address) {
    String text = address.toString();
    return text.substring(text.length() - 4);
  }

  private ConfigFacts facts(PortType type, int header, int chipsetBase) {
    if (chance(60)) {
      return ConfigFacts.unread(ReadStatus.UNREADABLE, 0);
    }
    boolean adaptec = chance(2);
    return new ConfigFacts(
        ReadStatus.COMPLETE,
        type == PortType.CONVENTIONAL ? 256 : 4096,
        new ConfigFacts.Header(
            header,
            0,
            adaptec ? 0x9005 : 0,
            adaptec ? 0x02bb + random.nextInt(3) : 0,
            chance(4),
            0,
            chipsetBase),
        type,
        type == PortType.CONVENTIONAL ? null : acs(),
        new ConfigFacts.Features(chance(12), chance(4), false, 0, 0, 0),
        0);
  }

  private @Nullable AcsRegisters acs() {
    int second = random.nextBoolean() ? REQUIRED : random.nextInt(0x20);
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> null;
      case 3, 4, 5, 6 -> new AcsRegisters(0x148, 0x5F, REQUIRED, second);
      case 7, 8 -> new AcsRegisters(0x148, 0x5F, REQUIRED & ~(1 << random.nextInt(5)), second);
      case 9 -> new AcsRegisters(0x148, random.nextInt(0x80), random.nextInt(0x80), second);
      case 10 -> new AcsRegisters(0x148, random.nextInt(3), 0, second);
      default -> new AcsRegisters(0x148, random.nextInt(1 << 16), random.nextInt(1 << 16), second);
    };
  }

  private PciIds quirkOr(int[] quirks, int classCode, int oneIn) {
    return quirky && chance(1 + oneIn / 2)
        ? idsOf(quirks[random.nextInt(quirks.length)], classCode)
        : new PciIds(PLAIN.vendor(), PLAIN.device(), classCode);
  }

  private static PciIds idsOf(int vendorDevice, int classCode) {
    return new PciIds(vendorDevice >>> 16, vendorDevice & 0xFFFF, classCode);
  }

  /** Depth first as found, a bus at a time, or any order in which parents come first. */
  private List<PciFunction> reordered() {
    switch (random.nextInt(3)) {
      case 0:
        return List.copyOf(found);
      case 1:
        return found.stream()
            .sorted(
                Comparator.comparing(PciFunction::isVirtualFunction)
                    .thenComparing(PciFunction::address))
            .toList();
      default:
        return parentsFirst(found, random);
    }
  }

  /**
   * A random order in which bridges come before what is below, PFs before their VFs, and the
   * functions of a slot in ascending order.
   */
  static List<PciFunction> parentsFirst(List<PciFunction> functions, SplittableRandom random) {
    List<PciFunction> waiting = shuffled(functions, random);
    List<PciFunction> ordered = new ArrayList<>();
    while (!waiting.isEmpty()) {
      for (PciFunction function : List.copyOf(waiting)) {
        if (waiting.stream().noneMatch(other -> comesBefore(other, function))) {
          ordered.add(function);
          waiting.remove(function);
        }
      }
    }
    return ordered;
  }

  private static boolean comesBefore(PciFunction a, PciFunction b) {
    return a.path().equals(b.path().bridge())
        || a.path().equals(b.path().vmdEndpoint())
        || a.address().equals(b.kernel().sriov().physicalFunction())
        || !a.isVirtualFunction()
            && !b.isVirtualFunction()
            && a.address().isInSameSlotAs(b.address())
            && a.address().devfn() < b.address().devfn();
  }

  /** Any order at all. */
  static List<PciFunction> shuffled(List<PciFunction> functions, SplittableRandom random) {
    List<PciFunction> shuffled = new ArrayList<>(functions);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      PciFunction swapped = shuffled.get(i);
      shuffled.set(i, shuffled.get(j));
      shuffled.set(j, swapped);
    }
    return shuffled;
  }

  /** The functions of which only some have a group: the others are not served by an IOMMU. */
  static List<PciFunction> partlyServed(List<PciFunction> functions, SplittableRandom random) {
    return withRegisters(functions, f -> inGroup(f, random.nextInt(6) == 0 ? -1 : 0));
  }

  /** The function as reported in this group. */
  public static PciFunction inGroup(PciFunction f, int group) {
    KernelView k = f.kernel();
    KernelView grouped =
        new KernelView(group, "", k.driver(), k.sriov(), k.ariEnabled(), false, Preservation.NONE);
    return new PciFunction(f.address(), f.path(), f.ids(), f.config(), grouped);
  }
}
