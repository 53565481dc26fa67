package io.acswatch.streams;

import io.acswatch.client.Alert;
import io.acswatch.client.AlertSerde;
import io.acswatch.streams.reading.TopicReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;

/** Finds open alerts by the first digits of their fingerprints. */
final class OpenAlertLookup {
  private static final Duration POLL = Duration.ofMillis(200);

  private OpenAlertLookup() {}

  /**
   * One alert for each.
   *
   * @throws AppException if one is of no open alert, or of several
   */
  static List<Alert> find(IsolationConfig config, List<String> fingerprints) throws AppException {
    TreeMap<String, byte[]> open = table(config);
    List<Alert> found = new ArrayList<>();
    try (AlertSerde serde = new AlertSerde()) {
      for (String digits : fingerprints) {
        var matching = open.subMap(digits, true, digits + Character.MAX_VALUE, false);
        if (digits.isEmpty() || matching.size() != 1) {
          throw new AppException(
              "fingerprint %s is of %s open alert%s"
                  .formatted(
                      digits,
                      matching.isEmpty() ? "no" : matching.size(),
                      matching.size() > 1 ? "s; say more of its digits" : ""));
        }
        found.add(
            serde.deserialize(config.topics().alertState(), matching.firstEntry().getValue()));
      }
    } catch (SerializationException damaged) {
      throw new AppException(AppException.firstLine(damaged), damaged);
    }
    return found;
  }

  private static TreeMap<String, byte[]> table(IsolationConfig config) throws AppException {
    TreeMap<String, byte[]> open = new TreeMap<>();
    try (TopicReader reader =
        TopicSession.open(config, config.topics().alertState(), TopicReader.Start.BEGINNING)) {
      while (!reader.hasReachedEnd()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          String fingerprint = new String(record.key(), StandardCharsets.UTF_8);
          if (record.value() == null) {
            open.remove(fingerprint);
          } else {
            open.put(fingerprint, record.value());
          }
        }
      }
    } catch (KafkaException failed) {
      throw new AppException(
          "broker at " + config.bootstrapServers() + ": " + AppException.firstLine(failed), failed);
    }
    return open;
  }
}
