package io.acswatch.pci.groups;

import io.acswatch.pci.hierarchy.DevicePath;

/**
 * A function that a VM owned when owners were last known: remembered while nobody claims anything,
 * for a host that is drained before a boot still belongs to the VMs that come back.
 */
public record Assignment(DevicePath path, String vm) {}
