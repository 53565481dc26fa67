package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostReader.WatchedRegister;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the ACS Control registers that isolation hangs on: those of ports, and of devices with
 * several functions. A single function's own word decides nothing.
 */
final class WatchedRegisters {
  private WatchedRegisters() {}

  static List<WatchedRegister> of(Capture capture) {
    Set<Integer> severalFunctions = new HashSet<>();
    for (CapturedFunction function : capture.functions()) {
      if (function.address().function() != 0) {
        severalFunctions.add(slot(function));
      }
    }
    FunctionDecoder decoder = new FunctionDecoder();
    List<WatchedRegister> registers = new ArrayList<>();
    for (CapturedFunction function : capture.functions()) {
      ConfigFacts facts = decoder.decode(function.config(), function.readStatus());
      AcsRegisters acs = facts.acs();
      boolean matters =
          facts.claimedType().isPort()
              || facts.multiFunctionBit()
              || severalFunctions.contains(slot(function));
      if (acs != null && matters) {
        registers.add(
            new WatchedRegister(
                function.address(), acs.offset() + AcsCapability.CONTROL_OFFSET, acs.control()));
      }
    }
    return registers;
  }

  /** The functions, with these words at the places that were looked at. */
  static List<CapturedFunction> patched(
      List<CapturedFunction> functions, List<WatchedRegister> registers, List<Integer> values) {
    Map<PciAddress, CapturedFunction> changed = new HashMap<>();
    functions.forEach(function -> changed.put(function.address(), function));
    for (int i = 0; i < registers.size(); i++) {
      WatchedRegister register = registers.get(i);
      int value = values.get(i);
      if (value != register.lastSeen()) {
        changed.computeIfPresent(
            register.address(), (address, f) -> withWord(f, register.offset(), value));
      }
    }
    return functions.stream().map(f -> changed.getOrDefault(f.address(), f)).toList();
  }

  private static CapturedFunction withWord(CapturedFunction function, int offset, int value) {
    byte[] bytes = function.config().toByteArray();
    bytes[offset] = (byte) value;
    bytes[offset + 1] = (byte) (value >>> 8);
    return function.withConfig(new ArrayConfigSpace(bytes), function.readStatus());
  }

  private static int slot(CapturedFunction function) {
    return function.address().domain() << 13 ^ function.address().requesterId() >>> 3;
  }
}
