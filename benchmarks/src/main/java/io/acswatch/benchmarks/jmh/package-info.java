/** JMH benchmarks of what is done for every function; a test checks the answer of each. */
@NullMarked
package io.acswatch.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
