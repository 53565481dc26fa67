package io.acswatch.simulate;

import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.hierarchy.PciAddress;
import org.jspecify.annotations.Nullable;

/** One function of a simulated host: what it is, where it is, and what may change about it. */
final class SimFunction {
  /** What the kernel's driver writes: SV, RR, CR and UF. */
  static final int ENABLED = 0x1D;

  final Part part;
  final PciAddress address;
  final @Nullable SimFunction above;
  final @Nullable SimFunction physicalFunction;
  final boolean multifunction;
  final String sysfsPath;
  final String place;
  final long serial;

  int secondaryBus;
  int subordinateBus;
  int totalVfs;
  boolean present = true;
  String vm = "";
  int group;

  private int control;
  private @Nullable LineSparseConfigSpace image;

  private SimFunction(
      Part part,
      PciAddress address,
      @Nullable SimFunction above,
      @Nullable SimFunction physicalFunction,
      boolean multifunction,
      String directory,
      String place,
      long serial) {
    this.part = part;
    this.address = address;
    this.above = above;
    this.physicalFunction = physicalFunction;
    this.multifunction = multifunction;
    sysfsPath = directory + '/' + address;
    this.place = place;
    this.serial = serial;
    control = initialControl(part);
  }

  /** A function on a root bus, {@code root} such as {@code pci0000:15}. */
  static SimFunction onRootBus(Part part, PciAddress address, String root, boolean multifunction) {
    return new SimFunction(
        part, address, null, null, multifunction, "/sys/devices/" + root, root + slot(address), 0);
  }

  static SimFunction below(
      SimFunction bridge, Part part, PciAddress address, boolean multifunction, long serial) {
    String place = bridge.place + slot(address);
    return new SimFunction(
        part, address, bridge, null, multifunction, bridge.sysfsPath, place, serial);
  }

  static SimFunction virtual(SimFunction pf, Part part, PciAddress address, int index) {
    String directory = pf.sysfsPath.substring(0, pf.sysfsPath.lastIndexOf('/'));
    return new SimFunction(
        part, address, pf.above, pf, false, directory, pf.place + "/vf" + index, 0);
  }

  private static String slot(PciAddress address) {
    String text = address.toString();
    return '/' + text.substring(text.length() - 4);
  }

  private static int initialControl(Part part) {
    return part.hasAcs() ? part.acsCapability & ENABLED : 0;
  }

  int control() {
    return control;
  }

  void setControl(int word) {
    control = word;
    image = null;
  }

  /** Sets what the kernel writes; it clears nothing. */
  void heal() {
    setControl(control | initialControl(part));
  }

  boolean isVirtual() {
    return physicalFunction != null;
  }

  boolean isPhysicalFunction() {
    return totalVfs > 0;
  }

  String driver() {
    return vm.isEmpty() ? part.hostDriver : "vfio-pci";
  }

  LineSparseConfigSpace config() {
    if (image == null) {
      image = SpaceImage.of(this);
    }
    return image;
  }
}
