package io.acswatch.streams.topology;

import io.acswatch.pci.liveupdate.Snapshot;

/**
 * A decoded frame on its way from {@code decode} to {@code judge}; never leaves the process.
 *
 * @param snapshot what it says
 * @param frame the bytes it was decoded from, for the rejects should judging fail
 */
record Observation(Snapshot snapshot, byte[] frame) {}
