/** What measurements stand on: a broker in a process of its own, scratch space, answers. */
@NullMarked
package io.acswatch.benchmarks.rig;

import org.jspecify.annotations.NullMarked;
