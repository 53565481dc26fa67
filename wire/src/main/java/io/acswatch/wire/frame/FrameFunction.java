package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import org.jspecify.annotations.Nullable;

/**
 * One function of a frame, read in place. Valid until its reader moves it or takes another frame;
 * not thread-safe. Numbers and configuration space cost no allocation; addresses, ids and texts are
 * made when they are asked for.
 */
public final class FrameFunction {
  private final FrameSections sections;
  private final FrameStrings strings;
  private final BytesConfigSpace config = new BytesConfigSpace();
  private int entry;

  FrameFunction(FrameSections sections, FrameStrings strings) {
    this.sections = sections;
    this.strings = strings;
  }

  FrameFunction moveTo(int index) {
    entry = sections.functionAt(index);
    config.bind(
        sections.input,
        sections.base
            + sections.linesAt
            + (long) sections.i32(entry + LINES_BEFORE_AT) * LINE_LENGTH,
        sections.i64(entry + LINE_MASK_AT),
        sections.u16(entry + READ_LENGTH_AT));
    return this;
  }

  /** Its configuration space, in place; the same object for every function. */
  public BytesConfigSpace config() {
    return config;
  }

  /** What the reader of the bytes knew of the read. */
  public ReadStatus readStatus() {
    return statusOf(sections.u8(entry + STATUS_AT));
  }

  /** PCI domain. */
  public int domain() {
    return sections.i32(entry + DOMAIN_AT);
  }

  /** Bus, device and function, 16 bits. */
  public int requesterId() {
    return sections.u16(entry + REQUESTER_ID_AT);
  }

  /** Vendor id. */
  public int vendor() {
    return sections.u16(entry + VENDOR_AT);
  }

  /** Device id. */
  public int device() {
    return sections.u16(entry + DEVICE_AT);
  }

  /** Class code, 24 bits. */
  public int classCode() {
    return sections.i32(entry + CLASS_AT);
  }

  /** Number of its IOMMU group, or {@link KernelView#NO_GROUP}. */
  public int group() {
    return sections.i32(entry + GROUP_AT);
  }

  /** VFs that are enabled. */
  public int enabledVfs() {
    return sections.u16(entry + ENABLED_VFS_AT);
  }

  /** VFs it could have. */
  public int totalVfs() {
    return sections.u16(entry + TOTAL_VFS_AT);
  }

  /** ARI forwarding is on above it. */
  public boolean ariEnabled() {
    return (sections.u8(entry + FUNCTION_FLAGS_AT) & ARI_ENABLED) != 0;
  }

  /** It is a VF. */
  public boolean isVirtualFunction() {
    return (sections.u8(entry + FUNCTION_FLAGS_AT) & HAS_PHYSFN) != 0;
  }

  /** Makes its address. */
  public PciAddress address() {
    return new PciAddress(domain(), requesterId());
  }

  /** Makes the address of its PF; null if it is no VF. */
  public @Nullable PciAddress physicalFunction() {
    return isVirtualFunction()
        ? new PciAddress(
            sections.i32(entry + PHYSFN_DOMAIN_AT), sections.u16(entry + PHYSFN_REQUESTER_ID_AT))
        : null;
  }

  /** Makes its ids. */
  public PciIds ids() {
    return new PciIds(vendor(), device(), classCode());
  }

  /** Makes the kernel's view of it. */
  public KernelView kernelView() {
    return new KernelView(
        group(),
        groupType(),
        driver(),
        new KernelView.Sriov(physicalFunction(), enabledVfs(), totalVfs()),
        ariEnabled(),
        false,
        Preservation.NONE);
  }

  /** Default domain type of its group, empty if unknown. */
  public String groupType() {
    return strings.at(entry + GROUP_TYPE_AT);
  }

  /** Driver bound to it, empty if none. */
  public String driver() {
    return strings.at(entry + DRIVER_AT);
  }

  /** Real path in sysfs, empty if unknown. */
  public String sysfsPath() {
    return strings.at(entry + SYSFS_PATH_AT);
  }

  /** Its {@code removable} attribute, empty if there is none. */
  public String removable() {
    return strings.at(entry + REMOVABLE_AT);
  }
}
