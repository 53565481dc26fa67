package io.acswatch.simulate;

import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.agent.TopicRecords;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Compares the alert topic, from the moment this is made, with what the oracle demands. */
final class AlertCheck implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int SHOWN = 10;

  private final TopicRecords records;
  private final String hostPrefix;
  private final Map<ExpectedAlert, Integer> open = new HashMap<>();
  private final Map<String, List<String>> log = new TreeMap<>();
  private int expected;
  private int matched;
  private int unjudged;

  AlertCheck(CollectorConfig config, String hostPrefix) {
    this.hostPrefix = hostPrefix;
    records =
        new TopicRecords(
            config.bootstrapServers(),
            config.topics().alerts(),
            false,
            KafkaClients.consumer(config));
  }

  void expect(ExpectedAlert alert) {
    expected++;
    count(alert, 1);
  }

  private void count(ExpectedAlert alert, int step) {
    if (open.merge(alert, step, Integer::sum) == 0) {
      open.remove(alert);
    }
  }

  /**
   * Reads until all that was demanded has come and {@code quiet} passes without another, or until
   * nothing comes for {@code patience}.
   *
   * @return what is wrong, a line each; empty if nothing is
   */
  List<String> finish(Duration quiet, Duration patience) throws IOException {
    long last = System.nanoTime();
    while (System.nanoTime() - last < (open.isEmpty() ? quiet : patience).toNanos()) {
      for (ConsumerRecord<String, byte[]> came : records.poll(POLL)) {
        if (came.key().startsWith(hostPrefix)) {
          log.computeIfAbsent(came.key(), host -> new ArrayList<>())
              .add(new String(came.value(), StandardCharsets.UTF_8));
          take(ExpectedAlert.of(AlertJson.read(came.value())));
          last = System.nanoTime();
        }
      }
    }
    Map<String, String> wrong = new TreeMap<>();
    open.forEach(
        (alert, balance) ->
            wrong.put(alert.toString(), balance > 0 ? "missing    " : "unexpected "));
    return wrong.entrySet().stream()
        .limit(SHOWN)
        .map(line -> line.getValue() + line.getKey())
        .toList();
  }

  private void take(ExpectedAlert alert) {
    if (Oracle.CODES.contains(alert.code())) {
      count(alert, -1);
      matched++;
    } else {
      unjudged++;
    }
  }

  /**
   * The alerts that came, as they were: hosts in order of id, of each in the order of the topic.
   */
  List<String> log() {
    return log.values().stream().flatMap(List::stream).toList();
  }

  String summary() {
    return "%d alerts demanded, %d came, %d differ; %d of codes that the oracle does not know"
        .formatted(expected, matched, open.size(), unjudged);
  }

  @Override
  public void close() {
    records.close();
  }
}
