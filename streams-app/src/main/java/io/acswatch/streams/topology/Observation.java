package io.acswatch.streams.topology;

import io.acswatch.pci.liveupdate.SnapshotDelta;
import io.acswatch.wire.FactsPacker;
import org.jspecify.annotations.Nullable;

/**
 * A decoded frame on its way from {@code decode} to {@code judge}; never leaves the process, and is
 * used up before the next record is decoded.
 *
 * @param host the host it speaks of
 * @param facts has packed its facts, those of a snapshot; one object for all records
 * @param delta what a delta says, null of a snapshot
 * @param frame the bytes they were packed from, for the rejects should judging fail
 */
record Observation(String host, FactsPacker facts, @Nullable SnapshotDelta delta, byte[] frame) {}
