package io.acswatch.streams.command;

import io.acswatch.streams.topology.Rejects;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A record of the rejects topic. */
public record Reject(ConsumerRecord<byte[], byte[]> record) {
  /** Marks a record that was sent again, with the version of the acswatch that did so. */
  private static final String REPLAYED = "acswatch.replayed";

  public String place() {
    return record.partition() + "@" + record.offset();
  }

  public String origin() {
    return "%s-%s@%s"
        .formatted(header(Rejects.TOPIC), header(Rejects.PARTITION), header(Rejects.RECORD_OFFSET));
  }

  public String host() {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  public String reason() {
    return header(Rejects.REASON);
  }

  public String detail() {
    return header(Rejects.DETAIL);
  }

  /** Bytes from the start of the value to the field at fault; -1 if none is. */
  public int offset() {
    try {
      return Integer.parseInt(header(Rejects.OFFSET));
    } catch (NumberFormatException foreign) {
      return -1;
    }
  }

  /** What was cut, with its bytes; empty if it is whole. */
  public String cut() {
    return header(Rejects.CUT);
  }

  /** Version of the acswatch that has sent it again before; empty if none has. */
  public String replayedBy() {
    return header(REPLAYED);
  }

  public int length() {
    return record.value() == null ? 0 : record.value().length;
  }

  /**
   * The refused record as it was, key and value byte for byte and with the sender's headers, and
   * the mark by which a second refusal is told from a first one.
   */
  public ProducerRecord<byte[], byte[]> toSendAgain(String topic, String version) {
    Headers headers = new RecordHeaders();
    for (Header header : record.headers()) {
      boolean ours = Rejects.HEADERS.contains(header.key()) || header.key().equals(Rejects.CUT);
      if (!ours && !header.key().equals(REPLAYED)) {
        headers.add(header);
      }
    }
    headers.add(REPLAYED, version.getBytes(StandardCharsets.UTF_8));
    return new ProducerRecord<>(topic, null, null, record.key(), record.value(), headers);
  }

  private String header(String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
