package io.acswatch.streams.topology;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.wire.FrameType;
import org.jspecify.annotations.Nullable;

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
        public void decoded(@Nullable FrameType type, int functions, long startedAt) {}

        @Override
        public void kexec(KexecEvent.Step step) {}

        @Override
        public void rejected(String reason) {}

        @Override
        public void repetitionSkipped() {}

        @Override
        public void gapFound() {}

        @Override
        public void judged() {}

        @Override
        public void alerted(IsolationAlert alert, long appendedAtMillis) {}

        @Override
        public void opened(int partition) {}

        @Override
        public void closed(int partition) {}

        @Override
        public void heard(int partition, String host, long appendedAtMillis) {}

        @Override
        public void stored(int partition, String host, HostState state) {}
      };

  /** Returns the time by a clock of the observer's own; handed back to {@link #decoded}. */
  long decodeStarts();

  /**
   * The bytes of one record were decoded, or refused.
   *
   * @param type what the frame is, null if it was refused
   * @param functions number of functions in it
   * @param startedAt what {@link #decodeStarts} gave
   */
  void decoded(@Nullable FrameType type, int functions, long startedAt);

  /** A host told of a step of a kexec. */
  void kexec(KexecEvent.Step step);

  /** A record went to the rejects; {@code reason} is a label out of few. */
  void rejected(String reason);

  /** A snapshot told nothing new and was not judged. */
  void repetitionSkipped();

  /** A delta builds on a snapshot that was not had. */
  void gapFound();

  /** A snapshot was judged, whole or what a delta led to. */
  void judged();

  /** An alert was sent; the frame that led to it was appended to its topic at that time. */
  void alerted(IsolationAlert alert, long appendedAtMillis);

  /** The states of a partition's hosts are kept here from now on; their store is restored. */
  void opened(int partition);

  /** They are kept here no more. */
  void closed(int partition);

  /**
   * A sound frame of a host was taken in, news or not. Called for every frame: must be quick.
   *
   * @param appendedAtMillis when the broker took it, milliseconds since 1970
   */
  void heard(int partition, String host, long appendedAtMillis);

  /** What is remembered of a host changed to this. */
  void stored(int partition, String host, HostState state);
}
