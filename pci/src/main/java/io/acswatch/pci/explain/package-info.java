/** Why functions are in one group, step by step, and the weak points of a host. */
@NullMarked
package io.acswatch.pci.explain;

import org.jspecify.annotations.NullMarked;
