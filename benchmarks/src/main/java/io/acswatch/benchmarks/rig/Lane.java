package io.acswatch.benchmarks.rig;

import io.acswatch.wire.TopicNames;

/**
 * The records of one scenario in their topic: every contender reads them from the start in every
 * round.
 *
 * @param scenario what they say
 * @param topics where they are, and where the project puts what comes of them
 * @param records how many there are
 * @param warmUp the first of them, which are read and not measured
 * @param functions PCI functions that a record carries
 * @param rawBytes bytes of a record, on average
 * @param wireBytes bytes of a record in the broker's log, and so on the wire, on average
 */
public record Lane(
    Scenario scenario,
    TopicNames topics,
    long records,
    long warmUp,
    int functions,
    double rawBytes,
    double wireBytes) {}
