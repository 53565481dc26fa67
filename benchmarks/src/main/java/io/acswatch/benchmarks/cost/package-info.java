/**
 * Measures what the agent costs its host: processor time, memory, system calls and bytes on the
 * wire, on hosts that are there as trees of files only.
 */
@NullMarked
package io.acswatch.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
