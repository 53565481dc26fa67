package io.acswatch.benchmarks.rig;

import io.acswatch.standalone.EmbeddedBroker;
import java.io.OutputStream;

/** The broker in a JVM of its own: says where it listens, and serves until its input ends. */
final class BrokerMain {
  private BrokerMain() {}

  /** Serves on any free port; the first line of standard output is {@code host:port}. */
  public static void main(String[] arguments) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      System.out.println(broker.bootstrapServers());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
