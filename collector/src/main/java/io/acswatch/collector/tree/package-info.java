/** The PCI tree of a host as text: one row for each function, with its VM, ACS bits and group. */
@NullMarked
package io.acswatch.collector.tree;

import org.jspecify.annotations.NullMarked;
