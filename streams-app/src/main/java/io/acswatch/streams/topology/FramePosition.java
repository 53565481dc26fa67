package io.acswatch.streams.topology;

import io.acswatch.streams.state.ReadFrames;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Counts the frames of a partition that were deleted before they were judged. The count is stored
 * in the transaction that moves the position over the gap: so a kill, a rebalance or a restart
 * neither loses it nor counts twice.
 */
final class FramePosition {
  private static final long STORED_MILLIS = 60_000;

  private final HostObserver hosts;
  private final DeletedFrames gaps;
  private final ProcessorContext<?, ?> context;
  private final KeyValueStore<String, byte[]> states;
  private final int partition;
  private ReadFrames read = ReadFrames.NONE;

  FramePosition(HostObserver hosts, DeletedFrames gaps, ProcessorContext<?, ?> context) {
    this.hosts = hosts;
    this.gaps = gaps;
    this.context = context;
    states = context.getStateStore(Nodes.HOST_STATE);
    partition = context.taskId().partition();
    byte[] stored = states.get(ReadFrames.KEY);
    if (stored != null) {
      read = ReadFrames.unpack(stored);
    }
    hosts.deleted(partition, read.deleted(), 0, read.foundMillis());
  }

  /** Called for each frame, before anything else is done with it. */
  void passed(long offset, long appendedMillis) {
    Gap gap = gaps.takeBefore(partition, offset);
    if (gap != null) {
      counted(gap, offset, appendedMillis);
    } else if (Math.abs(appendedMillis - read.appendedMillis()) >= STORED_MILLIS) {
      stored(new ReadFrames(offset + 1, appendedMillis, read.deleted(), read.foundMillis()));
    }
  }

  private void counted(Gap gap, long offset, long appendedMillis) {
    // The first frames that this group ever judges lose nothing by what was deleted before them.
    long known = read.equals(ReadFrames.NONE) ? gap.to() : read.next();
    long frames = Math.max(0, gap.to() - (gap.from() == Gap.UNKNOWN ? known : gap.from()));
    // By the clock here and by the broker's: one of them that is wrong ends no telling.
    long here = context.currentSystemTimeMs();
    long all = read.deletedAt(Math.min(here, appendedMillis)) + frames;
    long found = frames > 0 ? Math.max(here, appendedMillis) : read.foundMillis();
    stored(new ReadFrames(offset + 1, appendedMillis, all, found));
    hosts.deleted(partition, all, gap.to(), read.foundMillis());
  }

  private void stored(ReadFrames now) {
    read = now;
    states.put(ReadFrames.KEY, read.pack());
  }
}
