package io.acswatch.streams.topology;

import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.judge.HostState;

/**
 * Is told what this process knows of hosts. Called on the stream threads, several at a time; must
 * not throw. What a transaction took back and did again is told twice.
 */
public interface HostObserver {
  HostObserver NONE = new HostObserver() {};

  /** The states of a partition's hosts are kept here from now on; their store is restored. */
  default void opened(int partition) {}

  default void closed(int partition) {}

  /**
   * A sound frame of a host was taken in, at the broker's time. Called for each: must be quick.
   *
   * @param sign says by number and time whether this is a later frame than the last one of its
   *     boot: one that changes nothing is not stored, so nobody else can tell
   */
  default void heard(int partition, String host, long appendedAtMillis, Sign sign) {}

  /**
   * So many frames of a partition were deleted before they were judged; 0 if none were.
   *
   * @param upTo the first frame that was there, where this is news
   * @param foundMillis when the last of them were found
   */
  default void deleted(int partition, long frames, long upTo, long foundMillis) {}

  /** A frame was not judged: its boot is not the current one, or it was delivered before. */
  default void passedOver(int partition, String host) {}

  /** What is remembered of a host changed to this. */
  default void stored(int partition, String host, HostState state) {}
}
