package io.acswatch.pci.judge.history;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A host to which things happen: two to four root ports, below each a switch with two to four
 * downstream ports, below each of those a card. Kernel 6.12, one segment, no VFs.
 *
 * <p>What the kernel makes of it is simple here, because ports are single functions of their own
 * slots: all below a root port that lacks a required control is one group, and everything else is
 * on its own. Groups are formed at boot, and of a card that is put in at that moment.
 */
final class HistoryHost {
  static final int REQUIRED = 0x1D;
  private static final int[] BITS = {0x01, 0x02, 0x04, 0x08, 0x10};
  private static final int CAPABILITY = 0x1F;
  private static final String[] VMS = {"", "vm-a", "vm-b", "vm-c"};
  private static final long TAKEN_AT = 1_767_225_600_000L;

  /** A port with its ACS Control word. */
  static final class Port {
    final String path;
    final String address;
    int control = REQUIRED;

    Port(String path, String address) {
      this.path = path;
      this.address = address;
    }
  }

  /** A card; its place stays when it is pulled out. */
  static final class Card {
    final String path;
    final String address;
    final Port root;
    final Port slot;
    boolean present = true;
    String owner;
    int group;

    Card(String path, String address, Port root, Port slot, String owner) {
      this.path = path;
      this.address = address;
      this.root = root;
      this.slot = slot;
      this.owner = owner;
    }
  }

  private final SplittableRandom random;
  final List<Port> roots = new ArrayList<>();
  final Map<Port, List<Port>> slots = new LinkedHashMap<>();
  final List<Card> cards = new ArrayList<>();
  int boot;
  private long sequence;
  private int nextGroup;
  private final Map<String, Integer> portGroups = new TreeMap<>();

  HistoryHost(SplittableRandom random) {
    this.random = random;
    int bus = 1;
    for (int r = 0; r < 2 + random.nextInt(3); r++) {
      Port root = new Port("pci0000:00/0%d.0".formatted(r + 1), "0000:00:0%d.0".formatted(r + 1));
      roots.add(root);
      List<Port> below = new ArrayList<>();
      int switchBus = bus++;
      int slotBus = bus++;
      for (int s = 0; s < 2 + random.nextInt(3); s++) {
        Port slot =
            new Port(
                root.path + "/00.0/0%d.0".formatted(s), "0000:%02x:0%d.0".formatted(slotBus, s));
        below.add(slot);
        cards.add(
            new Card(
                slot.path + "/00.0",
                "0000:%02x:00.0".formatted(bus++),
                root,
                slot,
                VMS[random.nextInt(VMS.length)]));
      }
      slots.put(root, below);
      portGroups.put("switch " + root.path, switchBus);
    }
    // Somebody owns something always: a host without any owner is another story.
    cards.get(0).owner = VMS[1];
    formGroups();
  }

  static boolean isOpen(Port port) {
    return (port.control & REQUIRED) != REQUIRED;
  }

  private void formGroups() {
    portGroups.clear();
    for (Port root : roots) {
      boolean one = isOpen(root);
      int shared = nextGroup++;
      portGroups.put(root.path, shared);
      portGroups.put(root.path + "/00.0", one ? shared : nextGroup++);
      for (Port slot : slots.get(root)) {
        int own = one ? shared : nextGroup++;
        portGroups.put(slot.path, own);
        for (Card card : cards) {
          if (card.slot == slot) {
            card.group = one || isOpen(slot) ? own : nextGroup++;
          }
        }
      }
    }
  }

  private void putIn(Card card) {
    card.present = true;
    boolean open = isOpen(card.root) || isOpen(card.slot);
    if (isOpen(card.root)) {
      // The kernel walks up to the root port and takes the group that it has.
      card.group = portGroups.get(card.root.path);
    } else {
      card.group = open ? portGroups.get(card.slot.path) : nextGroup++;
    }
  }

  /** Lets something happen, or nothing. */
  void step() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> {
        boot++;
        sequence = 0;
        nextGroup = random.nextInt(5);
        formGroups();
      }
      case 3, 4 -> flip(roots.get(random.nextInt(roots.size())));
      case 5 -> {
        List<Port> some = slots.get(roots.get(random.nextInt(roots.size())));
        flip(some.get(random.nextInt(some.size())));
      }
      case 6 -> {
        Card card = cards.get(random.nextInt(cards.size()));
        if (card.present) {
          card.present = false;
        } else {
          putIn(card);
        }
      }
      case 7 -> {
        Card card = cards.get(1 + random.nextInt(cards.size() - 1));
        card.owner = VMS[random.nextInt(VMS.length)];
      }
      default -> {
        // Nothing: the same again.
      }
    }
    cards.get(0).present = true;
    sequence++;
  }

  private void flip(Port port) {
    int bit = BITS[random.nextInt(BITS.length)];
    // Bits come back more often than they go: a host on which all is open is soon told.
    port.control =
        (port.control & bit) == 0 || random.nextInt(3) > 0
            ? port.control | bit
            : port.control & ~bit;
    if (random.nextInt(4) == 0) {
      port.control |= REQUIRED;
    } else if (random.nextInt(2) == 0) {
      port.control &= ~bit;
    }
  }

  /** The host as it is, as a collector would tell it. */
  Snapshot snapshot() {
    SnapshotBuilder builder = new SnapshotBuilder(cards.size() * 2 + roots.size() * 2);
    List<PciAddress> order = new ArrayList<>();
    for (Port root : roots) {
      add(builder, order, root.path, root.address, PortType.ROOT_PORT, root.control, root.path);
      String upstream = root.path + "/00.0";
      String bus = slots.get(root).get(0).address.substring(5, 7);
      String above = "0000:%02x:00.0".formatted(Integer.parseInt(bus, 16) - 1);
      add(builder, order, upstream, above, PortType.UPSTREAM_PORT, -1, upstream);
      for (Port slot : slots.get(root)) {
        add(
            builder,
            order,
            slot.path,
            slot.address,
            PortType.DOWNSTREAM_PORT,
            slot.control,
            slot.path);
      }
    }
    List<OwnershipClaim> owners = new ArrayList<>();
    for (Card card : cards) {
      if (!card.present) {
        continue;
      }
      PciAddress address = PciAddress.parse(card.address);
      order.add(address);
      builder.add(
          address,
          sysfs(card.path),
          new PciIds(0x8086, 0x1572, 0x020000),
          facts(PortType.ENDPOINT, -1),
          new KernelView(
              card.group, "DMA-FQ", "", KernelView.Sriov.NONE, false, false, Preservation.NONE));
      if (!card.owner.isEmpty()) {
        owners.add(new OwnershipClaim(address, card.owner, "test"));
      }
    }
    return builder
        .scanOrder(order)
        .owners(owners)
        .kernelLog(List.of())
        .build(
            "h",
            new Boot("boot-" + boot, "6.12.74-amd64", "", "quiet", boot == 0 ? 0xB0 : 0xD0, 0),
            boot == 0 ? BootClass.COLD : BootClass.KEXEC_PLAIN,
            TAKEN_AT + boot * 1_000L + sequence,
            1 + sequence,
            false);
  }

  private void add(
      SnapshotBuilder builder,
      List<PciAddress> order,
      String path,
      String address,
      PortType type,
      int control,
      String group) {
    PciAddress parsed = PciAddress.parse(address);
    order.add(parsed);
    builder.add(
        parsed,
        sysfs(path),
        new PciIds(0x1B36, 0x000C, 0x060400),
        facts(type, control),
        new KernelView(
            portGroups.get(group),
            "DMA-FQ",
            "pcieport",
            KernelView.Sriov.NONE,
            false,
            false,
            Preservation.NONE));
  }

  private static ConfigFacts facts(PortType type, int control) {
    return new ConfigFacts(
        ReadStatus.COMPLETE,
        4096,
        new ConfigFacts.Header(type.isPort() ? 1 : 0, 0, 0, 0, false, 0, 0),
        type,
        control < 0 ? null : new AcsRegisters(0x148, CAPABILITY, control, 0),
        ConfigFacts.Features.NONE,
        0);
  }

  /** Only the last two digits of each part are of the place: any bus will do. */
  private static String sysfs(String path) {
    StringBuilder sysfs = new StringBuilder("/sys/devices/");
    for (String part : path.split("/")) {
      sysfs.append(part.startsWith("pci") ? part : "/0000:00:" + part);
    }
    return sysfs.toString();
  }
}
