package io.acswatch.collector.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, when sending failed, whether a broker can be reached at all: Kafka's client says the
 * same ("not present in metadata") of a broker that is down and of a topic that does not exist.
 */
public final class BrokerProbe {
  private static final int CONNECT_MILLIS = 1_000;

  private final String servers;

  /** A probe of {@code host:port[,host:port...]}. */
  public BrokerProbe(String servers) {
    this.servers = servers;
  }

  /**
   * One line for a failure to send to {@code topic} that the client explains by {@code message}.
   */
  String explain(String topic, String message) {
    String problem = problem();
    return problem == null
        ? "a broker of %s can be reached, but topic %s cannot be written: %s"
            .formatted(servers, topic, message)
        : problem;
  }

  /** Why none of the brokers can be reached; null if one takes a connection. */
  public @Nullable String problem() {
    String problem = "no address";
    for (String server : servers.split(",")) {
      String connected = connect(server.strip());
      if (connected == null) {
        return null;
      }
      problem = connected;
    }
    return "no broker can be reached at " + servers + ": " + problem;
  }

  /** Null if the connection succeeds, else why not. */
  private static @Nullable String connect(String server) {
    int colon = server.lastIndexOf(':');
    try (Socket socket = new Socket()) {
      int port = Integer.parseInt(server.substring(colon + 1));
      String host = colon < 0 ? server : server.substring(0, colon);
      socket.connect(new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port), CONNECT_MILLIS);
      return null;
    } catch (IOException | IllegalArgumentException failed) {
      return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }
  }
}
