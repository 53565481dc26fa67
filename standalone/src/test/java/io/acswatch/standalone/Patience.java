package io.acswatch.standalone;

import java.time.Duration;

/** How long tests wait for what must come. */
final class Patience {
  /**
   * Only against hanging: no test may fail because the machine has much else to do. What the tests
   * wait for takes seconds on a machine that is idle.
   */
  static final Duration LIMIT = Duration.ofMinutes(4);

  private Patience() {}
}
