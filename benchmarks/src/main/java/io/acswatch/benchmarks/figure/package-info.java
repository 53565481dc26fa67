/** Draws measurements that are kept as text: the figures of the documentation. */
@NullMarked
package io.acswatch.benchmarks.figure;

import org.jspecify.annotations.NullMarked;
