package io.acswatch.collector.agent;

import com.sun.net.httpserver.HttpExchange;
import io.acswatch.cli.BoundedHttpServer;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.Program;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.collector.spool.SpoolLoss;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics}: the sender's own, the spool's, and what the reader left in the spool.
 * And {@code /healthz}, for who would start a sender anew that makes no turn any more; a broker
 * that is away is no reason.
 */
public final class SenderMetrics implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SenderMetrics.class);

  /** Few: the unit has a limit of tasks. */
  private static final int THREADS = 24;

  /** More than an attempt to send takes: {@code collector.send.timeout.ms} is 30 s by default. */
  private static final Duration LONGEST_TURN = Duration.ofMinutes(5);

  private static final String PAGE =
      """
      <!DOCTYPE html><html lang="en"><title>acswatch sender</title><h1>acswatch sender</h1>
      <p>Sends what the reader of this host has seen: <a href="metrics">metrics</a>,
      <a href="healthz">health</a>.
      """;

  private final Spool spool;
  private final SenderStatus status;
  private final Clock clock;
  private final @Nullable BoundedHttpServer server;

  private SenderMetrics(
      Spool spool, SenderStatus status, Clock clock, @Nullable HttpAddress address) {
    this.spool = spool;
    this.status = status;
    this.clock = clock;
    server =
        address == null
            ? null
            : new BoundedHttpServer(address, THREADS, "acswatch-http", this::answer);
  }

  /** Begins to serve, without an address nothing; CommandFailure if it cannot be had. */
  public static SenderMetrics serve(
      Optional<HttpAddress> address, Spool spool, SpoolSender sender, Clock clock) {
    SenderMetrics metrics = new SenderMetrics(spool, sender.status(), clock, address.orElse(null));
    if (metrics.server != null) {
      metrics.server.start();
    }
    return metrics;
  }

  public String described() {
    if (server == null) {
      return "no metrics";
    }
    InetSocketAddress bound = server.address();
    return "http://%s:%d/metrics".formatted(bound.getAddress().getHostAddress(), bound.getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (exchange.getRequestURI().getPath()) {
        case "/metrics" -> send(exchange, 200, "plain; version=0.0.4", text());
        case "/healthz" -> {
          long idle = status.secondsSinceTurn();
          boolean healthy = idle < LONGEST_TURN.toSeconds();
          send(exchange, healthy ? 200 : 503, "plain", "last turn %d s ago\n".formatted(idle));
        }
        case "/" -> send(exchange, 200, "html", PAGE);
        default -> send(exchange, 404, "html", PAGE);
      }
    }
  }

  private static void send(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/" + type + "; charset=utf-8");
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
  }

  /** All metrics; without those of the spool and the reader if the spool cannot be read. */
  String text() {
    MetricsText text = new MetricsText();
    text.gauge("acswatch_collector_build_info", "1; version and Java version, in the labels.")
        .sample(
            "version",
            Program.versionOf(SenderMetrics.class),
            "java_version",
            System.getProperty("java.version"),
            1);
    text.process("acswatch_sender");
    status.writeTo(text);
    text.counter("acswatch_spool_set_aside_total", "Frames that the sender set aside, by reason.");
    for (SpoolLoss reason : SpoolLoss.OF_THE_SENDER) {
      text.sample("reason", reason.label(), spool.losses().getOrDefault(reason, 0L));
    }
    try {
      waiting(text);
      return text + readersText();
    } catch (IOException unreadable) {
      LOG.warn("the spool cannot be read: {}", Program.describe(unreadable));
      return text.toString();
    }
  }

  private void waiting(MetricsText text) throws IOException {
    List<SpoolEntry> waiting = spool.entries();
    text.gauge("acswatch_spool_frames", "Frames in the spool.").sample(waiting.size());
    text.gauge("acswatch_spool_bytes", "Bytes of the frames in the spool.")
        .sample(waiting.stream().mapToLong(SpoolEntry::bytes).sum());
    text.gauge(
            "acswatch_spool_limit_bytes",
            "Maximum size of the spool; beyond it frames are discarded.")
        .sample(spool.limitBytes());
    text.gauge("acswatch_spool_oldest_seconds", "Age of the oldest frame in the spool; 0 if none.")
        .sample(
            waiting.stream()
                    .mapToLong(entry -> Math.max(0, clock.millis() - entry.modifiedMillis()))
                    .max()
                    .orElse(0)
                / 1000.0);
  }

  private String readersText() throws IOException {
    Path report = spool.directory().resolve(ReaderReport.FILE);
    try {
      return Files.readString(report);
    } catch (NoSuchFileException none) {
      return "";
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
