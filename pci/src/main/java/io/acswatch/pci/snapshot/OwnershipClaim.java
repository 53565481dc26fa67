package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.PciAddress;

/**
 * Somebody's word that a VM owns a function.
 *
 * @param vm durable name of the VM, preferably its UUID
 * @param source who says so, for example {@code libvirt} or {@code owners-file}
 */
public record OwnershipClaim(PciAddress address, String vm, String source) {}
