package io.acswatch.pci.snapshot;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;

/**
 * One function as it was found: raw configuration space and what sysfs says beside it.
 *
 * @param sysfsPath real path of its directory, with the bridges above it; empty if unknown
 * @param config the bytes that were read, in the length that was read
 * @param readStatus what the reader knows of the read; {@link ReadStatus#COMPLETE} unless it
 *     failed, was cut short or was not tried. What the bytes themselves tell is decided by the
 *     decoder
 * @param removable the {@code removable} attribute, empty where there is no such file
 */
public record CapturedFunction(
    PciAddress address,
    String sysfsPath,
    ConfigSpace config,
    ReadStatus readStatus,
    PciIds ids,
    KernelView kernel,
    String removable) {

  public CapturedFunction withConfig(ConfigSpace space, ReadStatus status) {
    return new CapturedFunction(address, sysfsPath, space, status, ids, kernel, removable);
  }

  public CapturedFunction withKernel(String path, KernelView view) {
    return new CapturedFunction(address, path, config, readStatus, ids, view, removable);
  }

  /** True if both say the same, their configuration spaces byte by byte. */
  public boolean isSameAs(CapturedFunction other) {
    return address.equals(other.address)
        && sysfsPath.equals(other.sysfsPath)
        && readStatus == other.readStatus
        && ids.equals(other.ids)
        && kernel.equals(other.kernel)
        && removable.equals(other.removable)
        && config.hasSameBytesAs(other.config);
  }
}
