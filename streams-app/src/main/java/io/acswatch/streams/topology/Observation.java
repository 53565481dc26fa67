package io.acswatch.streams.topology;

import io.acswatch.wire.FactsPacker;

/**
 * A decoded frame on its way from {@code decode} to {@code judge}; never leaves the process, and is
 * used up before the next record is decoded.
 *
 * @param host the host it speaks of
 * @param facts has packed its facts; one object for all records
 * @param frame the bytes they were packed from, for the rejects should judging fail
 */
record Observation(String host, FactsPacker facts, byte[] frame) {}
