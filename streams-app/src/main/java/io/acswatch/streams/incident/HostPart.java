package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import io.acswatch.streams.state.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one host has to do with one cause. Immutable.
 *
 * @param sinceMillis when it got the first of these alerts, milliseconds since 1970
 * @param counted it has joined the incident that is open
 * @param severity of the gravest of them so far
 */
record HostPart(long sinceMillis, boolean counted, Severity severity, List<String> fingerprints) {
  private static final HostPart NONE = new HostPart(0, false, Severity.INFO, List.of());
  private static final int VERSION = 1;
  private static final int FIELDS = 3;

  HostPart {
    fingerprints = List.copyOf(fingerprints);
  }

  static HostPart unpack(byte @Nullable [] bytes) {
    return bytes == null
        ? NONE
        : Entry.unpack(
            bytes,
            "part in an incident",
            VERSION,
            in ->
                new HostPart(
                    Long.parseLong(in.get(0)),
                    Boolean.parseBoolean(in.get(1)),
                    Severity.valueOf(in.get(2)),
                    in.subList(FIELDS, in.size())));
  }

  byte[] pack() {
    List<String> out =
        new ArrayList<>(
            List.of(Long.toString(sinceMillis), Boolean.toString(counted), severity.name()));
    out.addAll(fingerprints);
    return Entry.pack(VERSION, out);
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
