/**
 * From frames to alerts: the topology and its processors. No clock, no environment, no runtime;
 * those are the application's.
 */
@NullMarked
package io.acswatch.streams.topology;

import org.jspecify.annotations.NullMarked;
