/**
 * The groups of one snapshot: as the kernel reports them, as its rules make them from the
 * registers, and as the hardware isolates; and which rules the kernel follows.
 */
@NullMarked
package io.acswatch.pci.groups;

import org.jspecify.annotations.NullMarked;
