package io.acswatch.simulate;

import java.io.IOException;
import java.util.Map;

/** Sends records to Kafka; a rate of 0 is none. */
final class KafkaSink implements FleetRun.Sink {
  private final FrameSender sender;
  private final double recordsPerSecond;
  private final long startedNanos = System.nanoTime();
  private long sent;

  KafkaSink(String bootstrapServers, String topic, double recordsPerSecond) {
    sender = new FrameSender(bootstrapServers, topic, Map.of());
    this.recordsPerSecond = recordsPerSecond;
  }

  @Override
  public void accept(Emission emission) throws IOException {
    if (recordsPerSecond > 0) {
      FrameSender.awaitTurn(startedNanos, sent++, recordsPerSecond);
    }
    sender.send(emission.host(), emission.value(), appended -> {});
  }

  @Override
  public void close() throws IOException {
    try (sender) {
      sender.finish();
    }
  }
}
