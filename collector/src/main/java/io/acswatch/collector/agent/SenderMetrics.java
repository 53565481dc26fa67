package io.acswatch.collector.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics}: the sender's own, the spool's, and what the reader left in the spool.
 */
public final class SenderMetrics implements AutoCloseable {
  private final Spool spool;
  private final SenderStatus status;
  private final Clock clock;
  private final @Nullable HttpServer server;

  private SenderMetrics(
      Spool spool, SenderStatus status, Clock clock, @Nullable HttpServer server) {
    this.spool = spool;
    this.status = status;
    this.clock = clock;
    this.server = server;
  }

  /**
   * Begins to serve.
   *
   * @param address {@code host:port}; port 0 takes a free one; empty: serve nothing
   * @throws IOException if that is no address, or it is taken
   */
  public static SenderMetrics serve(String address, Spool spool, SpoolSender sender, Clock clock)
      throws IOException {
    if (address.isEmpty()) {
      return new SenderMetrics(spool, sender.status(), clock, null);
    }
    int colon = address.lastIndexOf(':');
    HttpServer server;
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      String host = address.substring(0, Math.max(0, colon)).replaceAll("[\\[\\]]", "");
      server = HttpServer.create(new InetSocketAddress(host, port), 0);
    } catch (IllegalArgumentException | IOException refused) {
      throw new IOException(
          CollectorConfig.HTTP_ADDRESS + "=" + address + ": " + refused.getMessage(), refused);
    }
    SenderMetrics metrics = new SenderMetrics(spool, sender.status(), clock, server);
    server.createContext("/metrics", metrics::answer);
    server.start();
    return metrics;
  }

  /** Where it serves, in words. */
  public String described() {
    if (server == null) {
      return "no metrics";
    }
    InetSocketAddress bound = server.getAddress();
    return "http://%s:%d/metrics".formatted(bound.getAddress().getHostAddress(), bound.getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private String text() throws IOException {
    MetricsText text = new MetricsText();
    text.gauge("acswatch_collector_build_info", "1; the label says which version")
        .sample("version", AgentVersion.number(), 1);
    status.writeTo(text);
    List<SpoolEntry> waiting = spool.entries();
    text.gauge("acswatch_spool_frames", "Frames that wait").sample(waiting.size());
    text.gauge("acswatch_spool_bytes", "Bytes that wait")
        .sample(waiting.stream().mapToLong(SpoolEntry::bytes).sum());
    text.gauge("acswatch_spool_limit_bytes", "Bytes that may wait before frames are given up")
        .sample(spool.limitBytes());
    text.gauge("acswatch_spool_oldest_seconds", "Age of the oldest frame that waits")
        .sample(
            waiting.stream()
                    .mapToLong(entry -> Math.max(0, clock.millis() - entry.modifiedMillis()))
                    .max()
                    .orElse(0)
                / 1000.0);
    text.counter("acswatch_spool_set_aside_total", "Frames set aside by the sender, by reason");
    spool.losses().forEach((reason, count) -> text.sample("reason", reason.label(), count));
    return text + readersText();
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
      server.stop(0);
    }
  }
}
