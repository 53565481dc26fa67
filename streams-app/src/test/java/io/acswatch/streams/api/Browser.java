package io.acswatch.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Chromium without a window, by its own protocol over the JDK's WebSocket. Remembers every request
 * it made and every error a page had.
 */
final class Browser implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);

  /** The program, where it is installed. */
  static Optional<Path> program() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path program) throws Exception {
    profile = Files.createTempDirectory("acswatch-browser");
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                // Its own sandbox wants rights that a container does not give.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("log").toFile())
            .start();
    socket = connect();
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Network.enable", Map.of());
    call("Log.enable", Map.of());
  }

  private WebSocket connect() throws Exception {
    Path port = profile.resolve("DevToolsActivePort");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.exists(port) || Files.readAllLines(port).isEmpty()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new IOException("chromium: " + Files.readString(profile.resolve("log")));
      }
      Thread.sleep(50);
    }
    HttpClient client = HttpClient.newHttpClient();
    String base = "127.0.0.1:" + Files.readAllLines(port).get(0);
    JsonNode pages =
        MAPPER.readTree(URI.create("http://" + base + "/json/list").toURL().openStream());
    for (JsonNode page : pages) {
      if (page.get("type").asText().equals("page")) {
        return client
            .newWebSocketBuilder()
            .buildAsync(URI.create(page.get("webSocketDebuggerUrl").asText()), new Listener())
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
    }
    throw new IOException("chromium has no page: " + pages);
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        received(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void received(String text) {
    try {
      JsonNode message = MAPPER.readTree(text);
      if (message.has("id")) {
        waiting.remove(message.get("id").asInt()).complete(message);
        return;
      }
      JsonNode params = message.get("params");
      switch (message.get("method").asText()) {
        case "Network.requestWillBeSent" -> requests.add(params.get("request").get("url").asText());
        case "Runtime.exceptionThrown" -> errors.add(params.get("exceptionDetails").toString());
        case "Log.entryAdded" -> {
          if (params.get("entry").get("level").asText().equals("error")) {
            errors.add(params.get("entry").toString());
          }
        }
        case "Page.javascriptDialogOpening" -> errors.add("dialog: " + params);
        default -> {}
      }
    } catch (IOException notJson) {
      errors.add(text);
    }
  }

  /** One call of the protocol. */
  JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
    message.set("params", MAPPER.valueToTree(parameters));
    synchronized (this) {
      sent =
          sent.thenCompose(unused -> socket.sendText(message.toString(), true)).thenAccept(w -> {});
    }
    JsonNode result = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (result.has("error")) {
      throw new IOException(method + ": " + result.get("error"));
    }
    return result.get("result");
  }

  /** Size of the window, and whether dark colours are asked for. */
  void look(int width, int height, boolean dark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Opens a page and waits until it shows what it has; returns the milliseconds that took. */
  double open(String url) throws Exception {
    call("Page.navigate", Map.of("url", url));
    await("document.documentElement.dataset.ready === 'yes'");
    return script("performance.now()").asDouble();
  }

  /** The value of an expression. */
  JsonNode script(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IOException(expression + ": " + result.get("exceptionDetails"));
    }
    return result.get("result").path("value");
  }

  /** Waits until an expression is true. */
  void await(String expression) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!isTrue(expression)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("never: " + expression + "; errors: " + errors);
      }
      Thread.sleep(30);
    }
  }

  private boolean isTrue(String expression) throws Exception {
    try {
      return script("!!(" + expression + ")").asBoolean();
    } catch (IOException betweenPages) {
      return false;
    }
  }

  /** Presses and releases a key. */
  void key(String name) throws Exception {
    int code =
        switch (name) {
          case "Tab" -> 9;
          case "Enter" -> 13;
          case "End" -> 35;
          case "Home" -> 36;
          case "ArrowLeft" -> 37;
          case "ArrowUp" -> 38;
          case "ArrowRight" -> 39;
          case "ArrowDown" -> 40;
          default -> throw new IllegalArgumentException(name);
        };
    // Only a key that also writes something presses a button.
    String text = name.equals("Enter") ? "\r" : "";
    for (String type : List.of(text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of(
              "type",
              type,
              "key",
              name,
              "code",
              name,
              "windowsVirtualKeyCode",
              code,
              "text",
              text));
    }
  }

  /** A picture of the whole page. */
  void screenshot(Path file) throws Exception {
    JsonNode picture =
        call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", false));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(picture.get("data").asText()));
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  /** Leaves the page, and what it asked for is of no weight any more. */
  void forget() throws Exception {
    call("Page.navigate", Map.of("url", "about:blank"));
    requests.clear();
  }

  /** An error of which this is a part was to be expected. */
  void forgive(String part) {
    errors.removeIf(error -> error.contains(part));
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    process.destroyForcibly().onExit().join();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
