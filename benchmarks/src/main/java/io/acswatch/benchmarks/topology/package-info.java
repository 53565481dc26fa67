/**
 * {@code bench topology}: throughput of the streams application beside rivals, on a real broker.
 */
@NullMarked
package io.acswatch.benchmarks.topology;

import org.jspecify.annotations.NullMarked;
