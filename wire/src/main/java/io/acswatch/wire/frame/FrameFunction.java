package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;

/**
 * One function of a frame, read in place. Valid until its reader moves it or takes another frame;
 * not thread-safe. Configuration space costs no allocation; all else is made when it is asked for.
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

  public ReadStatus readStatus() {
    return READ_STATUSES.get(sections.u8(entry + STATUS_AT));
  }

  public PciAddress address() {
    return new PciAddress(sections.i32(entry + DOMAIN_AT), sections.u16(entry + REQUESTER_ID_AT));
  }

  public PciIds ids() {
    return new PciIds(
        sections.u16(entry + VENDOR_AT),
        sections.u16(entry + DEVICE_AT),
        sections.i32(entry + CLASS_AT));
  }

  public KernelView kernelView() {
    int flags = sections.u8(entry + FUNCTION_FLAGS_AT);
    PciAddress pf =
        (flags & HAS_PHYSFN) == 0
            ? null
            : new PciAddress(
                sections.i32(entry + PHYSFN_DOMAIN_AT),
                sections.u16(entry + PHYSFN_REQUESTER_ID_AT));
    int enabledVfs = sections.u16(entry + ENABLED_VFS_AT);
    int totalVfs = sections.u16(entry + TOTAL_VFS_AT);
    boolean plain = pf == null && enabledVfs == 0 && totalVfs == 0;
    return new KernelView(
        sections.i32(entry + GROUP_AT),
        strings.at(entry + GROUP_TYPE_AT),
        strings.at(entry + DRIVER_AT),
        plain ? KernelView.Sriov.NONE : new KernelView.Sriov(pf, enabledVfs, totalVfs),
        (flags & ARI_ENABLED) != 0,
        false,
        Preservation.NONE);
  }

  public String sysfsPath() {
    return strings.at(entry + SYSFS_PATH_AT);
  }

  public String removable() {
    return strings.at(entry + REMOVABLE_AT);
  }
}
