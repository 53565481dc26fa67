package io.acswatch.benchmarks.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** One of three brokers: formats its directory once, and serves until it is asked to end. */
final class BrokerNode {
  private BrokerNode() {}

  public static void main(String[] arguments) throws Exception {
    Properties settings = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
      settings.load(file);
    }
    Path logs = Path.of(settings.getProperty("log.dirs"));
    if (!Files.exists(logs.resolve("meta.properties"))) {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(Integer.parseInt(settings.getProperty("node.id")))
          .setClusterId(arguments[1])
          .setDirectories(List.of(logs.toString()))
          .setControllerListenerName("CONTROLLER")
          .setReleaseVersion(MetadataVersion.latestProduction())
          .run();
    }
    if (arguments.length > 2) {
      tellTime(Path.of(arguments[2]));
    }
    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "end"));
    server.startup();
    server.awaitShutdown();
  }

  /** Writes down what time it is here, over and over: a broker does not say it by itself. */
  private static void tellTime(Path file) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Files.writeString(file, Long.toString(System.currentTimeMillis()));
                  Thread.sleep(200);
                }
              } catch (IOException | InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            },
            "time");
    thread.setDaemon(true);
    thread.start();
  }
}
