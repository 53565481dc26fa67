package io.acswatch.streams.app;

import java.util.List;

/** What became of one topic. */
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
