package io.acswatch.wire.facts;

import static io.acswatch.wire.facts.FactsLayout.*;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;

/** A function as the numbers that its packed facts are made of. */
final class FunctionFields {
  private static final AcsRegisters NO_ACS = new AcsRegisters(0, 0, 0, 0);

  @FunctionalInterface
  interface Strings {
    long number(int field, String text);
  }

  private FunctionFields() {}

  /**
   * Sets the fields of a function.
   *
   * @param strings the number of the string in a field
   */
  static void set(long[] fields, PciFunction function, Strings strings) {
    ConfigFacts config = function.config();
    ConfigFacts.Header header = config.header();
    ConfigFacts.Features features = config.features();
    KernelView kernel = function.kernel();
    AcsRegisters acs = config.acs() == null ? NO_ACS : config.acs();
    PciAddress pf = kernel.sriov().physicalFunction();
    fields[ADDRESS] = address(function.address());
    fields[IDS] = pair("vendor", function.ids().vendor(), "device", function.ids().device());
    fields[CLASS] = Integer.toUnsignedLong(function.ids().classCode());
    fields[STATUS] = READ_STATUSES.indexOf(config.status());
    fields[PORT_TYPE] = PORT_TYPES.indexOf(config.claimedType());
    fields[FLAGS] =
        (config.acs() != null ? HAS_ACS : 0)
            | (header.hasMemoryBar() ? HAS_MEMORY_BAR : 0)
            | (pf != null ? HAS_PHYSFN : 0)
            | (kernel.ariEnabled() ? ARI_ENABLED : 0)
            | (features.egressOpen() ? EGRESS_OPEN : 0)
            | (features.atsEnabled() ? ATS_ENABLED : 0)
            | (kernel.removable() ? REMOVABLE : 0)
            | (features.vfsEnabled() ? VFS_ENABLED : 0)
            | PRESERVATIONS.indexOf(kernel.preservation()) << PRESERVATION_SHIFT;
    fields[LENGTH] = Integer.toUnsignedLong(config.lengthBytes());
    fields[HEADER] = pair("headerType", header.type(), "revision", header.revision());
    fields[SUBSYSTEM] =
        pair(
            "subsystemVendor",
            header.subsystemVendor(),
            "subsystemDevice",
            header.subsystemDevice());
    fields[ACS_OFFSET] = Integer.toUnsignedLong(acs.offset());
    fields[ACS_REGISTERS] = pair("acs.capability", acs.capability(), "acs.control", acs.control());
    fields[ACS_SECOND_DWORD] = Integer.toUnsignedLong(acs.secondDword());
    // Most often none, -1, or a small number: one byte.
    fields[GROUP] = Integer.toUnsignedLong(kernel.group() + 1);
    fields[GROUP_TYPE] = strings.number(GROUP_TYPE, kernel.groupType());
    fields[DRIVER] = strings.number(DRIVER, kernel.driver());
    fields[SERIAL_NUMBER] = features.serialNumber();
    fields[BUS_NUMBERS] = Integer.toUnsignedLong(header.busNumbers());
    fields[ODDITIES] = Integer.toUnsignedLong(config.oddities());
    fields[VF_LAYOUT] =
        pair("firstVfOffset", features.firstVfOffset(), "stride", features.vfStride());
    fields[VF_COUNTS] =
        pair("enabledVfs", kernel.sriov().enabledVfs(), "totalVfs", kernel.sriov().totalVfs());
    fields[PHYSICAL_FUNCTION] = pf == null ? 0 : address(pf);
    fields[CHIPSET_BASE] = Integer.toUnsignedLong(header.chipsetBase());
  }

  static long address(PciAddress address) {
    return (long) address.domain() << Short.SIZE | address.requesterId();
  }

  private static long pair(String highName, int high, String lowName, int low) {
    return within(highName, high) << Short.SIZE | within(lowName, low);
  }

  private static long within(String name, int number) {
    if (number < 0 || number > 0xFFFF) {
      throw new IllegalArgumentException(name + "=" + number + ", expected 0 to 65535");
    }
    return number;
  }
}
