/**
 * What changed between two snapshots of a host, and the alerts that come of it. Pure functions: no
 * clock, no store.
 */
@NullMarked
package io.acswatch.pci.judge;

import org.jspecify.annotations.NullMarked;
