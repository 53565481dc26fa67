package io.acswatch.streams.incident;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.client.Severity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * What one host has to do with one cause. Immutable; in the store it is JSON.
 *
 * @param sinceMillis when it got the first of these alerts, milliseconds since 1970
 * @param counted it has joined the incident that is open
 * @param severity of the gravest of them so far
 * @param fingerprints its open alerts of that cause
 */
record HostPart(long sinceMillis, boolean counted, Severity severity, List<String> fingerprints) {
  private static final HostPart NONE = new HostPart(0, false, Severity.INFO, List.of());
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the list. */
  HostPart {
    fingerprints = List.copyOf(fingerprints);
  }

  static HostPart unpack(byte @Nullable [] bytes) {
    try {
      return bytes == null ? NONE : JSON.readValue(bytes, HostPart.class);
    } catch (IOException damagedOrLater) {
      throw new SerializationException("part in an incident: " + damagedOrLater, damagedOrLater);
    }
  }

  byte[] pack() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new SerializationException(impossible);
    }
  }

  HostPart with(String fingerprint, Severity itsSeverity, long nowMillis) {
    List<String> more = new ArrayList<>(fingerprints);
    if (!more.contains(fingerprint)) {
      more.add(fingerprint);
    }
    return new HostPart(
        fingerprints.isEmpty() ? nowMillis : sinceMillis,
        counted,
        severity.isAtLeast(itsSeverity) ? severity : itsSeverity,
        more);
  }

  HostPart without(String fingerprint) {
    return new HostPart(
        sinceMillis,
        counted,
        severity,
        fingerprints.stream().filter(other -> !other.equals(fingerprint)).toList());
  }

  HostPart asCounted() {
    return new HostPart(sinceMillis, true, severity, fingerprints);
  }
}
