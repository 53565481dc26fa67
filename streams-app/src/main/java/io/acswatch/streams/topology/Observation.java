package io.acswatch.streams.topology;

import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.state.PackedState;
import io.acswatch.wire.frame.FrameHead;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot's frame on its way from {@code decode} to {@code judge}; never leaves the process, and
 * is used up before the next record is decoded.
 *
 * @param head of the frame; one object for all records
 * @param snapshot what it says; null if the head alone tells that it repeats the last one and needs
 *     no judgement
 */
record Observation(
    String host, PackedState state, FrameHead head, @Nullable Snapshot snapshot, byte[] frame) {}
