package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.SourceTimings;
import java.time.Duration;
import java.util.List;

/** How the last reading of one kind of source went, and what it could not see. */
public record SourceHealth(ClaimSource source, Duration took, int claims, List<String> problems) {
  public SourceHealth {
    problems = List.copyOf(problems);
  }

  /** True if the last reading saw all there was to see. */
  public boolean isSuccess() {
    return problems.isEmpty();
  }

  public SourceTimings.Timing timing() {
    return new SourceTimings.Timing("owners." + source.label(), isSuccess(), took);
  }
}
