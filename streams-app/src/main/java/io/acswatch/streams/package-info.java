/**
 * The Kafka Streams application that turns frames into alerts. Topology, state and runtime are kept
 * apart.
 */
@NullMarked
package io.acswatch.streams;

import org.jspecify.annotations.NullMarked;
