package io.acswatch.streams.incident;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.acswatch.client.Severity;
import io.acswatch.client.Status;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * An alert of the topic as far as its cause is told from it. All else in it, most of its bytes, is
 * passed over; and as in {@link io.acswatch.client.Alert} a code or a kind of a later acswatch is a
 * text like others.
 */
record ToldAlert(
    int schemaVersion,
    String fingerprint,
    String code,
    Severity severity,
    Status status,
    String host,
    @Nullable Kernel kernelAfter,
    @Nullable List<Device> devices,
    @Nullable Cause cause,
    @Nullable Evidence evidence) {
  private static final ObjectReader JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(ToldAlert.class);

  record Kernel(@Nullable String release) {}

  record Device(@Nullable String path) {}

  record Cause(@Nullable String kind, @Nullable String portPath, @Nullable List<String> bits) {
    Cause {
      bits = bits == null ? null : List.copyOf(bits);
    }
  }

  record Evidence(@Nullable String platform) {}

  ToldAlert {
    if (schemaVersion != 1) {
      throw new IllegalArgumentException("schema_version=" + schemaVersion + ", expected 1");
    }
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(host, "host");
    devices = devices == null ? null : List.copyOf(devices); // none of them null
  }

  /** Reads one; SerializationException if it is none. */
  static ToldAlert read(byte[] json) {
    try {
      return JSON.readValue(json);
    } catch (JsonProcessingException damaged) {
      throw new SerializationException("no alert: " + damaged.getOriginalMessage(), damaged);
    } catch (IOException impossible) {
      throw new SerializationException(impossible);
    }
  }

  boolean isOpen() {
    return status != Status.RESOLVED;
  }
}
