package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./acswatch standalone} as a process, on a host that is a directory. */
class StandaloneIT {
  private static final String GROUPS = "acswatch.groups";
  private static final Pattern BROKER = Pattern.compile("broker +(127\\.0\\.0\\.1:[0-9]+)\n");

  @TempDir Path scratch;

  @Test
  void judgesTheHostAndEndsWhenItIsAskedTo() throws Exception {
    Path host = HostDirectory.of(RecordedKexec.before(), scratch.resolve("host"));
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    try (LaunchedProcess standalone =
        LaunchedProcess.acswatch(
            scratch,
            Map.of("ACSWATCH_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary),
            "standalone",
            "--temporary",
            "--port",
            "0",
            "--http",
            "127.0.0.1:0",
            "--root",
            host.toString(),
            "--host-id",
            "fixture")) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> standalone.out().contains("Watching;") || !standalone.isAlive());
      Matcher broker = BROKER.matcher(standalone.out());
      assertTrue(broker.find(), standalone::all);

      ConsumerRecord<String, String> groups = first(broker.group(1));
      assertEquals("fixture", groups.key());
      assertTrue(groups.value().contains("0000:00:03.0"), groups.value());

      assertTrue(standalone.isAlive(), standalone::all);
      standalone.terminate();
      assertEquals(0, standalone.exitCode(), standalone::all);
      try (Stream<Path> left = Files.list(temporary)) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void namesTheDataDirectoryThatCannotBeWritten() throws Exception {
    // Below a file no directory can be made, not even by root.
    Path file = Files.writeString(scratch.resolve("file"), "");
    String directory = file.resolve("data").toString();

    assertRefused("data directory " + directory, "--data-dir", directory, "--http", "127.0.0.1:0");
  }

  @Test
  void namesThePortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());

      assertRefused("cannot listen on 127.0.0.1:" + port, "--temporary", "--port", port);
      assertRefused(
          "cannot listen on 127.0.0.1:" + port, "--temporary", "--http", "127.0.0.1:" + port);
    }
  }

  private void assertRefused(String expected, String... options) throws Exception {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "standalone";
    System.arraycopy(options, 0, arguments, 1, options.length);
    try (LaunchedProcess refused = LaunchedProcess.acswatch(scratch, arguments)) {
      assertEquals(3, refused.exitCode(), refused::all);
      assertEquals(1, refused.err().lines().count(), refused::all);
      assertTrue(refused.err().contains(expected), refused::all);
    }
  }

  private static ConsumerRecord<String, String> first(String broker) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker, "isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(GROUPS, 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> consumer.poll(Duration.ofMillis(200)).records(GROUPS).iterator(),
              Iterator::hasNext)
          .next();
    }
  }
}
