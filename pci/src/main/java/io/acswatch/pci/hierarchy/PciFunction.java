package io.acswatch.pci.hierarchy;

/**
 * One function of a host, decoded.
 *
 * @param address where it was at that moment; may belong to another device after the next boot
 * @param path its place, the same across boots
 * @param ids vendor, device and class, from sysfs
 * @param config facts of its configuration space
 * @param kernel its group, driver and SR-IOV links
 */
public record PciFunction(
    PciAddress address, DevicePath path, PciIds ids, ConfigFacts config, KernelView kernel) {

  /**
   * True for bridges and ports: members of groups that no VM owns. Told by the header, or by the
   * class where the header was not read.
   */
  public boolean isBridge() {
    return config.hasHeader() ? config.headerLayout() != 0 : ids.isBridgeClass();
  }

  /** True if this is a VF. */
  public boolean isVirtualFunction() {
    return kernel.isVirtualFunction();
  }
}
