package io.acswatch.collector.source.ownership;

import java.time.Duration;
import java.util.List;

/**
 * How the last reading of one kind of source went, and how all of them did.
 *
 * @param source the kind
 * @param took time of the last reading
 * @param claims number of claims it gave
 * @param problems what it could not see, in words; empty if it saw all
 * @param reads readings since the start
 * @param failures readings since the start that had problems
 */
public record SourceHealth(
    ClaimSource source,
    Duration took,
    int claims,
    List<String> problems,
    long reads,
    long failures) {
  /** Copies the list. */
  public SourceHealth {
    problems = List.copyOf(problems);
  }

  /** True if the last reading saw all there was to see. */
  public boolean isSuccess() {
    return problems.isEmpty();
  }
}
