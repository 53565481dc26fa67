package io.acswatch.benchmarks.rig;

import io.acswatch.wire.TopicNames;

/**
 * The records of one scenario, in their topic: read from its start by every contender in every
 * round.
 *
 * @param scenario what they say
 * @param topics where they are, and where the project puts what comes of them
 * @param partitions of these topics
 * @param records how many there are
 * @param warmUp the first of them, which are read and not measured
 * @param functions PCI functions that a record carries, on average over those measured
 * @param rawBytes bytes of a record, on average over all
 * @param wireBytes bytes of a record in the broker's log, and so on the wire, on average over all
 */
public record Lane(
    Scenario scenario,
    TopicNames topics,
    int partitions,
    long records,
    long warmUp,
    double functions,
    double rawBytes,
    double wireBytes) {}
