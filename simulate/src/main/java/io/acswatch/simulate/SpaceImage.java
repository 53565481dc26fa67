package io.acswatch.simulate;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.simulate.Part.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes the configuration space of a simulated function, with the capabilities that such a part
 * has, where such parts have them.
 *
 * <pre>
 *   000 header      040 PM          050 MSI-X       070 PCI Express   0b0 bridge's subsystem
 *   100 AER         148 serial      160 ARI         180 SR-IOV        1c8 ATS
 *   220 ACS         230 secondary PCIe
 * </pre>
 */
final class SpaceImage {
  /** Where every part has its ACS capability. */
  static final int ACS_OFFSET = 0x220;

  private static final int FIRST_VF_OFFSET = 0x80;
  private static final int VF_STRIDE = 2;
  private static final int PM = 0x40;
  private static final int MSIX = 0x50;
  private static final int PCIE = 0x70;
  private static final int SUBSYSTEM = 0xB0;
  private static final int AER = 0x100;
  private static final int SERIAL = 0x148;
  private static final int ARI = 0x160;
  private static final int SRIOV = 0x180;
  private static final int ATS = 0x1C8;
  private static final int SECONDARY_PCIE = 0x230;

  private final SimFunction function;
  private final ByteBuffer bytes;
  private int lastExtended;

  private SpaceImage(SimFunction function) {
    this.function = function;
    boolean conventional = function.part.kind == Kind.CONVENTIONAL;
    int length = conventional ? ConfigSpace.CONVENTIONAL_LENGTH : ConfigSpace.EXTENDED_LENGTH;
    bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  static LineSparseConfigSpace of(SimFunction function) {
    SpaceImage image = new SpaceImage(function);
    image.header();
    if (function.part.kind != Kind.CONVENTIONAL) {
      image.capabilities();
      image.extendedCapabilities();
    }
    return LineSparseConfigSpace.copyOf(new ArrayConfigSpace(image.bytes.array()));
  }

  static int requesterIdOfVf(int pf, int index) {
    return pf + FIRST_VF_OFFSET + index * VF_STRIDE;
  }

  private void header() {
    // A VF's own ids read as absent; sysfs has them from its PF.
    int absent = function.isVirtual() ? 0xFFFF : 0;
    u16(0x00, absent | function.part.ids.vendor(), absent | function.part.ids.device());
    u16(0x04, function.part.kind.isPort() ? 0x0547 : 0x0406);
    u16(0x06, function.part.kind == Kind.CONVENTIONAL ? 0x0280 : 0x0010);
    u32(0x08, function.part.ids.classCode() << 8 | 0x01);
    int layout = function.part.kind.isPort() ? 1 : 0;
    u32(0x0C, (layout | (function.multifunction ? 0x80 : 0)) << 16 | 0x10);
    if (layout == 1) {
      bridge();
    } else if (!function.isVirtual()) {
      endpoint();
    }
  }

  private void endpoint() {
    u32(0x10, memory(0x000C), 0x2000 | function.address.domain(), memory(0x010C));
    u16(0x2C, 0x1028, function.part.ids.device() ^ 0x0A5A);
    u16(0x3C, 0x010B);
  }

  private int memory(int low) {
    return 0x8000_0000 | function.address.requesterId() << 12 | low;
  }

  private void bridge() {
    int first = function.secondaryBus << 8;
    int last = function.subordinateBus << 8;
    u16(0x18, first | function.address.bus(), function.subordinateBus, 0x01F1);
    u16(0x20, first | 0x80, last | 0xF0, first | 0x01, last | 0xF1);
    u32(0x28, 0x2000, 0x2000);
    u16(0x3E, 0x0003);
  }

  private void capabilities() {
    bytes.put(0x34, (byte) (function.isVirtual() ? MSIX : PM));
    u32(PM, 0xC803_0001 | MSIX << 8, 0x0008);
    u32(MSIX, 0x803F_0011 | PCIE << 8, 0x0003, 0x2003);
    boolean port = function.part.kind.isPort();
    int slot = function.part.kind.isDownstreamFacing() ? 1 << 8 : 0;
    int next = port ? SUBSYSTEM << 8 : 0;
    u16(PCIE, 0x10 | next, function.part.kind.nibble << 4 | 2 | slot);
    u32(PCIE + 4, 0x1000_8FE2);
    u16(PCIE + 8, 0x2936);
    u32(PCIE + 0xC, 0x0047_3D04 | function.address.device() << 24);
    u16(PCIE + 0x10, 0x0040, 0x2104);
    if (slot != 0) {
      u32(PCIE + 0x14, function.address.devfn() << 19 | 0x60);
      u16(PCIE + 0x1A, 0x0040);
    }
    u32(PCIE + 0x24, 0x0071_081F | (port ? 1 << 5 : 0));
    u32(PCIE + 0x2C, 0x001E, 0x0004);
    if (port) {
      u32(SUBSYSTEM, 0x0D);
      u16(SUBSYSTEM + 4, function.part.ids.vendor());
    }
  }

  private void extendedCapabilities() {
    if (function.part.kind != Kind.ROOT_COMPLEX_ENDPOINT && !function.isVirtual()) {
      extended(0x0001, 2, AER);
      u32(AER + 0x08, 0x0030_0000, 0x0046_2030, 0, 0x0000_2000, 0x0000_00A0);
    }
    if (function.serial != 0) {
      extended(0x0003, 1, SERIAL);
      bytes.putLong(SERIAL + 4, function.serial);
    }
    if (function.isPhysicalFunction() || function.isVirtual()) {
      extended(0x000E, 1, ARI);
      u16(ARI + 4, function.multifunction && function.address.function() == 0 ? 0x0100 : 0);
    }
    if (function.isPhysicalFunction()) {
      sriov();
    }
    if (function.part.hasAts()) {
      extended(0x000F, 1, ATS);
      u16(ATS + 4, 0x0060, 0x8000);
    }
    if (function.part.hasAcs()) {
      extended(0x000D, 1, ACS_OFFSET);
      u16(ACS_OFFSET + 4, function.part.acsCapability, function.control());
    }
    if (!function.isVirtual() && function.part.kind != Kind.ROOT_COMPLEX_ENDPOINT) {
      extended(0x0019, 1, SECONDARY_PCIE);
      u32(SECONDARY_PCIE + 0x0C, 0x7F00_7F00);
    }
  }

  private void sriov() {
    extended(0x0010, 1, SRIOV);
    u16(SRIOV + 0x08, 0x0009);
    u16(SRIOV + 0x0C, function.totalVfs, function.totalVfs, function.totalVfs);
    u16(SRIOV + 0x14, FIRST_VF_OFFSET, VF_STRIDE);
    u16(SRIOV + 0x1A, Part.NIC_VF.ids.device());
    u32(SRIOV + 0x1C, 0x0553, 0x0001, memory(0x080C));
  }

  /** Begins an extended capability and leads the one before to it. */
  private void extended(int id, int version, int offset) {
    if (lastExtended == 0 && offset != 0x100) {
      u32(0x100, offset << 20); // a placeholder: the list always begins there
      lastExtended = 0x100;
    }
    if (lastExtended != 0) {
      u32(lastExtended, bytes.getInt(lastExtended) & 0x000F_FFFF | offset << 20);
    }
    u32(offset, version << 16 | id);
    lastExtended = offset;
  }

  /** Words one after the other. */
  private void u16(int offset, int... values) {
    for (int i = 0; i < values.length; i++) {
      bytes.putShort(offset + 2 * i, (short) values[i]);
    }
  }

  private void u32(int offset, int... values) {
    for (int i = 0; i < values.length; i++) {
      bytes.putInt(offset + 4 * i, values[i]);
    }
  }
}
