package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what the cause of an alert is as it comes, changes and goes; keyed by host. The cause it
 * was told with is remembered, so that whatever an alert says later, it leaves what it joined.
 */
final class FindCause implements Processor<String, byte[], String, byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(FindCause.class);

  /**
   * Of host, fingerprint and cause together, which are parts of keys and of each incident; an
   * incident names {@link JoinIncidents#SAMPLE} hosts, as JSON with six bytes for one.
   */
  private static final int MAX_BYTES = 32 << 10;

  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, byte[]> causes;

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    causes = context.getStateStore(IncidentStores.ALERT_CAUSES);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    ToldAlert alert = read(record);
    if (alert == null) {
      return;
    }
    AlertCause cause = AlertCause.of(alert);
    Severity severity = cause == null ? alert.severity() : cause.severityOf(alert);
    CauseChange change = new CauseChange(cause, alert.host(), alert.fingerprint(), severity);
    int bytes = change.pack().length;
    if (bytes > MAX_BYTES) {
      LOG.warn(
          "An alert was left out of the incidents: its cause takes {} bytes, expected at most {}",
          bytes,
          MAX_BYTES);
      return;
    }
    ToldCause told = ToldCause.unpack(causes.get(alert.fingerprint()));
    ToldCause now = cause == null ? null : new ToldCause(severity, cause.id());
    if (Objects.equals(now, told)) {
      return;
    }
    if (told != null && !(now != null && now.id().equals(told.id()))) {
      tell(record, told.id(), new CauseChange(null, alert.host(), alert.fingerprint(), severity));
    }
    if (now != null) {
      tell(record, now.id(), change);
    }
    causes.put(alert.fingerprint(), now == null ? null : now.pack());
  }

  private void tell(Record<String, byte[]> record, String id, CauseChange change) {
    context.forward(new Record<>(id, change.pack(), record.timestamp()));
  }

  /** Others may write to the topic of alerts: what is none is none of ours. */
  private static @Nullable ToldAlert read(Record<String, byte[]> record) {
    try {
      return record.value() == null ? null : ToldAlert.read(record.value());
    } catch (SerializationException damaged) {
      LOG.warn("An alert was left out of the incidents: {}", damaged.getMessage());
      return null;
    }
  }
}
