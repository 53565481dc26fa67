/**
 * Reads what a running Linux host shows in {@code /sys} and {@code /proc}: one source per file.
 * Nothing here opens a file for writing, and nothing here wakes a sleeping device.
 */
@NullMarked
package io.acswatch.collector.source;

import org.jspecify.annotations.NullMarked;
