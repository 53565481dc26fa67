package io.acswatch.pci.judge;

import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.PciFunction;
import org.jspecify.annotations.Nullable;

/** How ACS registers differ between two snapshots; functions are told by their indices after. */
record RegisterChanges(Comparison comparison) {
  /** How the ACS registers of a function changed; null if they did not. */
  @Nullable RegisterChange of(int afterIndex) {
    AcsRegisters then = before(afterIndex);
    AcsRegisters now = after(afterIndex);
    AcsRegisters known = now == null ? then : now;
    if (known == null) {
      return null;
    }
    if (then != null && now != null && then.control() != now.control()) {
      return of(
          afterIndex, now.offset() + AcsCapability.CONTROL_OFFSET, then.control(), now.control());
    }
    int capabilityThen = then == null ? 0 : then.capability();
    int capabilityNow = now == null ? 0 : now.capability();
    if (then == null || now == null || capabilityThen != capabilityNow) {
      int offset = known.offset() + AcsCapability.CAPABILITY_OFFSET;
      return of(afterIndex, offset, capabilityThen, capabilityNow);
    }
    if (then.secondDword() != now.secondDword()) {
      // Intel's root ports with dword registers: Control stands where others have the egress
      // vector.
      return of(
          afterIndex,
          now.offset() + AcsCapability.EGRESS_VECTOR_OFFSET,
          then.secondDword() & 0xFFFF,
          now.secondDword() & 0xFFFF);
    }
    return null;
  }

  /** A change of the word at an offset. */
  RegisterChange of(int afterIndex, int offset, int then, int now) {
    HostView after = comparison.after();
    PciFunction function = after.function(afterIndex);
    return new RegisterChange(
        function.address(), function.path(), after.hierarchy().type(afterIndex), offset, then, now);
  }

  @Nullable AcsRegisters before(int afterIndex) {
    return comparison.before().function(comparison.beforeOf(afterIndex)).config().acs();
  }

  @Nullable AcsRegisters after(int afterIndex) {
    return comparison.after().function(afterIndex).config().acs();
  }
}
