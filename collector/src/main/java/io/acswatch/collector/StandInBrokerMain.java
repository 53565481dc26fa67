package io.acswatch.collector;

import io.acswatch.collector.agent.StandInBroker;
import java.io.IOException;

/** Starts a {@link StandInBroker}, and prints its port. */
public final class StandInBrokerMain {
  private StandInBrokerMain() {}

  public static void main(String[] arguments) throws IOException {
    StandInBroker broker = new StandInBroker();
    System.out.println(broker.port());
    broker.run();
  }
}
