package io.acswatch.streams.incident;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.client.Severity;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * An alert of a host came to have a cause, or has it no more: what {@code cause} tells {@code
 * join}, under the cause's id as key.
 *
 * @param cause the cause; null where the alert has it no more
 * @param host whose alert
 * @param fingerprint which alert
 * @param severity how urgent it is
 */
record CauseChange(@Nullable AlertCause cause, String host, String fingerprint, Severity severity) {
  private static final ObjectMapper JSON = new ObjectMapper();

  byte[] pack() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new SerializationException(impossible);
    }
  }

  static CauseChange unpack(byte[] bytes) {
    try {
      return JSON.readValue(bytes, CauseChange.class);
    } catch (IOException damaged) {
      throw new SerializationException("change of a cause: " + damaged, damaged);
    }
  }
}
