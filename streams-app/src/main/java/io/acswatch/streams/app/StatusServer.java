package io.acswatch.streams.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.acswatch.cli.BoundedHttpServer;
import io.acswatch.cli.HttpAddress;
import io.acswatch.streams.api.FleetApi;
import io.acswatch.streams.api.HttpAnswer;
import io.acswatch.streams.api.PeerClient;
import io.acswatch.streams.api.StaticFiles;
import io.acswatch.wire.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /metrics}, {@code /healthz}, {@code /readyz}, the API and the page over HTTP.
 * Changes nothing, but has no access control either: it listens on loopback by default. There it
 * answers to names of this machine only, for a page from elsewhere can give loopback a name of its
 * own (DNS rebinding) and would then read along.
 */
final class StatusServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);

  /** Many more than all gates let in: the others read requests, and answer {@code /healthz}. */
  private static final int THREADS = 600;

  private static final long PATIENCE_MILLIS = 2_000;
  private static final byte[] NONE = {};
  private static final HttpAnswer BUSY =
      HttpAnswer.of(503, HttpAnswer.TEXT, "busy with other requests; ask again in a moment\n");

  private static final int WORTH_COMPRESSING = 1_024;
  private static final int PART = 64 << 10;
  private static final String JSON = HttpAnswer.JSON;
  private static final String TEXT = HttpAnswer.TEXT;
  private static final Pattern THIS_MACHINE =
      Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]+)?");

  /** Nothing from elsewhere, nothing inline, in no frame: names of hosts and VMs stay text. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Cache-Control",
          "no-store",
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Vary",
          "Accept-Encoding");

  private final BoundedHttpServer server;
  private final byte[] ofPeers;
  private final Supplier<AppStatus> status;
  private final Supplier<String> metrics;
  private final BiFunction<String, @Nullable String, @Nullable HttpAnswer> pages;
  private final Gate people = new Gate(8, 16, PATIENCE_MILLIS);

  /** Apart, since an instance that waits for its peers must answer them meanwhile. */
  private final Gate peers = new Gate(4, 16, PATIENCE_MILLIS);

  private final Gate scrapes = new Gate(4, 16, PATIENCE_MILLIS);

  /**
   * Takes the port; answers after {@link #start}.
   *
   * @param peerSecret what peers show; empty: none are answered but on loopback
   * @param pages answers a GET by path and query; null where there is no such page
   * @throws io.acswatch.cli.CommandFailure if the port is in use or the host is not this one
   */
  StatusServer(
      HttpAddress address,
      String peerSecret,
      Supplier<AppStatus> status,
      Supplier<String> metrics,
      BiFunction<String, @Nullable String, @Nullable HttpAnswer> pages) {
    ofPeers = peerSecret.isEmpty() ? NONE : PeerClient.proof(peerSecret).getBytes(UTF_8);
    this.status = status;
    this.metrics = metrics;
    this.pages = pages;
    server = new BoundedHttpServer(address, THREADS, "acswatch-http", this::handle);
  }

  void start() {
    server.start();
  }

  InetSocketAddress address() {
    return server.address();
  }

  /** Who reads slowly holds a place behind the gate, too, and keeps an answer in memory. */
  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Gate gate = gate(exchange.getRequestURI().getPath());
      if (gate == null) {
        send(exchange, answer(exchange));
      } else if (!gate.enter()) {
        send(exchange, BUSY);
      } else {
        try {
          send(exchange, answer(exchange));
        } finally {
          gate.leave();
        }
      }
    }
  }

  private @Nullable Gate gate(String path) {
    return switch (path) {
      case "/healthz", "/readyz" -> null;
      case "/metrics" -> scrapes;
      default -> path.startsWith(FleetApi.PEER) ? peers : people;
    };
  }

  private static void send(HttpExchange exchange, HttpAnswer answer) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    HEADERS.forEach(exchange.getResponseHeaders()::set);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    byte[] body = answer.body();
    if (body.length > WORTH_COMPRESSING && accepts(exchange, "Accept-Encoding", "gzip")) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      body = compressed(body);
    }
    exchange.sendResponseHeaders(answer.code(), head || body.length == 0 ? -1 : body.length);
    if (!head) {
      // In parts, since the JDK's server copies what it is given at once.
      for (int at = 0; at < body.length; at += PART) {
        exchange.getResponseBody().write(body, at, Math.min(PART, body.length - at));
      }
    }
  }

  private HttpAnswer answer(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return HttpAnswer.of(405, TEXT, "only GET and HEAD\n");
    }
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (address().getAddress().isLoopbackAddress()
        && (host == null || !THIS_MACHINE.matcher(host).matches())) {
      return HttpAnswer.of(421, TEXT, "ask for localhost: this listens on loopback only\n");
    }
    if (exchange.getRequestURI().getPath().startsWith(FleetApi.PEER) && !isPeer(exchange)) {
      return HttpAnswer.of(403, TEXT, "only for instances with the same streams.peer.secret\n");
    }
    try {
      return answer(exchange.getRequestURI(), accepts(exchange, "Accept", "text/html"));
    } catch (RuntimeException failure) {
      LOG.error("{} failed", exchange.getRequestURI().getRawPath(), failure);
      return HttpAnswer.of(500, TEXT, "failed; the log of the streams application says why\n");
    }
  }

  /** Without a secret nobody is, but on loopback, where no other machine asks. */
  private boolean isPeer(HttpExchange exchange) {
    if (ofPeers.length == 0) {
      return address().getAddress().isLoopbackAddress();
    }
    String shown = exchange.getRequestHeaders().getFirst(PeerClient.PROOF);
    return shown != null && MessageDigest.isEqual(ofPeers, shown.getBytes(UTF_8));
  }

  private static boolean accepts(HttpExchange exchange, String header, String what) {
    String accepted = exchange.getRequestHeaders().getFirst(header);
    return accepted != null && accepted.contains(what);
  }

  private static byte[] compressed(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    }
    return bytes.toByteArray();
  }

  private HttpAnswer answer(URI uri, boolean inBrowser) {
    AppStatus now = status.get();
    return switch (uri.getPath()) {
      case "/metrics" -> HttpAnswer.of(200, IsolationMetrics.CONTENT_TYPE, metrics.get());
      case "/healthz" ->
          HttpAnswer.of(
              now.isAlive() ? 200 : 503,
              JSON,
              "{\"state\":\"%s\",\"healthy\":%b}\n".formatted(now.state(), now.isAlive()));
      case "/readyz" ->
          HttpAnswer.of(
              now.isReady() ? 200 : 503,
              JSON,
              Json.object(
                      json -> {
                        json.writeStringField("state", now.state());
                        json.writeStringField(
                            "broker", now.brokerReachable() ? "reachable" : "away");
                        json.writeBooleanField("ready", now.isReady());
                        Json.texts(json, "reasons", now.reasons());
                        json.writeObjectFieldStart("frames_overtaken");
                        for (var partition : now.overtaken().entrySet()) {
                          json.writeNumberField("" + partition.getKey(), partition.getValue());
                        }
                        json.writeEndObject();
                      })
                  + "\n");
      default -> page(uri.getPath(), uri.getRawQuery(), inBrowser);
    };
  }

  private HttpAnswer page(String path, @Nullable String rawQuery, boolean inBrowser) {
    HttpAnswer page = pages.apply(path, rawQuery);
    if (page != null) {
      return page;
    }
    return inBrowser
        ? StaticFiles.page(404)
        : HttpAnswer.of(404, TEXT, "no such page; / is the first\n");
  }

  /** Stops listening; what is being answered may be cut short. */
  @Override
  public void close() {
    server.close();
  }
}
