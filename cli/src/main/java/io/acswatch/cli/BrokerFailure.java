package io.acswatch.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line why brokers cannot be used. Of a wrong port, a missing login and a broker that
 * is down Kafka's clients say the same, that nobody answered: so the ports are tried.
 */
public final class BrokerFailure {
  /** How Kafka's clients call it when no name of {@code bootstrap.servers} has an address. */
  private static final String NO_ADDRESS = "No resolvable bootstrap urls";

  private static final String OF_A_PORT = "the ";

  private static final int TRY_MILLIS = 3_000;

  /** The request ApiVersions, which a broker answers before anybody has logged in. */
  private static final byte[] REQUEST = HexFormat.of().parseHex("0000000a0012000000000000ffff");

  private static final int TLS_ALERT = 0x15;

  private BrokerFailure() {}

  /** One line for a failure of a client. */
  public static String describe(String servers, Map<String, ?> settings, Throwable failure) {
    Throwable root = failure;
    boolean login = false;
    boolean tls = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String type = cause.getClass().getSimpleName();
      login |= type.matches("(Unsupported|Illegal)?Sasl.*Exception");
      tls |= type.matches("(Ssl|SSL).*Exception|.*Certificate.*Exception");
      root = cause;
    }
    String reason =
        root instanceof FileSystemException
            ? Program.describe(root)
            : CommandFailure.firstLine(root);
    if (tls) {
      return "TLS with the broker at %s failed: %s%s".formatted(servers, reason, hint(reason));
    }
    if (login) {
      return "the broker at %s refuses the login: %s".formatted(servers, reason);
    }
    if (reason.startsWith(NO_ADDRESS)) {
      return "no address is known for the brokers " + servers;
    }
    String kind = failure.getClass().getSimpleName();
    if (kind.equals("ConfigException") || kind.equals("KafkaException") && failure != root) {
      return "the settings of Kafka's client for %s: %s".formatted(servers, reason);
    }
    if (!root.getClass().getSimpleName().matches("(Timeout|IllegalState)Exception")) {
      return "the broker at %s refuses: %s".formatted(servers, reason);
    }
    String problem = problem(servers, settings);
    return problem == null
        ? "a broker of %s can be reached, but not used with security.protocol=%s: %s"
            .formatted(servers, protocol(settings), reason)
        : problem;
  }

  private static String hint(String reason) {
    if (reason.contains("certification path")) {
      return " (who signed its certificate is not in ssl.truststore.location)";
    }
    return reason.matches("Received fatal alert: .*certificate.*")
        ? " (it does not trust the certificate in ssl.keystore.location, or got none)"
        : "";
  }

  private static String protocol(Map<String, ?> settings) {
    Object set = settings.get("security.protocol");
    return set == null ? "PLAINTEXT" : set.toString();
  }

  /** Why none of the ports can be the right one, in one line; null if one can. Logs in nowhere. */
  public static @Nullable String problem(String servers, Map<String, ?> settings) {
    String problem = "";
    for (String server : servers.split(",")) {
      problem = problemOf(server.strip(), protocol(settings));
      if (problem == null) {
        return null;
      }
    }
    return problem.startsWith(OF_A_PORT)
        ? problem
        : "no broker can be reached at " + servers + ": " + problem;
  }

  /**
   * Says that the ports answer and are those of another listener; else null. A client must not go
   * there: one without TLS takes an answer of TLS for the length of a record, of 350 MB.
   */
  public static @Nullable String otherListener(String servers, Map<String, ?> settings) {
    String problem = problem(servers, settings);
    return problem != null && problem.startsWith(OF_A_PORT) ? problem : null;
  }

  private static @Nullable String problemOf(String server, String protocol) {
    HttpAddress address = HttpAddress.parse(server);
    boolean tls = protocol.contains("SSL");
    boolean connected = false;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), TRY_MILLIS);
      connected = true;
      socket.setSoTimeout(TRY_MILLIS);
      socket.getOutputStream().write(REQUEST);
      int first = socket.getInputStream().read();
      if (first == TLS_ALERT && !tls) {
        return "the broker at %s takes TLS only, and security.protocol is %s"
            .formatted(server, protocol);
      }
      if (first == 0 && tls) {
        return "the broker at %s takes no TLS, and security.protocol is %s"
            .formatted(server, protocol);
      }
      return first > 0 && first != TLS_ALERT
          ? "the server at %s is no Kafka broker".formatted(server)
          : null;
    } catch (UnknownHostException unknown) {
      return "no address is known for " + address.host();
    } catch (IOException failed) {
      return connected ? null : CommandFailure.firstLine(failed);
    }
  }
}
