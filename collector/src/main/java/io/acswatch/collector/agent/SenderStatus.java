package io.acswatch.collector.agent;

import java.time.Clock;
import java.util.concurrent.TimeUnit;

public final class SenderStatus {
  private final Clock clock;
  private long frames;
  private long bytes;
  private long failures;
  private long lastAcknowledgedMillis;
  private volatile long lastTurnNanos = System.nanoTime();

  SenderStatus(Clock clock) {
    this.clock = clock;
  }

  /** The sender goes on: sends, waits, or tries again. */
  void turns() {
    lastTurnNanos = System.nanoTime();
  }

  long secondsSinceTurn() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastTurnNanos);
  }

  synchronized void acknowledged(int length) {
    frames++;
    bytes += length;
    lastAcknowledgedMillis = clock.millis();
  }

  synchronized void failed() {
    failures++;
  }

  synchronized void writeTo(MetricsText text) {
    text.counter("acswatch_sender_frames_total", "Frames that brokers acknowledged.")
        .sample(frames);
    text.counter("acswatch_sender_bytes_total", "Bytes of the frames that brokers acknowledged.")
        .sample(bytes);
    text.counter("acswatch_sender_failures_total", "Attempts to send that failed.")
        .sample(failures);
    text.gauge(
            "acswatch_sender_last_acknowledged_timestamp_seconds",
            "When a broker last acknowledged a frame; 0 if none did.")
        .sample(lastAcknowledgedMillis / 1000.0);
  }

  public synchronized long failures() {
    return failures;
  }

  public synchronized long frames() {
    return frames;
  }
}
