package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import io.acswatch.streams.state.EntryReader;
import io.acswatch.streams.state.EntryWriter;
import org.jspecify.annotations.Nullable;

/**
 * What {@code cause} told last of an alert.
 *
 * @param severity how urgent the alert was
 * @param id id of its cause
 */
record ToldCause(Severity severity, String id) {
  private static final int VERSION = 1;

  byte[] pack() {
    return EntryWriter.write(
        VERSION,
        out -> {
          out.text(severity.name());
          out.text(id);
        });
  }

  static @Nullable ToldCause unpack(byte @Nullable [] bytes) {
    return bytes == null
        ? null
        : EntryReader.read(
            bytes,
            "cause of an alert",
            VERSION,
            in -> new ToldCause(Severity.valueOf(in.text()), in.text()));
  }
}
