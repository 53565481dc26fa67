package io.acswatch.streams.app;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** Follows how stores are read back from their changelog, for the metrics. */
final class RestoreProgress implements StateRestoreListener {
  private final Listener listener;
  private final Map<TopicPartition, Long> remaining = new HashMap<>();

  /** Is told how far it is. */
  @FunctionalInterface
  interface Listener {
    /** So many partitions with so many records are still to come; so many records just came. */
    void restoring(int partitions, long remainingRecords, long restoredRecords);
  }

  RestoreProgress(Listener listener) {
    this.listener = listener;
  }

  @Override
  public synchronized void onRestoreStart(
      TopicPartition partition, String store, long startingOffset, long endingOffset) {
    remaining.put(partition, Math.max(0, endingOffset - startingOffset));
    tell(0);
  }

  @Override
  public synchronized void onBatchRestored(
      TopicPartition partition, String store, long batchEndOffset, long restored) {
    // The changelog is compacted and has transaction markers: offsets are more than records.
    remaining.computeIfPresent(partition, (unused, before) -> Math.max(0, before - restored));
    tell(restored);
  }

  @Override
  public synchronized void onRestoreEnd(TopicPartition partition, String store, long total) {
    remaining.remove(partition);
    tell(0);
  }

  @Override
  public synchronized void onRestoreSuspended(TopicPartition partition, String store, long total) {
    remaining.remove(partition);
    tell(0);
  }

  private void tell(long restored) {
    listener.restoring(
        remaining.size(), remaining.values().stream().mapToLong(Long::longValue).sum(), restored);
  }
}
