package io.acswatch.streams.app;

import java.util.Set;

/**
 * How the application is.
 *
 * @param state Kafka Streams' own word: {@code CREATED}, {@code REBALANCING}, {@code RUNNING}, ...
 */
public record AppStatus(String state, boolean brokerReachable) {
  private static final String RUNNING = "RUNNING";
  private static final Set<String> DEAD = Set.of("PENDING_ERROR", "ERROR", "NOT_RUNNING");

  /**
   * False if it will do nothing more before it is started again. A broker that is away makes no
   * difference: another start would not bring it back.
   */
  public boolean isAlive() {
    return !DEAD.contains(state);
  }

  public boolean isReady() {
    return brokerReachable && state.equals(RUNNING);
  }
}
