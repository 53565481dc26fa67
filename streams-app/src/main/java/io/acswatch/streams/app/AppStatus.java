package io.acswatch.streams.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * How the application is; {@code state} is Kafka Streams' own word, as {@code RUNNING}.
 *
 * @param hindrances why frames are not judged, though it runs and a broker answers
 * @param overtaken frames that were deleted before they were judged, by partition
 */
public record AppStatus(
    String state,
    boolean brokerReachable,
    List<String> hindrances,
    SortedMap<Integer, Long> overtaken) {
  private static final String RUNNING = "RUNNING";
  private static final Set<String> DEAD = Set.of("PENDING_ERROR", "ERROR", "NOT_RUNNING");

  public AppStatus {
    hindrances = List.copyOf(hindrances);
  }

  /** False if it has ended for good; a broker that is away makes no difference. */
  public boolean isAlive() {
    return !DEAD.contains(state);
  }

  public boolean isReady() {
    return reasons().isEmpty();
  }

  /** Why nothing is judged, or not all; empty if it is ready. */
  public List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    if (!state.equals(RUNNING)) {
      reasons.add("Kafka Streams is " + state);
    }
    if (!brokerReachable) {
      reasons.add("no broker answers");
    }
    reasons.addAll(hindrances);
    return reasons;
  }
}
