package io.acswatch.streams.topology;

import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.wire.FrameResult;

/**
 * Is told what the topology does, for metrics. Called on the stream threads, several at a time;
 * must not throw. What a transaction took back and did again is told twice.
 */
public interface TopologyObserver {
  /** Observes nothing. */
  TopologyObserver NONE =
      new TopologyObserver() {
        @Override
        public long decodeStarts() {
          return 0;
        }

        @Override
        public void decoded(FrameResult result, long startedAt) {}

        @Override
        public void rejected(String reason) {}

        @Override
        public void repetitionSkipped() {}

        @Override
        public void judged() {}

        @Override
        public void alerted(IsolationAlert alert) {}
      };

  /** Returns the time by a clock of the observer's own; handed back to {@link #decoded}. */
  long decodeStarts();

  /** The bytes of one record were decoded, or refused. */
  void decoded(FrameResult result, long startedAt);

  /** A record went to the rejects; {@code reason} is a label out of few. */
  void rejected(String reason);

  /** A snapshot told nothing new and was not judged. */
  void repetitionSkipped();

  /** A snapshot was judged. */
  void judged();

  /** An alert was sent. */
  void alerted(IsolationAlert alert);
}
