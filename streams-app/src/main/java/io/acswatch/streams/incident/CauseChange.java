package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import io.acswatch.streams.state.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An alert of a host came to have a cause, or has it no more: what {@code cause} tells {@code
 * join}, under the cause's id as key.
 *
 * @param cause the cause; null where the alert has it no more
 */
record CauseChange(@Nullable AlertCause cause, String host, String fingerprint, Severity severity) {
  private static final int VERSION = 1;
  private static final int FIELDS = 3;

  byte[] pack() {
    List<String> out = new ArrayList<>(List.of(host, fingerprint, severity.name()));
    if (cause != null) {
      out.addAll(cause.fields());
    }
    return Entry.pack(VERSION, out);
  }

  static CauseChange unpack(byte[] bytes) {
    return Entry.unpack(
        bytes,
        "change of a cause",
        VERSION,
        in ->
            new CauseChange(
                in.size() == FIELDS ? null : AlertCause.of(in.subList(FIELDS, in.size())),
                in.get(0),
                in.get(1),
                Severity.valueOf(in.get(2))));
  }
}
