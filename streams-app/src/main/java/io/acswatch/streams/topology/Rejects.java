package io.acswatch.streams.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The records of the rejects topic: key, value and headers of the refused record as they were, byte
 * for byte (no key and no value stay none), and in addition the headers named here, all of them
 * UTF-8 text. Headers of these names that the refused record had are replaced.
 *
 * <p>A broker checks the size of batches as they are compressed, so a record may unpack to more
 * than any producer here would send on. Of such a one the beginning is kept: the value up to the
 * largest frame, the key up to 256 KiB, and the sender's headers not at all if they take more than
 * that. Whole it is in the topic it came from, at the place the headers name.
 */
public final class Rejects {
  /**
   * Why: label of a {@link io.acswatch.wire.frame.RejectReason} or a {@link Refusal}, out of few.
   */
  public static final String REASON = "acswatch.reason";

  /** Bytes from the start of the value to the field at fault; -1 where no byte of it is. */
  public static final String OFFSET = "acswatch.offset";

  public static final String DETAIL = "acswatch.detail";

  /** Where the refused record was, and its timestamp. */
  public static final String TOPIC = "acswatch.topic";

  public static final String PARTITION = "acswatch.partition";
  public static final String RECORD_OFFSET = "acswatch.record-offset";
  public static final String TIMESTAMP = "acswatch.timestamp";

  /** Only where something was cut: what, and how many bytes it had; blanks between several. */
  public static final String CUT = "acswatch.cut";

  public static final List<String> HEADERS =
      List.of(REASON, OFFSET, DETAIL, TOPIC, PARTITION, RECORD_OFFSET, TIMESTAMP);

  private static final int NO_OFFSET = -1;

  /**
   * Largest key, and largest headers of the sender together. Room for both is left to producers.
   */
  static final int MAX_SIDE_BYTES = 256 << 10;

  private static final int MAX_DETAIL_CHARACTERS = 1_000;

  private final ProcessorContext<byte[], ? super byte[]> context;
  private final TopologyObserver observer;

  Rejects(ProcessorContext<byte[], ? super byte[]> context, TopologyObserver observer) {
    this.context = context;
    this.observer = observer;
  }

  /** Sends a record of which no byte is at fault. */
  void send(Record<byte[], byte[]> refused, Refusal refusal, String detail) {
    send(refused, refused.value(), refusal, detail);
  }

  /** The same of a record whose value was made something else since it was read. */
  void send(Record<byte[], ?> refused, byte @Nullable [] value, Refusal refusal, String detail) {
    send(refused, value, refusal.label(), NO_OFFSET, detail);
  }

  /** Sends a record to the rejects, and tells the observer. */
  void send(
      Record<byte[], ?> refused,
      byte @Nullable [] value,
      String reason,
      int offset,
      String detail) {
    observer.rejected(reason);
    Optional<RecordMetadata> origin = context.recordMetadata();
    List<String> cut = new ArrayList<>();
    byte[] keptKey = upTo(MAX_SIDE_BYTES, "key", refused.key(), cut);
    byte[] keptValue = upTo(Nodes.MAX_RECORD_BYTES, "value", value, cut);
    Headers headers = senders(refused.headers(), cut);
    put(headers, REASON, reason);
    put(headers, OFFSET, Integer.toString(offset));
    put(headers, DETAIL, detail.substring(0, Math.min(detail.length(), MAX_DETAIL_CHARACTERS)));
    put(headers, TOPIC, origin.map(RecordMetadata::topic).orElse(""));
    put(headers, PARTITION, origin.map(from -> Integer.toString(from.partition())).orElse(""));
    put(headers, RECORD_OFFSET, origin.map(from -> Long.toString(from.offset())).orElse(""));
    put(headers, TIMESTAMP, Long.toString(refused.timestamp()));
    headers.remove(CUT);
    if (!cut.isEmpty()) {
      put(headers, CUT, String.join(" ", cut));
    }
    context.forward(new Record<>(keptKey, keptValue, refused.timestamp(), headers), Nodes.REJECTS);
  }

  private static byte @Nullable [] upTo(
      int limit, String what, byte @Nullable [] bytes, List<String> cut) {
    if (bytes == null || bytes.length <= limit) {
      return bytes;
    }
    cut.add(what + "=" + bytes.length);
    return Arrays.copyOf(bytes, limit);
  }

  private static Headers senders(Headers headers, List<String> cut) {
    long bytes = Output.bytes(headers);
    if (bytes <= MAX_SIDE_BYTES) {
      return new RecordHeaders(headers);
    }
    cut.add("headers=" + bytes);
    return new RecordHeaders();
  }

  private static void put(Headers headers, String name, String text) {
    headers.remove(name).add(name, text.getBytes(StandardCharsets.UTF_8));
  }
}
