package io.acswatch.benchmarks.fleet;

import io.acswatch.pci.capture.Capture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record that a simulated host puts on the frames topic, and what must come of it.
 *
 * @param atMillis simulated time
 * @param host id of the host, the record's key
 * @param value the record's value; null for a record without one
 * @param capture what the value holds; null if it is no sound frame of this host
 * @param alerts what the judgement must say of it
 * @param refusal label of the reason for which it must be refused; empty if it is a sound frame
 */
record Emission(
    long atMillis,
    String host,
    byte @Nullable [] value,
    @Nullable Capture capture,
    List<ExpectedAlert> alerts,
    String refusal) {}
