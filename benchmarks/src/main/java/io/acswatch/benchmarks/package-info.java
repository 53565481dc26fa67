/** Starts the benchmarks. No other module depends on this one. */
@NullMarked
package io.acswatch.benchmarks;

import org.jspecify.annotations.NullMarked;
