package io.acswatch.streams.app;

import io.acswatch.cli.HttpAddress;
import io.acswatch.client.Incident;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.api.FleetApi;
import io.acswatch.streams.api.Instances;
import io.acswatch.streams.api.Outage;
import io.acswatch.streams.api.StaticFiles;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.wire.json.AlertLinks;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The page and the API as they are served, over hosts that were really judged, without Kafka. The
 * hosts of another such server can be made this one's peers.
 */
public final class ServedFleet implements AutoCloseable, Instances {
  private static final AlertLinks LINKS =
      new AlertLinks(AlertLinks.RUNBOOK, "https://acswatch.example.org");

  private final Map<String, HostState> states = new ConcurrentHashMap<>();
  private final FleetIndex index;
  private final IsolationMetrics metrics;
  private final StatusServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final LongSupplier clock;
  private volatile List<ServedFleet> peers = List.of();
  private volatile boolean whole = true;
  private volatile Outage outage;
  private volatile String advertised;
  private volatile List<Incident> incidents = List.of();
  private volatile List<KernelKnowledge> kernels = List.of();

  /** Serves on a free port of loopback. */
  public ServedFleet(LongSupplier clock) {
    this(clock, FleetApi.LONGEST);
  }

  /** One in which an explanation may take so long. */
  public ServedFleet(LongSupplier clock, Duration longest) {
    this.clock = clock;
    index = new FleetIndex(Duration.ofMinutes(15), clock);
    metrics = new IsolationMetrics(index, () -> 0, Map::of);
    FleetApi api = new FleetApi(index, this, LINKS, "", longest);
    server =
        new StatusServer(
            new HttpAddress("127.0.0.1", 0),
            "",
            () -> new AppStatus("RUNNING", true, List.of(), index.overtaken()),
            metrics::text,
            (path, query) -> {
              var file = StaticFiles.answer(path);
              return file == null ? api.answer(path, query) : file;
            });
    server.start();
    index.opened(0);
  }

  /** So many frames of a partition that is kept here were deleted a moment ago. */
  public void overtaken(int partition, long frames) {
    index.opened(partition);
    index.deleted(partition, frames, frames, clock.getAsLong());
  }

  /** Judges captures of one host, in order. */
  public ServedFleet judge(Capture... captures) {
    for (Capture capture : captures) {
      HostState state = states.getOrDefault(capture.host(), HostState.NONE);
      put(capture.host(), Judgement.apply(state, Snapshot.of(capture)).state());
    }
    return this;
  }

  /** Puts a host in its place that was judged elsewhere. */
  public void put(String host, HostState state) {
    states.put(host, state);
    index.stored(0, host, state);
  }

  /** Keeps incidents that were joined elsewhere. */
  public void keep(List<Incident> joined) {
    incidents = List.copyOf(joined);
  }

  /** Whether it runs, and has read all that it keeps. */
  public void whole(boolean now) {
    whole = now;
  }

  /** Why nothing is judged; null for all is well. */
  public void outage(Outage now) {
    outage = now;
  }

  @Override
  public Outage outage() {
    return outage;
  }

  /** The instances beside this one. */
  public void peers(ServedFleet... others) {
    peers = List.of(others);
  }

  /** The address that it tells to be reached by, in a text that must not change. */
  public void advertised(String address) {
    advertised = address;
  }

  @Override
  public String self() {
    return advertised == null ? "127.0.0.1:" + server.address().getPort() : advertised;
  }

  @Override
  public boolean isWhole() {
    return whole;
  }

  @Override
  public List<String> all() {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(self()), peers.stream().map(ServedFleet::self))
        .toList();
  }

  @Override
  public String ownerOf(String host) {
    return peers.stream()
        .filter(peer -> peer.states.containsKey(host))
        .map(ServedFleet::self)
        .findFirst()
        .orElse(self());
  }

  @Override
  public HostState state(String host) {
    return states.get(host);
  }

  @Override
  public List<String> keepersOf(String list) {
    return all();
  }

  @Override
  public List<Incident> incidents(String host) {
    return incidents.stream()
        .filter(incident -> host.isEmpty() || incident.sample().contains(host))
        .toList();
  }

  /** Keeps what is known of kernels. */
  public void keepKernels(List<KernelKnowledge> known) {
    kernels = List.copyOf(known);
  }

  @Override
  public List<KernelKnowledge> kernels() {
    return kernels;
  }

  /** What it is reached by. */
  public String url() {
    return "http://127.0.0.1:" + server.address().getPort();
  }

  /** Asks for a path. */
  public HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url() + path)).build(), BodyHandlers.ofString());
  }

  @Override
  public void close() {
    server.close();
  }
}
