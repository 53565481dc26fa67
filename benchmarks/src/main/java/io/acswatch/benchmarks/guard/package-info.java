/**
 * The guard: tells on a busy machine whether the hot path does more work, allocates, or became
 * slower beside a frozen reference in the same run; and the same walk beside C.
 */
@NullMarked
package io.acswatch.benchmarks.guard;

import org.jspecify.annotations.NullMarked;
