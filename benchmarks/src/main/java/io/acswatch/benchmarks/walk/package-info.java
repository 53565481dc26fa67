/** The search for ACS, ours and by hand, and the functions that it is measured on. */
@NullMarked
package io.acswatch.benchmarks.walk;

import org.jspecify.annotations.NullMarked;
