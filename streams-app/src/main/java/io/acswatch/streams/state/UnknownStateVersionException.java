package io.acswatch.streams.state;

import org.apache.kafka.common.errors.SerializationException;

/**
 * Another version of acswatch wrote the state. No record can be judged until that one runs again.
 */
public final class UnknownStateVersionException extends SerializationException {
  private static final long serialVersionUID = 1;

  UnknownStateVersionException(String what, int version, int expected) {
    super(
        "%s version=%d, expected %d: another version of acswatch wrote it; run that one, or reset"
                .formatted(what, version, expected)
            + " the application");
  }
}
