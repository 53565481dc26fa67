package io.acswatch.benchmarks.rig;

import io.acswatch.standalone.EmbeddedBroker;
import java.io.IOException;
import java.io.PrintStream;

/**
 * The broker in a JVM of its own: says where it listens, and serves until its standard input ends,
 * as it does when the process that started it is gone.
 */
public final class BrokerMain {
  private BrokerMain() {}

  /** Serves on any free port; the first line of standard output is {@code host:port}. */
  public static void main(String[] arguments) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      tell(System.out, broker.bootstrapServers());
      awaitEndOfInput();
    }
  }

  private static void tell(PrintStream out, String line) {
    out.println(line);
    out.flush();
  }

  private static void awaitEndOfInput() throws IOException {
    int read = 0;
    while (read >= 0) {
      read = System.in.read();
    }
  }
}
