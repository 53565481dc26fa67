package io.acswatch.streams.incident;

import io.acswatch.client.Severity;
import io.acswatch.streams.state.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code cause} told last of an alert. */
record ToldCause(Severity severity, String id) {
  private static final int VERSION = 1;

  byte[] pack() {
    return Entry.pack(VERSION, List.of(severity.name(), id));
  }

  static @Nullable ToldCause unpack(byte @Nullable [] bytes) {
    return bytes == null
        ? null
        : Entry.unpack(
            bytes,
            "cause of an alert",
            VERSION,
            in -> new ToldCause(Severity.valueOf(in.get(0)), in.get(1)));
  }
}
