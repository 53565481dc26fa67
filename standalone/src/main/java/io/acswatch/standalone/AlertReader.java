package io.acswatch.standalone;

import io.acswatch.collector.agent.TopicRecords;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the alert topic from its beginning, or from its end. */
final class AlertReader implements AutoCloseable {
  private final TopicRecords records;

  AlertReader(String bootstrapServers, String topic, boolean fromBeginning) {
    records = new TopicRecords(bootstrapServers, topic, fromBeginning, Map.of());
  }

  List<IsolationAlert> poll(Duration wait) throws IOException {
    List<IsolationAlert> alerts = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> alert : records.poll(wait)) {
      alerts.add(AlertJson.read(alert.value()));
    }
    return alerts;
  }

  @Override
  public void close() {
    records.close();
  }
}
