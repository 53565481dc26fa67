package io.acswatch.collector.agent;

/**
 * Where the broker put a frame.
 *
 * @param topic name of the topic
 * @param partition partition, which depends on the host id only
 * @param offset place in the partition
 */
public record SentFrame(String topic, int partition, long offset) {
  /** {@code acswatch.frames-3@17}. */
  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset;
  }
}
