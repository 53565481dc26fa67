package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.IsolationConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** Reads a compacted topic into a table. */
final class TopicTable {
  private static final Duration POLL = Duration.ofMillis(200);

  private TopicTable() {}

  /** The last value of each key that is there now, in order of keys. */
  static NavigableMap<String, byte[]> read(IsolationConfig config, String topic) {
    NavigableMap<String, byte[]> table = new TreeMap<>();
    try (TopicReader reader = TopicSession.open(config, topic, TopicReader.Start.BEGINNING)) {
      while (!reader.hasReachedEnd()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          String key = new String(record.key(), StandardCharsets.UTF_8);
          if (record.value() == null) {
            table.remove(key);
          } else {
            table.put(key, record.value());
          }
        }
      }
    } catch (KafkaException failed) {
      throw new CommandFailure(
          "broker at " + config.bootstrapServers() + ": " + CommandFailure.firstLine(failed),
          failed);
    }
    return table;
  }
}
