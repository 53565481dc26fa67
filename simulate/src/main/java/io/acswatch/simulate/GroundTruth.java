package io.acswatch.simulate;

import io.acswatch.simulate.Part.Kind;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which functions of a simulated host end up together, told from the faults that were injected.
 *
 * <p>It is no derivation: simulated hosts hold no aliases, no bridges to conventional PCI and no
 * ports that share a slot, so two sentences are enough, and they share nothing with the code under
 * test. The kernel: all below a port that does not isolate are in the group of the topmost such
 * port, and functions of one device that do not isolate are together. The hardware: the same below
 * a root port; and one open downstream port joins all that is below its switch.
 */
final class GroundTruth {
  private GroundTruth() {}

  /** True if nothing can reach a peer around the IOMMU at this function. */
  static boolean isolates(SimFunction function) {
    if (function.isVirtual()) {
      return true;
    }
    return switch (function.part.kind) {
      case CONVENTIONAL -> false;
      case ROOT_PORT, DOWNSTREAM_PORT -> enforces(function);
      case ENDPOINT -> !function.multifunction || enforces(function);
      case UPSTREAM_PORT, ROOT_COMPLEX_ENDPOINT -> true;
    };
  }

  private static boolean enforces(SimFunction function) {
    int missing = function.part.acsCapability & SimFunction.ENABLED & ~function.control();
    return function.part.hasAcs() && missing == 0;
  }

  /** Name of the group that the kernel would put it into, forming groups now. */
  static String kernelGroup(SimFunction function) {
    SimFunction top = function;
    for (SimFunction bridge = function.above; bridge != null; bridge = bridge.above) {
      if (!isolates(bridge)) {
        top = bridge;
      }
    }
    String name = top.address.toString();
    boolean shared = top.multifunction && !isolates(top);
    return shared ? name.substring(0, name.length() - 2) : name;
  }

  /** Name of the group that the hardware makes, {@code all} being the functions of the host. */
  static Map<SimFunction, String> hardwareGroups(List<SimFunction> all) {
    Set<SimFunction> openSwitches = new HashSet<>();
    for (SimFunction function : all) {
      if (function.part.kind == Kind.DOWNSTREAM_PORT && !isolates(function)) {
        openSwitches.add(function.above);
      }
    }
    Map<SimFunction, String> groups = new LinkedHashMap<>();
    for (SimFunction function : all) {
      groups.put(function, hardwareGroup(function, openSwitches));
    }
    return groups;
  }

  private static String hardwareGroup(SimFunction function, Set<SimFunction> openSwitches) {
    String name = function.address.toString();
    for (SimFunction above = function.above; above != null; above = above.above) {
      if (openSwitches.contains(above)) {
        name = above.address + " and below";
      }
    }
    for (SimFunction port = function; port != null; port = port.above) {
      if (port.part.kind == Kind.ROOT_PORT && !isolates(port)) {
        name = port.address.toString();
      }
    }
    return name;
  }

  static boolean isBelow(SimFunction function, SimFunction bridge) {
    return function.above != null && (function.above == bridge || isBelow(function.above, bridge));
  }
}
