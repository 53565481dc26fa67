/** {@code bench latency}: the time from a snapshot in the log to its alert at a consumer. */
@NullMarked
package io.acswatch.benchmarks.latency;

import org.jspecify.annotations.NullMarked;
