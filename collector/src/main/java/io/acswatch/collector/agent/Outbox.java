package io.acswatch.collector.agent;

import io.acswatch.collector.publish.OutgoingFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Frames that wait for a broker, in order. Bounded: when they become too many bytes the oldest go,
 * never the newest, for the newest says how things are. Thread-safe.
 */
final class Outbox {
  private final long maxBytes;
  private final Deque<OutgoingFrame> waiting = new ArrayDeque<>();
  private long bytes;
  private boolean closed;

  Outbox(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Adds a frame; returns how many old ones had to go for it. */
  synchronized int add(OutgoingFrame frame) {
    waiting.addLast(frame);
    bytes += frame.value().length;
    int dropped = 0;
    while (bytes > maxBytes && waiting.size() > 1) {
      bytes -= waiting.removeFirst().value().length;
      dropped++;
    }
    notifyAll();
    return dropped;
  }

  /** The oldest frame, which stays; waits for one. Null when closed and empty. */
  synchronized @Nullable OutgoingFrame awaitFirst() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    return waiting.peekFirst();
  }

  /** Takes a frame out, if it was not dropped meanwhile. */
  synchronized void remove(OutgoingFrame frame) {
    if (waiting.peekFirst() == frame) {
      waiting.removeFirst();
      bytes -= frame.value().length;
    }
  }

  /** Lets those who wait go when there is nothing left. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Number of frames that wait. */
  synchronized int size() {
    return waiting.size();
  }

  /** Bytes of the frames that wait. */
  synchronized long bytes() {
    return bytes;
  }
}
