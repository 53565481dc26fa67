package io.acswatch.streams;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers {@code /metrics}, {@code /healthz} and {@code /readyz} over HTTP. Changes nothing and
 * tells nothing of a host, but has no access control either: it listens on loopback by default.
 */
final class StatusServer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<AppStatus> status;
  private final Supplier<String> metrics;

  private record Answer(int code, String type, String body) {}

  /**
   * Listens from now on.
   *
   * @throws AppException if the port is in use or the host is not this one
   */
  StatusServer(HttpAddress address, Supplier<AppStatus> status, Supplier<String> metrics)
      throws AppException {
    this.status = status;
    this.metrics = metrics;
    InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
    if (socket.isUnresolved()) {
      throw new AppException("cannot listen on " + address + ": no such host");
    }
    try {
      server = HttpServer.create(socket, 0);
    } catch (IOException inUse) {
      throw new AppException(
          "cannot listen on " + address + ": " + AppException.firstLine(inUse), inUse);
    }
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "acswatch-http");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      Answer answer;
      if (head || method.equals("GET")) {
        answer = answer(exchange.getRequestURI().getPath());
      } else {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer = new Answer(405, TEXT, "only GET and HEAD\n");
      }
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(answer.code(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Answer answer(String path) {
    AppStatus now = status.get();
    return switch (path) {
      case "/metrics" -> new Answer(200, IsolationMetrics.CONTENT_TYPE, metrics.get());
      case "/healthz" ->
          new Answer(
              now.isAlive() ? 200 : 503,
              JSON,
              "{\"state\":\"%s\",\"healthy\":%b}\n".formatted(now.state(), now.isAlive()));
      case "/readyz" ->
          new Answer(
              now.isReady() ? 200 : 503,
              JSON,
              "{\"state\":\"%s\",\"broker\":\"%s\",\"ready\":%b}\n"
                  .formatted(
                      now.state(), now.brokerReachable() ? "reachable" : "away", now.isReady()));
      case "/" ->
          new Answer(
              200,
              TEXT,
              "acswatch streams application %s: %s\n\n"
                      .formatted(StreamsMain.version(), now.state())
                  + "/metrics  for Prometheus\n"
                  + "/healthz  503 if it must be started again\n"
                  + "/readyz   200 while it judges frames and a broker answers\n");
      default -> new Answer(404, TEXT, "no such page; / lists them\n");
    };
  }

  /** Stops listening; what is being answered may be cut short. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
