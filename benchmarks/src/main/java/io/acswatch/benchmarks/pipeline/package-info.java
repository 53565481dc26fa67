/**
 * Measures the pipeline as a whole on a real broker: throughput of the topology against rivals,
 * latency of alerts, restoring of the state. Times are reported and never decide a test.
 */
@NullMarked
package io.acswatch.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
