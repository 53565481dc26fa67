package io.acswatch.standalone;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the alert topic as any consumer would: committed records only, in no group. */
final class AlertReader implements AutoCloseable {
  private final KafkaConsumer<String, String> consumer;

  AlertReader(String bootstrapServers, String topic, boolean fromBeginning) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed"),
            new StringDeserializer(),
            new StringDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position); // seeks are lazy: the end is that of now
    }
  }

  /** Alerts that arrive within {@code wait}; empty if none does. */
  List<IsolationAlert> poll(Duration wait) throws IOException {
    List<IsolationAlert> alerts = new ArrayList<>();
    for (ConsumerRecord<String, String> alert : consumer.poll(wait)) {
      alerts.add(AlertJson.read(alert.value()));
    }
    return alerts;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
