package io.acswatch.streams.topology;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.json.AlertEvent;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** A record on its way to a sink, complete in bytes; a value of null is a tombstone. */
record Output(String sink, byte[] key, byte @Nullable [] value, Headers headers) {
  private static final int HEADER_OVERHEAD_BYTES = 10;

  /**
   * What an alert leads to: a line of the history, and its state or the end of it;
   * UncheckedIOException if no record has room for it.
   */
  static List<Output> of(IsolationAlert alert, AlertLinks links) {
    byte[] json = AlertJson.writeBytes(alert, links, Nodes.MAX_RECORD_BYTES);
    boolean resolved = alert.status() == AlertStatus.RESOLVED;
    Headers headers = eventHeaders(alert);
    // One copy for each record: a producer closes the headers it has sent.
    Headers ofState = resolved ? new RecordHeaders() : new RecordHeaders(headers);
    return List.of(
        new Output(Nodes.ALERTS, utf8(alert.host()), json, headers),
        new Output(Nodes.ALERT_STATE, utf8(alert.fingerprint()), resolved ? null : json, ofState));
  }

  /** The groups of a host; null where it has none any more. */
  static Output groups(String host, byte @Nullable [] json) {
    return new Output(Nodes.GROUPS, utf8(host), json, new RecordHeaders());
  }

  private static Headers eventHeaders(IsolationAlert alert) {
    Headers headers = new RecordHeaders();
    AlertEvent.headers(alert).forEach((name, text) -> headers.add(name, utf8(text)));
    return headers;
  }

  /** Bytes that count against the limit of a topic. */
  long bytes() {
    return (long) key.length + (value == null ? 0 : value.length) + bytes(headers);
  }

  /** Bytes of headers. Their length fields count too: a million empty headers are large. */
  static long bytes(Headers headers) {
    long bytes = 0;
    for (Header header : headers) {
      bytes += HEADER_OVERHEAD_BYTES + Utils.utf8Length(header.key());
      bytes += header.value() == null ? 0 : header.value().length;
    }
    return bytes;
  }

  /** Sends it on at the time of its cause, without the headers of whoever sent that. */
  void forward(ProcessorContext<byte[], byte[]> context, long timestamp) {
    context.forward(new Record<>(key, value, timestamp, headers), sink);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
