/** JMH benchmarks, each with a test that checks its answers. Nothing depends on this module. */
@NullMarked
package io.acswatch.benchmarks;

import org.jspecify.annotations.NullMarked;
