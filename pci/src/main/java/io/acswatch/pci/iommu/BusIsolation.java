package io.acswatch.pci.iommu;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Forms groups by what the hardware keeps apart, bus by bus, whatever the order: the strict model.
 *
 * <table>
 *   <caption>What decides about the functions of a bus</caption>
 *   <tr><td>no bridge above</td><td>isolated</td></tr>
 *   <tr><td>root port</td><td>isolated, unless it has the ACS capability and does not enforce it</td></tr>
 *   <tr><td>switch downstream port</td><td>isolated: a point-to-point link</td></tr>
 *   <tr><td>switch upstream port</td><td>unless every port on the bus enforces ACS, all of them and all
 *       below are one group; with the upstream port if something else stands there, or a port lets
 *       requests to the upstream port's own memory pass</td></tr>
 *   <tr><td>PCIe-to-PCI bridge</td><td>one group, with the bridge if it has memory of its own</td></tr>
 *   <tr><td>any other bridge</td><td>one group with the bridge</td></tr>
 * </table>
 *
 * <p>Functions of one device are one group if any of them has the ACS capability and does not
 * enforce it. A function that was not read counts as one that has it and does not enforce it.
 * Functions that use each other's requester id are one group. A VF is judged by its PF's bus.
 *
 * <p>Source: Jason Gunthorpe's series "Fix incorrect iommu_groups with PCIe ACS", v3, 5 Sep 2025,
 * as told in the project's notes on the strict model; not in mainline.
 */
public final class BusIsolation {
  private static final int DSP_MEMORY_REDIRECT = 2 << 8;
  private static final int USP_MEMORY_REDIRECT = 2 << 10;

  private final HostHierarchy hierarchy;
  private final DmaAliases aliases;
  private final boolean[] enforced;
  private final boolean[] switchIsolates;
  private final boolean[] upstreamIsReached;
  private final int[] parent;

  private BusIsolation(AcsRules rules, BitSet open) {
    hierarchy = rules.hierarchy();
    aliases = rules.aliases();
    enforced = new boolean[hierarchy.size()];
    for (int i = 0; i < enforced.length; i++) {
      enforced[i] = !open.get(i) && rules.verdict(i).isEnforced();
    }
    switchIsolates = new boolean[hierarchy.size()];
    upstreamIsReached = new boolean[hierarchy.size()];
    judgeSwitches();
    parent = IntStream.range(0, hierarchy.size()).toArray();
  }

  /**
   * Derives the partition; functions that no IOMMU serves are left out at the end.
   *
   * @param rules without what the command line makes a kernel believe: hardware does not listen
   * @param open functions that are taken not to enforce ACS, whatever the verdict
   */
  static GroupPartition derive(AcsRules rules, BitSet served, BitSet open) {
    BusIsolation isolation = new BusIsolation(rules, open);
    isolation.joinBuses();
    isolation.joinSlotsAndAliases();
    int[] labels = new int[isolation.parent.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = served.get(i) ? SeparateParts.find(isolation.parent, i) : GroupPartition.NO_GROUP;
    }
    return GroupPartition.ofLabels(labels);
  }

  /**
   * Functions that this model believes to be kept apart although nothing in the registers shows it:
   * functions of one device none of which has ACS, root ports without ACS, and what is below those.
   */
  static BitSet assumed(AcsRules rules) {
    HostHierarchy hierarchy = rules.hierarchy();
    BusIsolation isolation = new BusIsolation(rules, new BitSet());
    BitSet assumed = new BitSet();
    for (int i = 0; i < hierarchy.size(); i++) {
      boolean believed = isolation.isUnshown(i) && isolation.hasSlotMate(i);
      for (int port = i; port != HostHierarchy.NONE && !believed; ) {
        believed = hierarchy.type(port) == PortType.ROOT_PORT && isolation.isUnshown(port);
        port = hierarchy.bridgeAbove(port);
      }
      assumed.set(i, believed);
    }
    return assumed;
  }

  private boolean isUnshown(int index) {
    return !enforced[index] && !mayHaveCapability(index);
  }

  private boolean hasSlotMate(int index) {
    for (int position = 0; position < hierarchy.busMateCount(index); position++) {
      int mate = hierarchy.busMate(index, position);
      if (mate != index && isSlotMate(index, mate)) {
        return true;
      }
    }
    return false;
  }

  private void joinBuses() {
    for (int i = 0; i < hierarchy.size(); i++) {
      join(i, hierarchy.realDmaDevice(i));
      int bridge = hierarchy.bridgeAbove(i);
      if (bridge == HostHierarchy.NONE) {
        continue;
      }
      if (sharesWithBridge(bridge) || isReachable(bridge)) {
        join(i, bridge);
      }
      if (sharesWithBusMates(bridge)) {
        for (int mate = 0; mate < hierarchy.busMateCount(i); mate++) {
          join(i, hierarchy.busMate(i, mate));
        }
      }
    }
  }

  /**
   * True if peers reach the function without passing the IOMMU, and so all that lies below it: by
   * its bus, by a function of its slot, or because the bridge above is reachable itself.
   */
  private boolean isReachable(int index) {
    int bridge = hierarchy.bridgeAbove(index);
    boolean byBus =
        bridge != HostHierarchy.NONE
            && (sharesWithBridge(bridge) || sharesWithBusMates(bridge) || isReachable(bridge));
    return byBus || slotIsShared(index);
  }

  private boolean sharesWithBridge(int bridge) {
    return switch (hierarchy.type(bridge)) {
      case ROOT_PORT -> mayHaveCapability(bridge) && !portIsolates(bridge);
      case DOWNSTREAM_PORT -> false;
      case UPSTREAM_PORT -> upstreamIsReached[bridge];
      case PCIE_TO_PCI_BRIDGE -> hierarchy.function(bridge).config().header().hasMemoryBar();
      default -> true;
    };
  }

  private boolean sharesWithBusMates(int bridge) {
    return switch (hierarchy.type(bridge)) {
      case ROOT_PORT -> mayHaveCapability(bridge) && !portIsolates(bridge);
      case DOWNSTREAM_PORT -> false;
      case UPSTREAM_PORT -> !switchIsolates[bridge];
      default -> true;
    };
  }

  /**
   * A switch isolates if every function on its internal bus is a port that isolates. What else may
   * stand there may reach the upstream port too, and so does a port that lets requests to that
   * one's memory pass.
   */
  private void judgeSwitches() {
    Arrays.fill(switchIsolates, true);
    for (int i = 0; i < switchIsolates.length; i++) {
      int bridge = hierarchy.bridgeAbove(i);
      if (bridge == HostHierarchy.NONE) {
        continue;
      }
      boolean isPort = hierarchy.type(i) == PortType.DOWNSTREAM_PORT && !aliases.hasAlias(i);
      boolean reaches =
          !isPort
              || hierarchy.function(bridge).config().header().hasMemoryBar()
                  && !redirects(i, AcsCapability.USP_MEMORY_TARGET, USP_MEMORY_REDIRECT);
      upstreamIsReached[bridge] |= reaches;
      switchIsolates[bridge] &= !reaches && portIsolates(i);
    }
  }

  /** True if the function has the capability, or may have it: what was not read proves nothing. */
  private boolean mayHaveCapability(int index) {
    PciFunction function = hierarchy.function(index);
    return function.config().acs() != null
        || !function.isVirtualFunction() && !function.config().capabilitiesKnown();
  }

  private boolean portIsolates(int index) {
    boolean closed = !hierarchy.function(index).config().features().egressOpen();
    return redirects(index, AcsCapability.DSP_MEMORY_TARGET, DSP_MEMORY_REDIRECT)
        && closed
        && enforced[index];
  }

  /** True if a memory target is redirected, or the port has no control of it. */
  private boolean redirects(int index, int field, int redirect) {
    AcsRegisters acs = hierarchy.function(index).config().acs();
    boolean enhanced = acs != null && (acs.capability() & AcsCapability.ENHANCED) != 0;
    return !enhanced || (acs.control() & field) == redirect;
  }

  private void joinSlotsAndAliases() {
    for (int i = 0; i < hierarchy.size(); i++) {
      boolean shared = slotIsShared(i);
      for (int position = 0; position < hierarchy.busMateCount(i); position++) {
        int mate = hierarchy.busMate(i, position);
        if (shared && isSlotMate(i, mate) || mate != i && aliases.areAliases(i, mate)) {
          join(i, mate);
        }
      }
    }
  }

  private boolean isSlotMate(int a, int b) {
    return hierarchy.areInSameSlot(a, b) && !hierarchy.function(b).isVirtualFunction();
  }

  /** One function that has the capability and does not enforce it opens the whole device. */
  private boolean slotIsShared(int index) {
    if (hierarchy.function(index).isVirtualFunction() || !hierarchy.isMultifunction(index)) {
      return false;
    }
    for (int position = 0; position < hierarchy.busMateCount(index); position++) {
      int mate = hierarchy.busMate(index, position);
      boolean open = !enforced[mate] || hierarchy.function(mate).config().features().egressOpen();
      if (isSlotMate(index, mate) && mayHaveCapability(mate) && open) {
        return true;
      }
    }
    return false;
  }

  private void join(int a, int b) {
    SeparateParts.join(parent, a, b);
  }
}
