package io.acswatch.streams.app;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.HttpAddress;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import io.acswatch.streams.api.HttpAnswer;
import io.acswatch.streams.api.StaticFiles;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.topology.Nodes;
import io.acswatch.wire.frame.FrameType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusServerTest {
  private static final HttpAddress ANY_PORT = new HttpAddress("127.0.0.1", 0);

  private static final HttpAnswer OK = HttpAnswer.of(200, HttpAnswer.TEXT, "ok\n");

  private final HttpClient client = HttpClient.newHttpClient();
  private final IsolationMetrics metrics =
      new IsolationMetrics(new FleetIndex(Duration.ofMinutes(15), () -> 0), () -> 0, Map::of);
  private volatile String state = "CREATED";
  private volatile boolean brokerReachable = true;
  private volatile List<String> hindrances = List.of();
  private final SortedMap<Integer, Long> overtaken = new TreeMap<>();
  private StatusServer server;

  @BeforeEach
  void start() {
    server =
        new StatusServer(
            ANY_PORT,
            "",
            () -> new AppStatus(state, brokerReachable, hindrances, overtaken),
            metrics::text,
            (path, query) -> StaticFiles.answer(path));
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A probe that gets no answer kills a healthy instance. */
  @Test
  void healthAndPeersAreAnsweredWhilePagesWait() throws Exception {
    CountDownLatch peerAnswers = new CountDownLatch(1);
    try (StatusServer slow =
        new StatusServer(
            ANY_PORT,
            "",
            () -> new AppStatus("RUNNING", true, List.of(), overtaken),
            metrics::text,
            (path, query) -> path.startsWith("/peer/") ? OK : afterwards(peerAnswers))) {
      slow.start();
      List<CompletableFuture<HttpResponse<String>>> pages = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        pages.add(client.sendAsync(request(slow, "/api/v1/hosts"), BodyHandlers.ofString()));
      }
      // Those that are over are turned away, not kept waiting.
      CompletableFuture.anyOf(pages.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
      for (String path : List.of("/healthz", "/readyz", "/metrics", "/peer/v1/hosts")) {
        assertEquals(200, client.send(request(slow, path), BodyHandlers.ofString()).statusCode());
      }
      peerAnswers.countDown();
      Set<Integer> codes = new TreeSet<>();
      for (CompletableFuture<HttpResponse<String>> page : pages) {
        codes.add(page.get(30, TimeUnit.SECONDS).statusCode());
      }
      assertEquals(Set.of(200, 503), codes);
    }
  }

  /** Each is long work over all functions of a host; one takes one processor, no more. */
  @Test
  void oneExplanationIsMadeAtATime() throws Exception {
    Duration longest = Duration.ofMinutes(1); // on a machine that is busy with other things
    try (ServedFleet fleet = new ServedFleet(System::currentTimeMillis, longest)) {
      fleet.judge(LargeHosts.ofDomains("large", 256)[0]);
      URI uri = URI.create(fleet.url() + "/api/v1/host/weak-points?id=large");
      HttpRequest asked = HttpRequest.newBuilder(uri).build();
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(client.sendAsync(asked, BodyHandlers.ofString()));
      }
      var all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
      long most = 0;
      while (!all.isDone()) {
        most =
            Math.max(
                most,
                Thread.getAllStackTraces().values().stream()
                    .filter(StatusServerTest::explains)
                    .count());
        assertEquals(200, fleet.get("/healthz").statusCode());
      }
      assertEquals(1, most);
      Set<Integer> codes = new TreeSet<>();
      answers.forEach(answer -> codes.add(answer.join().statusCode()));
      assertTrue(codes.contains(200) && Set.of(200, 503).containsAll(codes), codes::toString);
    }
  }

  private static boolean explains(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .anyMatch(frame -> frame.getClassName().equals(Explainer.class.getName()));
  }

  private static HttpAnswer afterwards(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return OK;
  }

  private static HttpRequest request(StatusServer of, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + of.address().getPort() + path))
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  /** Many of them would take every thread there is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz HTTP/1.1\r\nHost:",
        "GET /",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nhalf",
        "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\nhalf"
      })
  void aRequestThatIsNotSentWholeGivesItsThreadBack(String said) throws Exception {
    try (Socket half = new Socket("127.0.0.1", server.address().getPort())) {
      half.getOutputStream().write(said.getBytes(US_ASCII));
      half.setSoTimeout(30_000);

      half.getInputStream().readAllBytes(); // until the server closes the connection
    }
  }

  /** Each has a thread until its time is up; probes come in the middle of it. */
  @Test
  void probesAreAnsweredBesideFiveHundredHalfSentRequests() throws Exception {
    List<Socket> half = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        Socket socket = new Socket("127.0.0.1", server.address().getPort());
        half.add(socket);
        socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost:".getBytes(US_ASCII));
      }
      for (String path : List.of("/healthz", "/metrics", "/")) {
        assertEquals(200, client.send(request(server, path), ofString()).statusCode());
      }
      half.get(0).setSoTimeout(30_000);
      assertEquals(-1, half.get(0).getInputStream().read(), "they were there all the time");
    } finally {
      for (Socket socket : half) {
        socket.close();
      }
    }
  }

  /** More of them than there are threads behind any gate, and none of their answers is read. */
  @Test
  void probesAreAnsweredWhileAnswersAreReadSlowly() throws Exception {
    HttpAnswer large = new HttpAnswer(200, HttpAnswer.TEXT, new byte[16 << 20]);
    List<Socket> slow = new ArrayList<>();
    try (StatusServer busy =
        new StatusServer(
            ANY_PORT,
            "",
            () -> new AppStatus("RUNNING", true, List.of(), overtaken),
            metrics::text,
            (path, query) -> large)) {
      busy.start();
      for (int i = 0; i < 600; i++) {
        Socket socket = new Socket();
        slow.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.connect(busy.address());
        String path = i % 2 == 0 ? "/large" : "/peer/v1/large";
        socket
            .getOutputStream()
            .write("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path).getBytes(US_ASCII));
      }
      for (String path : List.of("/healthz", "/readyz", "/metrics")) {
        assertEquals(200, client.send(request(busy, path), ofString()).statusCode());
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aRequestWithoutAnEndIsCut() throws Exception {
    try (Socket endless = new Socket("127.0.0.1", server.address().getPort())) {
      OutputStream out = endless.getOutputStream();
      byte[] chunk = "GET /".concat("x".repeat(1 << 16)).getBytes(US_ASCII);
      long sent = 0;
      try {
        for (; sent < 1L << 30; sent += chunk.length) {
          out.write(chunk);
        }
      } catch (IOException cut) {
        assertTrue(sent < 64 << 20, sent + " bytes");
        return;
      }
      throw new AssertionError("a GiB was taken");
    }
  }

  @Test
  void withoutASecretNoOtherMachineIsAPeer() throws Exception {
    try (StatusServer open =
        new StatusServer(
            new HttpAddress("0.0.0.0", 0),
            "",
            () -> new AppStatus("RUNNING", true, List.of(), overtaken),
            metrics::text,
            (path, query) -> OK)) {
      open.start();
      assertEquals(403, client.send(request(open, "/peer/v1/hosts"), ofString()).statusCode());
      assertEquals(200, client.send(request(open, "/api/v1/hosts"), ofString()).statusCode());
    }
  }

  @Test
  void listensOnLoopbackOnAFreePort() {
    assertTrue(server.address().getAddress().isLoopbackAddress());
    assertTrue(server.address().getPort() > 0);
  }

  @Test
  void peersShowTheSecretWhereThereIsOne() throws Exception {
    String secret = "0123456789abcdef";
    try (StatusServer shared =
        new StatusServer(
            ANY_PORT,
            secret,
            () -> new AppStatus("RUNNING", true, List.of(), overtaken),
            metrics::text,
            (path, query) -> OK)) {
      shared.start();
      HttpRequest.Builder peer = HttpRequest.newBuilder(request(shared, "/peer/v1/hosts").uri());
      assertEquals(403, client.send(peer.build(), BodyHandlers.ofString()).statusCode());
      peer.header("Authorization", "Bearer 0123456789abcdeX");
      assertEquals(403, client.send(peer.build(), BodyHandlers.ofString()).statusCode());
      peer.setHeader("Authorization", "Bearer " + secret);
      assertEquals(200, client.send(peer.build(), BodyHandlers.ofString()).statusCode());
      assertEquals(
          200, client.send(request(shared, "/api/v1/hosts"), BodyHandlers.ofString()).statusCode());
    }
  }

  @Test
  void isReadyOnlyWhileRunning() throws Exception {
    for (String other : new String[] {"CREATED", "REBALANCING", "PENDING_SHUTDOWN", "ERROR"}) {
      state = other;
      HttpResponse<String> answer = get("/readyz");
      assertEquals(503, answer.statusCode());
      assertEquals(
          "{\"state\":\"%s\",\"broker\":\"reachable\",\"ready\":false,\"reasons\":[\"Kafka Streams is %1$s\"],\"frames_overtaken\":{}}\n"
              .formatted(other),
          answer.body());
    }
    state = "RUNNING";
    assertEquals(200, get("/readyz").statusCode());
    assertEquals(
        "{\"state\":\"RUNNING\",\"broker\":\"reachable\",\"ready\":true,\"reasons\":[],\"frames_overtaken\":{}}\n",
        get("/readyz").body());
    assertEquals(
        "application/json", get("/readyz").headers().firstValue("Content-Type").orElse(""));
  }

  @Test
  void isHealthyButNotReadyWhileSomethingHindersJudging() throws Exception {
    state = "RUNNING";
    hindrances = List.of("a transaction that does not end");

    assertEquals(503, get("/readyz").statusCode());
    assertTrue(get("/readyz").body().contains("[\"a transaction that does not end\"]"));
    assertEquals(200, get("/healthz").statusCode());
  }

  @Test
  void isHealthyButNotReadyWhileTheBrokerIsAway() throws Exception {
    state = "RUNNING";
    brokerReachable = false;

    assertEquals(503, get("/readyz").statusCode());
    assertEquals(
        "{\"state\":\"RUNNING\",\"broker\":\"away\",\"ready\":false,\"reasons\":[\"no broker answers\"],\"frames_overtaken\":{}}\n",
        get("/readyz").body());
    assertEquals(200, get("/healthz").statusCode());
  }

  @Test
  void isHealthyUnlessItMustBeStartedAgain() throws Exception {
    for (String alive : new String[] {"CREATED", "REBALANCING", "RUNNING", "PENDING_SHUTDOWN"}) {
      state = alive;
      assertEquals(200, get("/healthz").statusCode(), alive);
    }
    for (String dead : new String[] {"PENDING_ERROR", "ERROR", "NOT_RUNNING"}) {
      state = dead;
      assertEquals(503, get("/healthz").statusCode(), dead);
    }
  }

  @Test
  void showsMetricsOfWhatHappened() throws Exception {
    metrics.decoded(FrameType.SNAPSHOT, 32, metrics.decodeStarts());
    metrics.rejected("bad_magic");
    metrics.judged();
    metrics.repetitionSkipped();
    metrics.stateChanged("CREATED", "RUNNING");
    HttpResponse<String> answer = get("/metrics");

    assertEquals(200, answer.statusCode());
    assertTrue(
        answer
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .startsWith("text/plain; version=0.0.4"));
    for (String line :
        new String[] {
          "acswatch_frames_total{kind=\"snapshot\",} 1.0",
          "acswatch_functions_decoded_total 32.0",
          "acswatch_rejects_total{reason=\"bad_magic\",} 1.0",
          "acswatch_rejects_total{reason=\"judgement_failed\",} 0.0",
          "acswatch_judgements_total 1.0",
          "acswatch_repetitions_skipped_total 1.0",
          "acswatch_decode_seconds_count 1.0",
          "acswatch_streams_state{state=\"RUNNING\",} 1.0",
          "acswatch_streams_state{state=\"CREATED\",} 0.0"
        }) {
      assertTrue(answer.body().contains("\n" + line + "\n"), line + " not in " + answer.body());
    }
    assertTrue(answer.body().contains("\nacswatch_build_info{version="), answer.body());
    assertTrue(answer.body().contains("\njvm_"), answer.body());
  }

  @Test
  void countsAlertsByCodeSeverityAndStatus() throws Exception {
    var before = Snapshot.of(Frames.capture("kexec-001-before", "h", 1));
    var after = Snapshot.of(Frames.capture("kexec-001-after", "h", 1));
    var state = Judgement.apply(HostState.NONE, before).state();
    Judgement.apply(state, after).alerts().forEach(alert -> metrics.alerted(alert, 0));

    String line =
        "acswatch_alerts_total{code=\"GROUP_MERGED_CROSS_VM\",severity=\"critical\","
            + "status=\"raised\",} 1.0";
    assertTrue(get("/metrics").body().contains(line), get("/metrics").body());
  }

  @Test
  void tellsWhatPagesThereAre() throws Exception {
    assertTrue(get("/").body().contains("/metrics"));
    assertEquals(404, get("/nothing").statusCode());
    assertEquals(404, get("/metrics/x").statusCode());
    assertEquals("no-store", get("/").headers().firstValue("Cache-Control").orElse(""));
  }

  @Test
  void letsNothingInFromElsewhere() throws Exception {
    for (String path : new String[] {"/", "/assets/app.js", "/metrics", "/nothing"}) {
      var headers = get(path).headers();
      String policy = headers.firstValue("Content-Security-Policy").orElse("");
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), path);
      assertTrue(!policy.contains("unsafe"), path);
      assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""), path);
      assertTrue(headers.firstValue("Access-Control-Allow-Origin").isEmpty(), path);
    }
  }

  /** A page from elsewhere could give loopback a name of its own and read along. */
  @Test
  void answersOnLoopbackToNamesOfThisMachineOnly() throws Exception {
    assertEquals("421", statusFor("evil.example.org"));
    assertEquals("421", statusFor("localhost.example.org:9640"));
    assertEquals("200", statusFor("localhost:1"));
    assertEquals("200", statusFor("127.0.0.1"));
  }

  /** Java's own client sends no Host but the true one. */
  private String statusFor(String host) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      String request = "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.formatted(host).getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .findFirst()
          .orElse("HTTP/1.1 none")
          .split(" ")[1];
    }
  }

  @Test
  void compressesForWhoUnderstandsIt() throws Exception {
    HttpResponse<byte[]> answer =
        client.send(
            request("/metrics").header("Accept-Encoding", "gzip").build(),
            BodyHandlers.ofByteArray());

    assertEquals("gzip", answer.headers().firstValue("Content-Encoding").orElse(""));
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      String text = new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(text.contains("acswatch_frames_total"), text);
    }
  }

  @Test
  void answersGetAndHeadOnly() throws Exception {
    HttpResponse<String> head =
        client.send(
            request("/metrics").method("HEAD", BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());
    HttpResponse<String> post =
        client.send(
            request("/healthz").POST(BodyPublishers.ofString("x")).build(),
            BodyHandlers.ofString());

    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
    assertEquals(405, post.statusCode());
    assertEquals("GET, HEAD", post.headers().firstValue("Allow").orElse(""));
  }

  @Test
  void namesThePortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      HttpAddress address = new HttpAddress("127.0.0.1", taken.getLocalPort());
      CommandFailure refused =
          assertThrows(
              CommandFailure.class,
              () ->
                  new StatusServer(
                      address,
                      "",
                      () -> new AppStatus("RUNNING", true, List.of(), overtaken),
                      () -> "",
                      (path, query) -> null));

      assertEquals(
          "cannot listen on " + address + ": Address already in use", refused.getMessage());
    }
  }

  @Test
  void namesTheHostThatIsNone() {
    HttpAddress nowhere = new HttpAddress("nowhere.invalid", 1);
    CommandFailure refused =
        assertThrows(
            CommandFailure.class,
            () ->
                new StatusServer(
                    nowhere,
                    "",
                    () -> new AppStatus("RUNNING", true, List.of(), overtaken),
                    () -> "",
                    (path, query) -> null));

    assertEquals("cannot listen on nowhere.invalid:1: no such host", refused.getMessage());
  }

  @Test
  void hasALimitForRejectsAboveThatOfFrames() {
    assertTrue(KafkaSettings.MAX_REQUEST_BYTES > Nodes.MAX_RECORD_BYTES);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }
}
