package io.acswatch.pci.alert;

import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import org.jspecify.annotations.Nullable;

/**
 * A function named in an alert.
 *
 * @param address where it is now; where it was, if it is gone
 * @param addressBefore where it was before; null if it is new
 * @param owner the VM that owned it before, empty if none
 * @param driver driver bound now, empty if none
 * @param groupBefore kernel's group number before, null if none
 * @param groupAfter kernel's group number after, null if none
 */
public record AlertDevice(
    PciAddress address,
    @Nullable PciAddress addressBefore,
    DevicePath path,
    String owner,
    String driver,
    @Nullable Integer groupBefore,
    @Nullable Integer groupAfter) {}
