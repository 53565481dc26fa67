package io.acswatch.streams.state;

import org.apache.kafka.common.errors.SerializationException;

/**
 * Another version of acswatch wrote the state. No record can be judged until that one runs again.
 */
public final class UnknownStateVersionException extends SerializationException {
  private static final long serialVersionUID = 1;

  UnknownStateVersionException(int version) {
    super(
        "host state version=%d, expected %d: another version of acswatch wrote it; run that one, or"
                .formatted(version, StateLayout.VERSION)
            + " reset the application");
  }
}
