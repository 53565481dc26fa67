package io.acswatch.streams.state;

import org.apache.kafka.common.errors.SerializationException;

/** A later acswatch wrote the state. No record can be judged until that one runs again. */
public final class UnknownStateVersionException extends SerializationException {
  private static final long serialVersionUID = 1;

  UnknownStateVersionException(int version) {
    super(
        "host state version="
            + version
            + ", expected 1 to "
            + StateLayout.VERSION
            + ": it was written by a later acswatch; run that one, or reset the application");
  }
}
