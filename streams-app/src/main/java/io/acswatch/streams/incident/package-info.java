/** Alerts of several hosts with one cause are one incident. A part of the topology of its own. */
@NullMarked
package io.acswatch.streams.incident;

import org.jspecify.annotations.NullMarked;
