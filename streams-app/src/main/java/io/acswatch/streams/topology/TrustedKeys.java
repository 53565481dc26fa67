package io.acswatch.streams.topology;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of one host that operators trust: a value of the topic of host keys, {@code
 * {"keys":["ed25519:..."]}}. There are several while a host changes its key. Fields that are not
 * known are skipped.
 */
public record TrustedKeys(List<String> keys) {
  private static final JsonFactory READER = new JsonFactory();

  public TrustedKeys {
    keys = List.copyOf(keys);
  }

  public byte[] json() {
    return Json.bytes(json -> Json.texts(json, "keys", keys));
  }

  public static TrustedKeys read(byte[] json) throws InputException {
    List<String> keys = new ArrayList<>();
    try (JsonParser in = READER.createParser(json)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw refused();
      }
      for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
        if (in.nextToken() == JsonToken.START_ARRAY && field.equals("keys")) {
          for (String key = in.nextTextValue(); key != null; key = in.nextTextValue()) {
            keys.add(key);
          }
        } else {
          in.skipChildren();
        }
      }
    } catch (IOException notJson) {
      throw refused();
    }
    return new TrustedKeys(keys);
  }

  private static InputException refused() {
    return new InputException("keys", "expected a JSON object");
  }

  /**
   * Why a frame of a host is not believed; null if it is.
   *
   * @param trusted the host's value of the topic; null if there is none, and all frames are
   *     believed. One that cannot be read names no key: a mistake of an operator opens no door.
   */
  static @Nullable String problem(byte @Nullable [] trusted, Record<byte[], byte[]> record) {
    if (trusted == null) {
      return null;
    }
    Header header = record.headers().lastHeader(FrameSignature.HEADER);
    byte[] signature = header == null ? null : header.value();
    if (signature == null) {
      return "the frame is not signed, and a key of its host is trusted";
    }
    if (signature.length != FrameSignature.BYTES) {
      return "the signature has %d bytes, expected %d"
          .formatted(signature.length, FrameSignature.BYTES);
    }
    String key = FrameSignature.keyOf(signature);
    try {
      if (!read(trusted).keys().contains(key)) {
        return "signed by " + key + ", which is not trusted for this host";
      }
    } catch (InputException damaged) {
      return "the keys of this host cannot be read: " + damaged.problem();
    }
    return FrameSignature.isOf(signature, record.key(), record.value())
        ? null
        : "the signature is not of this frame of this host";
  }
}
