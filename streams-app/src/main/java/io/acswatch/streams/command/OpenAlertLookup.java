package io.acswatch.streams.command;

import io.acswatch.client.Alert;
import io.acswatch.client.AlertSerde;
import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.apache.kafka.common.errors.SerializationException;

/** Finds open alerts by the first digits of their fingerprints. */
final class OpenAlertLookup {
  private OpenAlertLookup() {}

  /**
   * One alert for each.
   *
   * @throws AppException if one is of no open alert, or of several
   */
  static List<Alert> find(IsolationConfig config, List<String> fingerprints) throws AppException {
    NavigableMap<String, byte[]> open = TopicTable.read(config, config.topics().alertState());
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
}
