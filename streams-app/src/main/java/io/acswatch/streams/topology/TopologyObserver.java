package io.acswatch.streams.topology;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.wire.frame.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * Is told what the topology does, for metrics. Called on the stream threads, several at a time;
 * must not throw. What a transaction took back and did again is told twice.
 */
public interface TopologyObserver {
  TopologyObserver NONE = new TopologyObserver() {};

  /** Returns the time by a clock of the observer's own; handed back to {@link #decoded}. */
  default long decodeStarts() {
    return 0;
  }

  /** The bytes of one record were decoded; {@code type} is null if they were refused. */
  default void decoded(@Nullable FrameType type, int functions, long startedAt) {}

  default void kexec(KexecEvent.Step step) {}

  /** A record went to the rejects; {@code reason} is a label out of few. */
  default void rejected(String reason) {}

  /** A host named a snapshot that is not remembered: what is known of it is old. */
  default void snapshotMissed() {}

  /** A snapshot, or the word that a host is as it was, told nothing new and was not judged. */
  default void repetitionSkipped() {}

  /** A snapshot of an older boot, or one that was delivered before, was not judged. */
  default void passedOver() {}

  default void judged() {}

  /** An alert was sent; the frame that led to it was appended to its topic at that time. */
  default void alerted(IsolationAlert alert, long appendedAtMillis) {}
}
