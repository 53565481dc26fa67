/**
 * The agent that runs on a host: its settings, what makes it take a snapshot, how frames get to
 * Kafka, and what it does while no broker can be reached.
 */
@NullMarked
package io.acswatch.collector.agent;

import org.jspecify.annotations.NullMarked;
