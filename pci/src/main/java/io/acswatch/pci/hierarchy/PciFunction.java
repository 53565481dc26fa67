package io.acswatch.pci.hierarchy;

/** One function of a host, decoded; after a boot its address may be another device's. */
public record PciFunction(
    PciAddress address, DevicePath path, PciIds ids, ConfigFacts config, KernelView kernel) {
  private static final int OTHER_BRIDGE = 0x0680;

  /**
   * True for bridges and ports, the host bridge and the chipset's other bridges included: members
   * of groups that no VM owns. Told by the header and the class; a non-transparent bridge (class
   * 0680) is an endpoint.
   */
  public boolean isBridge() {
    boolean bridgeHeader = config.hasHeader() && config.headerLayout() != 0;
    return bridgeHeader || ids.isBridgeClass() && ids.classCode() >>> 8 != OTHER_BRIDGE;
  }

  public PciFunction withPreservation(Preservation logged) {
    return logged == kernel.preservation() ? this : withKernel(kernel.withPreservation(logged));
  }

  public PciFunction withKernel(KernelView view) {
    return new PciFunction(address, path, ids, config, view);
  }

  public PciFunction withConfig(ConfigFacts facts) {
    return new PciFunction(address, path, ids, facts, kernel);
  }

  public boolean isVirtualFunction() {
    return kernel.isVirtualFunction();
  }
}
