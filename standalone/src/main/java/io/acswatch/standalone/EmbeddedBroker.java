package io.acswatch.standalone;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker inside this process: one node that is broker and controller, on loopback only.
 *
 * <p>For trying out, for labs and for tests. It serves from the moment {@code start} returns until
 * {@code close}. In a kept directory topics, records and the cluster id outlive it; topics are
 * never created by mere use.
 */
public final class EmbeddedBroker implements AutoCloseable {
  public static final int ANY_PORT = 0;

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final String HOST = "127.0.0.1";
  private static final int NODE_ID = 1;

  private final DataDirectory directory;
  private final int port;
  private final KafkaRaftServer server;
  private boolean closed;

  private EmbeddedBroker(DataDirectory directory, int port, KafkaRaftServer server) {
    this.directory = directory;
    this.port = port;
    this.server = server;
  }

  /** Starts with an empty log in a temporary directory, which {@code close} deletes. */
  public static EmbeddedBroker startTemporary(int port) {
    return startTemporary(port, Map.of());
  }

  static EmbeddedBroker startTemporary(int port, Map<String, String> settings) {
    return start(DataDirectory.temporary(), port, settings);
  }

  /**
   * Starts on the log kept in {@code directory}, which is created if it does not exist.
   *
   * @param port 1 to 65535, or {@link #ANY_PORT}
   * @throws CommandFailure if the port is taken, or the directory is unwritable, foreign or in use;
   *     nothing is left running then
   */
  public static EmbeddedBroker start(Path directory, int port) {
    return start(directory, port, Map.of());
  }

  static EmbeddedBroker start(Path directory, int port, Map<String, String> settings) {
    return start(DataDirectory.kept(directory), port, settings);
  }

  private static EmbeddedBroker start(
      DataDirectory directory, int port, Map<String, String> settings) {
    try {
      Ports ports = Ports.with(port);
      Properties properties = properties(directory.path(), ports);
      properties.putAll(settings);
      if (!directory.isFormatted()) {
        format(directory.path());
      }
      return new EmbeddedBroker(directory, ports.clients(), startServer(properties));
    } catch (CommandFailure e) {
      closeAfter(e, directory);
      throw e;
    } catch (Exception | LinkageError e) {
      // An error of linkage: Kafka's classes cannot be made while the process is asked to end.
      CommandFailure failure =
          new CommandFailure(
              "the embedded broker cannot start in "
                  + directory.path()
                  + ": "
                  + CommandFailure.firstLine(e),
              e);
      closeAfter(failure, directory);
      throw failure;
    }
  }

  private static KafkaRaftServer startServer(Properties properties) {
    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException | LinkageError e) {
      server.shutdown(); // the controller may be up when the broker fails
      server.awaitShutdown();
      throw e;
    }
    return server;
  }

  /** Writes the cluster id and the first metadata record; afterwards the directory is formatted. */
  private static void format(Path directory) throws Exception {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Formatter()
        .setPrintStream(nowhere)
        .setNodeId(NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .setDirectories(List.of(directory.toString()))
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .run();
  }

  private static Properties properties(Path directory, Ports ports) throws IOException {
    String clients = HOST + ":" + ports.clients();
    String controller = HOST + ":" + ports.controller();
    Properties p = new Properties();
    try (InputStream settings = EmbeddedBroker.class.getResourceAsStream("broker.properties")) {
      p.load(settings);
    }
    p.setProperty("node.id", Integer.toString(NODE_ID));
    p.setProperty("listeners", "PLAINTEXT://" + clients + ",CONTROLLER://" + controller);
    p.setProperty("advertised.listeners", "PLAINTEXT://" + clients);
    p.setProperty("controller.quorum.voters", NODE_ID + "@" + controller);
    p.setProperty("log.dirs", directory.toString());
    return p;
  }

  private static void closeAfter(CommandFailure failure, DataDirectory directory) {
    try {
      directory.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  public Path directory() {
    return directory.path();
  }

  /** Stops serving, writes out what is held, and gives up the directory. Harmless when repeated. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    server.shutdown();
    server.awaitShutdown();
    try {
      directory.close();
    } catch (IOException e) {
      LOG.warn("Could not clean up {}: {}", directory.path(), Program.reason(e));
    }
  }

  private record Ports(int clients, int controller) {
    /**
     * Both are held until both are known: one asked for after the other was let go may be the same.
     */
    static Ports with(int clients) throws IOException {
      if (clients < 0 || clients > 65_535) {
        throw new CommandFailure("port=" + clients + ", expected 1 to 65535, or 0 for any free");
      }
      try (ServerSocket first = listen(clients);
          ServerSocket second = listen(ANY_PORT)) {
        return new Ports(first.getLocalPort(), second.getLocalPort());
      }
    }

    /** Kafka would refuse a port that is taken too, but only after starting half of itself. */
    private static ServerSocket listen(int port) throws IOException {
      ServerSocket socket = new ServerSocket();
      try {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(HOST, port), 1);
        return socket;
      } catch (IOException e) {
        socket.close();
        throw new CommandFailure(
            "cannot listen on " + HOST + ":" + port + ": " + e.getMessage(), e);
      }
    }
  }
}
