package io.acswatch.streams;

import java.util.Set;

/**
 * How the application is.
 *
 * @param state Kafka Streams' own word: {@code CREATED}, {@code REBALANCING}, {@code RUNNING}, ...
 */
public record AppStatus(String state) {
  private static final String RUNNING = "RUNNING";
  private static final Set<String> DEAD = Set.of("PENDING_ERROR", "ERROR", "NOT_RUNNING");

  /** False if it will do nothing more before it is started again. */
  public boolean isAlive() {
    return !DEAD.contains(state);
  }

  /** True while it judges frames. */
  public boolean isReady() {
    return state.equals(RUNNING);
  }
}
