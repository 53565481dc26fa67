/**
 * Functions of a host and how they hang together: addresses, places, bridges. Places survive a
 * boot, addresses need not.
 */
@NullMarked
package io.acswatch.pci.hierarchy;

import org.jspecify.annotations.NullMarked;
