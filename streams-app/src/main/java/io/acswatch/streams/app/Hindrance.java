package io.acswatch.streams.app;

import java.util.Locale;

/**
 * Why frames are not judged, or will not be, though Kafka Streams runs and a broker answers.
 *
 * @param partitions that it concerns; topics, where those are gone
 * @param text one sentence for people
 */
record Hindrance(Kind kind, int partitions, String text) {
  /** Names are label values of {@code acswatch_hindered_partitions}. */
  enum Kind {
    RETENTION,
    POSITION,
    PARTITIONS_ADDED,
    MIN_INSYNC,
    HANGING_TRANSACTION,
    STANDSTILL,
    TOPIC_GONE,
    UNKNOWN;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
