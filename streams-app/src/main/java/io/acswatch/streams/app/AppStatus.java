package io.acswatch.streams.app;

import java.util.Set;

/** How the application is; {@code state} is Kafka Streams' own word, as {@code RUNNING}. */
public record AppStatus(String state, boolean brokerReachable) {
  private static final String RUNNING = "RUNNING";
  private static final Set<String> DEAD = Set.of("PENDING_ERROR", "ERROR", "NOT_RUNNING");

  /** False if it has ended for good; a broker that is away makes no difference. */
  public boolean isAlive() {
    return !DEAD.contains(state);
  }

  public boolean isReady() {
    return brokerReachable && state.equals(RUNNING);
  }
}
