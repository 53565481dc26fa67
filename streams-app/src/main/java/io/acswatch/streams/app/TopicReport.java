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
    CREATED,
    EXISTS,
    MISSING
  }

  public record Difference(String setting, String expected, String found) {}

  public TopicReport {
    differences = List.copyOf(differences);
  }

  public boolean isAsExpected() {
    return action != Action.MISSING && differences.isEmpty();
  }
}
