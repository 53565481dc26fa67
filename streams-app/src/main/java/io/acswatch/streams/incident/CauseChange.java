package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import io.acswatch.streams.state.EntryReader;
import io.acswatch.streams.state.EntryWriter;
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
  private static final int VERSION = 1;

  byte[] pack() {
    return EntryWriter.write(
        VERSION,
        out -> {
          out.text(host);
          out.text(fingerprint);
          out.text(severity.name());
          out.flag(cause != null);
          if (cause != null) {
            cause.writeTo(out);
          }
        });
  }

  static CauseChange unpack(byte[] bytes) {
    return EntryReader.read(
        bytes,
        "change of a cause",
        VERSION,
        in -> {
          String host = in.text();
          String fingerprint = in.text();
          Severity severity = Severity.valueOf(in.text());
          return new CauseChange(
              in.flag() ? AlertCause.readFrom(in) : null, host, fingerprint, severity);
        });
  }
}
