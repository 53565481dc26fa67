package io.acswatch.wire.json;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as somebody would have written it when schema 1.0 came out. Never edited: what it
 * needs is what alerts must go on having. It knows no field that came later, takes no text for a
 * number, and has types for what the schema calls closed.
 */
final class FirstConsumer {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private FirstConsumer() {}

  static Alert read(String json) throws IOException {
    Alert alert = JSON.readValue(json, Alert.class);
    Severity.valueOf(alert.severity().toUpperCase(Locale.ROOT));
    if (alert.takenAfter() != null) {
      Instant.parse(alert.takenAfter());
    }
    return alert;
  }

  enum Severity {
    INFO,
    WARNING,
    HIGH,
    CRITICAL
  }

  enum Status {
    RAISED,
    UPDATED,
    RESOLVED
  }

  record Alert(
      int schemaVersion,
      String fingerprint,
      int revision,
      String code,
      String severity,
      Status status,
      String host,
      String boundary,
      String bootBefore,
      String bootAfter,
      Kernel kernelBefore,
      Kernel kernelAfter,
      @Nullable String takenBefore,
      @Nullable String takenAfter,
      List<Device> devices,
      List<String> vms,
      @Nullable Cause cause,
      String headline,
      String nextStep) {}

  record Kernel(
      String release,
      String version,
      String commandLine,
      @Nullable Integer bootloaderType,
      @Nullable Integer bootloaderVersion) {}

  record Device(
      String address,
      @Nullable String addressBefore,
      String path,
      @Nullable String owner,
      @Nullable String driver,
      @Nullable Integer groupBefore,
      @Nullable Integer groupAfter) {}

  record Cause(
      String kind,
      @Nullable String port,
      @Nullable String portPath,
      @Nullable String portType,
      @Nullable Integer registerOffset,
      @Nullable Integer before,
      @Nullable Integer after,
      List<String> bits,
      List<Register> alsoChanged,
      String explanation) {}

  record Register(
      String port,
      String portPath,
      String portType,
      int registerOffset,
      int before,
      int after,
      List<String> bits) {}
}
