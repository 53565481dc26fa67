package io.acswatch.streams.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Gaps that the consumer of the frames met: frames were deleted before it came to them. The
 * consumer notes a gap, and the topology takes it with the first frame behind it, in the same
 * thread.
 */
public final class DeletedFrames {
  private final Map<Integer, Gap> gaps = new ConcurrentHashMap<>();

  /**
   * Offsets of frames that are gone.
   *
   * @param from the first of them, {@link #UNKNOWN} if the group has no position any more
   * @param to the first frame that is there
   */
  public record Gap(long from, long to) {
    public static final long UNKNOWN = -1;
  }

  /** A gap that begins where the last one ended is the same, grown. */
  public void note(int partition, Gap gap) {
    gaps.merge(
        partition,
        gap,
        (last, next) -> last.to() == next.from() ? new Gap(last.from(), next.to()) : next);
  }

  /** Of a task that is closed: whoever judges its frames now meets the gap itself. */
  void forget(int partition) {
    gaps.remove(partition);
  }

  /** The gap before this frame; null if there is none, or it was taken. */
  @Nullable Gap takeBefore(int partition, long offset) {
    Gap gap = gaps.isEmpty() ? null : gaps.get(partition);
    if (gap == null || offset < gap.to()) {
      return null;
    }
    gaps.remove(partition);
    return gap;
  }
}
