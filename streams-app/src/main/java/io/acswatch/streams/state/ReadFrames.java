package io.acswatch.streams.state;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far the frames of a partition were read, and how many were deleted before. It is kept with
 * the states of the partition's hosts, so it changes with the position of the group or not at all.
 *
 * @param next offset of the frame after the last one, as of some time within the last minute
 * @param appendedMillis when that last one was appended
 * @param deleted frames that were deleted before they were judged, found within {@link #TOLD}
 * @param foundMillis when the last of these were found
 */
public record ReadFrames(long next, long appendedMillis, long deleted, long foundMillis) {
  /** In place of a host id; no host has this one. */
  public static final String KEY = "";

  public static final ReadFrames NONE = new ReadFrames(0, 0, 0, 0);

  /** How long frames that were deleted are told. */
  public static final Duration TOLD = Duration.ofHours(1);

  private static final int VERSION = 1;

  public byte[] pack() {
    return Entry.pack(
        VERSION,
        Stream.of(next, appendedMillis, deleted, foundMillis).map(Object::toString).toList());
  }

  /** SerializationException if it is damaged or of an unknown version. */
  public static ReadFrames unpack(byte[] bytes) {
    return Entry.unpack(bytes, "read frames", VERSION, ReadFrames::of);
  }

  private static ReadFrames of(List<String> fields) {
    return new ReadFrames(
        Long.parseLong(fields.get(0)),
        Long.parseLong(fields.get(1)),
        Long.parseLong(fields.get(2)),
        Long.parseLong(fields.get(3)));
  }

  /** What is still told of frames that were deleted. */
  public long deletedAt(long nowMillis) {
    return nowMillis - foundMillis > TOLD.toMillis() ? 0 : deleted;
  }
}
