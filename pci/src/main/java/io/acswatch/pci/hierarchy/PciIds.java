package io.acswatch.pci.hierarchy;

/**
 * What a function says it is; from sysfs, because a VF's own vendor and device words read 0xFFFF.
 *
 * @param vendor 16 bits
 * @param device 16 bits
 * @param classCode 24 bits: base class, subclass, programming interface
 */
public record PciIds(int vendor, int device, int classCode) {

  /** True for every kind of bridge (base class 06), host bridges included. */
  public boolean isBridgeClass() {
    return classCode >>> 16 == 0x06;
  }

  /** {@code vvvv:dddd} in lower-case hex. */
  @Override
  public String toString() {
    return "%04x:%04x".formatted(vendor, device);
  }
}
