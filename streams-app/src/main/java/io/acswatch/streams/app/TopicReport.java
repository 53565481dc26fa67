package io.acswatch.streams.app;

import java.util.List;

/**
 * What became of one topic.
 *
 * @param topic its name
 * @param action what was found or done
 * @param differences where it is not as it should be
 */
public record TopicReport(String topic, Action action, List<Difference> differences) {
  /** What was found or done. Names are part of the contract with scripts. */
  public enum Action {
    /** It was made. */
    CREATED,
    /** It was there. */
    EXISTS,
    /** It is not there. */
    MISSING
  }

  /** A setting that is not as it should be. */
  public record Difference(String setting, String expected, String found) {}

  /** Copies the list. */
  public TopicReport {
    differences = List.copyOf(differences);
  }

  /** True if the topic is there and as it should be. */
  public boolean isAsExpected() {
    return action != Action.MISSING && differences.isEmpty();
  }
}
