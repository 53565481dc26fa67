package io.acswatch.simulate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record that a simulated host puts on the frames topic, and what must come of it.
 *
 * @param value the record's value; null for a record without one
 * @param alerts what the judgement must say of it
 * @param refusal label of the reason for which it must be refused; empty if it is a sound frame
 */
record Emission(
    long atMillis,
    String host,
    byte @Nullable [] value,
    int functions,
    List<ExpectedAlert> alerts,
    String refusal) {
  /** A record of which nothing comes: a sign of life, or one that was there before. */
  static Emission quiet(long atMillis, String host, byte @Nullable [] value) {
    return new Emission(atMillis, host, value, 0, List.of(), "");
  }

  static Emission refused(long atMillis, String host, byte @Nullable [] value, String reason) {
    return new Emission(atMillis, host, value, 0, List.of(), reason);
  }
}
