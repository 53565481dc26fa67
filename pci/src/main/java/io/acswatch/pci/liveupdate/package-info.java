/**
 * What a host looked like before and after a kexec, and what is wrong with that. Pure functions: no
 * clock, no store.
 */
@NullMarked
package io.acswatch.pci.liveupdate;

import org.jspecify.annotations.NullMarked;
