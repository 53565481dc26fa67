package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes whose clock is set back by an hour while they run, by libfaketime. */
@Tag("slow")
class SteppedClockIT {
  private static final int TELLINGS = 12;

  @TempDir Path scratch;
  private EmbeddedBroker broker;
  private IsolationConfig config;

  @BeforeEach
  void start() throws Exception {
    step("+0");
    broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
    config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers",
                broker.bootstrapServers(),
                "streams.http.address",
                "127.0.0.1:0",
                "streams.state.dir",
                scratch.resolve("app").toString()));
    Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  @Test
  void anInstanceEndsWithItsReason() throws Exception {
    try (LaunchedProcess instance =
        LaunchedProcess.acswatch(
            scratch,
            environment(),
            "streams",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--http",
            "127.0.0.1:0",
            "--state-dir",
            scratch.resolve("state").toString())) {
      Awaitility.await().atMost(LIMIT).until(() -> instance.out().contains("judging "));
      step("-3600");

      assertEquals(3, instance.exitCode(), instance::all);
      forget(instance);
      assertTrue(
          instance.err().contains("acswatch: the clock was set back by 3600 s"), instance::all);
    }
  }

  /** Which ends an alert that it is not told of again. */
  @Test
  void theAlertmanagerIsToldOn() throws Exception {
    AtomicInteger told = new AtomicInteger();
    HttpServer alertmanager =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    alertmanager.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
          told.incrementAndGet();
        });
    alertmanager.start();
    try (IsolationApp app = IsolationApp.start(config);
        LaunchedProcess bridge =
            LaunchedProcess.acswatch(
                scratch,
                environment(),
                "alerts",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--alertmanager",
                "http://127.0.0.1:" + alertmanager.getAddress().getPort(),
                "--refresh",
                "1")) {
      Recordings.send(config, "kexec-001-before", "h");
      Recordings.send(config, "kexec-001-after", "h");
      Awaitility.await().atMost(LIMIT).until(() -> told.get() > 2);
      step("-3600");
      int before = told.get();

      Awaitility.await()
          .atMost(LIMIT)
          .failFast("the bridge has ended", () -> !bridge.isAlive())
          .until(() -> told.get() > before + TELLINGS);
      assertTrue(app.status().isAlive());
      bridge.terminate();
      assertEquals(0, bridge.exitCode(), bridge::all);
      forget(bridge);
    } finally {
      alertmanager.stop(0);
    }
  }

  /** Read by the process once a second. */
  private void step(String seconds) throws Exception {
    Path next = Files.writeString(scratch.resolve("next"), seconds + "\n");
    Files.move(next, scratch.resolve("clock"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** What the library leaves of a process that was halted. */
  private static void forget(LaunchedProcess ended) throws Exception {
    for (String name : List.of("faketime_shm_", "sem.faketime_sem_")) {
      Files.deleteIfExists(Path.of("/dev/shm", name + ended.pid()));
    }
  }

  /** The settings are explained in Clocks, of the chaos suite. */
  private Map<String, String> environment() throws Exception {
    try (Stream<Path> places = Files.list(Path.of("/usr/lib"))) {
      Optional<Path> library =
          places
              .map(place -> place.resolve("faketime/libfaketimeMT.so.1"))
              .filter(Files::isReadable)
              .findFirst();
      assumeTrue(library.isPresent(), "libfaketime is missing (Debian: libfaketime)");
      return Map.of(
          "LD_PRELOAD", library.get().toString(),
          "FAKETIME_TIMESTAMP_FILE", scratch.resolve("clock").toString(),
          "FAKETIME_CACHE_DURATION", "0",
          "FAKETIME_DONT_FAKE_MONOTONIC", "1",
          "FAKETIME_FORCE_MONOTONIC_FIX", "0",
          "NO_FAKE_STAT", "1");
    }
  }
}
