package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.client.Alert;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an Alertmanager told of what is open: follows the topic of alert states from its beginning,
 * tells each change at once and all of it again after every refresh.
 */
final class AlertmanagerBridge {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Alertmanager alertmanager;
  private final OpenAlerts alerts;
  private final Duration refresh;
  private final Consumer<String> remark;
  private final Function<ConsumerRecord<byte[], byte[]>, @Nullable Alert> read;
  private Duration pause = Duration.ZERO;
  private long nextTelling = System.nanoTime();

  AlertmanagerBridge(
      Alertmanager alertmanager,
      OpenAlerts alerts,
      Duration refresh,
      Function<ConsumerRecord<byte[], byte[]>, @Nullable Alert> read,
      Consumer<String> remark) {
    this.alertmanager = alertmanager;
    this.alerts = alerts;
    this.refresh = refresh;
    this.read = read;
    this.remark = remark;
  }

  /** Runs until it is stopped; with {@code once} until what is there now has been told. */
  void run(TopicReader reader, boolean once) {
    try {
      boolean changed = false;
      while (true) {
        changed |= take(reader.poll());
        // Half a table would end what the other half holds.
        if (reader.hasReachedEnd() && (isDue() || changed && pause.isZero())) {
          changed = !tell();
          if (once && !changed) {
            return;
          }
        }
      }
    } catch (WakeupException | InterruptedException stopped) {
      // being stopped is how it ends
    }
  }

  private boolean isDue() {
    return System.nanoTime() - nextTelling >= 0;
  }

  private boolean take(List<ConsumerRecord<byte[], byte[]>> records) {
    records.forEach(
        record ->
            alerts.take(new String(record.key(), StandardCharsets.UTF_8), read.apply(record)));
    return !records.isEmpty();
  }

  /** Tells all of it; after a failure it is tried again, less and less often. */
  private boolean tell() throws InterruptedException {
    try {
      alertmanager.tell(alerts.toTell(Instant.now()));
      alerts.told();
      if (!pause.isZero()) {
        remark.accept("the Alertmanager has been told again");
      }
      pause = Duration.ZERO;
      nextTelling = System.nanoTime() + refresh.toNanos();
      return true;
    } catch (IOException failed) {
      if (pause.isZero()) {
        remark.accept(CommandFailure.firstLine(failed) + "; trying again");
      }
      pause = longer(pause);
      nextTelling = System.nanoTime() + pause.toNanos();
      return false;
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
