package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostStatus;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /api/v1/...}. A list asks all instances and merges; one host is asked of the
 * instance that keeps it. Each instance answers {@code /peer/v1/...} for what it keeps itself, so
 * that no request goes around twice.
 */
public final class FleetApi {
  private static final Logger LOG = LoggerFactory.getLogger(FleetApi.class);
  private static final String API = "/api/v1/";

  /** Begins the paths that only instances ask each other for. */
  public static final String PEER = "/peer/v1/";

  /** A host of 8,192 functions is explained within it; one that is made to take longer is not. */
  public static final Duration LONGEST = Duration.ofSeconds(5);

  private static final int PARTIAL = 206;
  private static final String OVERTAKEN = "overtaken/";
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;
  private static final int MAX_OFFSET = 100_000;

  /** What is there below both, and the parameters that each takes. */
  private static final Map<String, Set<String>> PARAMETERS =
      Map.of(
          "fleet", Set.of(),
          "hosts",
              Set.of("q", "status", "severity", "incident", "without", "sort", "offset", "limit"),
          "alerts", Set.of("q", "host", "vm", "code", "severity", "offset", "limit"),
          "incidents", Set.of("status", "severity", "host", "offset", "limit"),
          "kernels", Set.of("release", "offset", "limit"),
          "host", Set.of("id"),
          "alert", Set.of("id", "fingerprint"),
          "host/explanation", Set.of("id", "function", "with", "when"),
          "host/weak-points", Set.of("id", "when"));

  private final FleetIndex fleet;
  private final FleetLists lists;
  private final Instances instances;
  private final PeerClient peers;
  private final HostAnswers hosts;

  /**
   * Answers about the hosts of these instances.
   *
   * @param longest that one explanation may take
   */
  public FleetApi(
      FleetIndex fleet,
      Instances instances,
      AlertLinks links,
      String peerSecret,
      Duration longest) {
    peers = new PeerClient(peerSecret);
    this.fleet = fleet;
    this.instances = instances;
    lists = new FleetLists(fleet, instances);
    hosts = new HostAnswers(fleet, instances, links, longest);
  }

  /** The answer to a GET; null if the path is not one of the API. */
  public @Nullable HttpAnswer answer(String path, @Nullable String rawQuery) {
    try {
      if (path.equals(API + "openapi.json")) {
        return StaticFiles.resource("openapi.json", HttpAnswer.JSON);
      }
      if (path.startsWith(API)) {
        return answer(path, path.substring(API.length()), rawQuery, false);
      }
      if (path.startsWith(PEER)) {
        return answer(path, path.substring(PEER.length()), rawQuery, true);
      }
      return null;
    } catch (ApiException problem) {
      return problem.answer();
    }
  }

  private HttpAnswer answer(String path, String what, @Nullable String rawQuery, boolean here)
      throws ApiException {
    Set<String> known = PARAMETERS.get(what);
    if (known == null) {
      throw ApiException.notFound("no such path " + path + "; /api/v1/openapi.json describes them");
    }
    Parameters asked = new Parameters(rawQuery, known);
    return switch (what) {
      case "fleet" -> here ? part(localCounts()) : fleet();
      case "hosts", "alerts", "incidents", "kernels" ->
          here ? part(lists.of(what, asked, end(asked)).text()) : list(what, asked);
      default -> here ? hosts.answer(what, asked) : ofHost(what, asked);
    };
  }

  // --- lists -------------------------------------------------------------------------------------

  private static int offset(Parameters asked) throws ApiException {
    return asked.number("offset", 0, 0, MAX_OFFSET);
  }

  private static int limit(Parameters asked) throws ApiException {
    return asked.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
  }

  private static int end(Parameters asked) throws ApiException {
    return offset(asked) + limit(asked);
  }

  private HttpAnswer part(String text) {
    return HttpAnswer.of(instances.isWhole() ? 200 : PARTIAL, ListPart.TYPE, text);
  }

  private HttpAnswer list(String what, Parameters asked) throws ApiException {
    int offset = offset(asked);
    int end = end(asked);
    boolean ofHosts = !what.equals("incidents") && !what.equals("kernels");
    List<String> keepers = ofHosts ? instances.all() : instances.keepersOf(what);
    boolean here = ofHosts || keepers.contains(instances.self());
    ListPart page = here ? lists.of(what, asked, end) : new ListPart(0, List.of());
    List<String> silent = silent();
    for (String text : askPeers(keepers, PEER + what + "?" + asked.query(), silent)) {
      page = page.merge(ListPart.parse(text), end);
    }
    ListPart merged = page;
    return HttpAnswer.json(
        json -> {
          json.writeNumberField("total", merged.total());
          json.writeNumberField("offset", offset);
          json.writeNumberField("limit", end - offset);
          Json.texts(json, "silent_instances", silent);
          json.writeArrayFieldStart(what);
          for (int i = offset; i < merged.lines().size(); i++) {
            json.writeRawValue(merged.lines().get(i).json());
          }
          json.writeEndArray();
        });
  }

  /** The instances of which something is missing, so far: this one while it is not whole. */
  private List<String> silent() {
    return new ArrayList<>(instances.isWhole() ? List.of() : List.of(instances.self()));
  }

  /** The texts of all instances that answer; those that are not whole go to {@code silent}. */
  private List<String> askPeers(List<String> keepers, String pathAndQuery, List<String> silent) {
    var asked = new LinkedHashMap<String, CompletableFuture<HttpResponse<byte[]>>>();
    for (String peer : keepers) {
      if (!peer.equals(instances.self())) {
        asked.put(peer, peers.ask(peer, pathAndQuery));
      }
    }
    List<String> texts = new ArrayList<>();
    asked.forEach(
        (peer, coming) -> {
          int code = 0;
          try {
            HttpResponse<byte[]> answer = coming.join();
            code = answer.statusCode();
            if (code == 200 || code == PARTIAL) {
              texts.add(new String(answer.body(), StandardCharsets.UTF_8));
            }
          } catch (CompletionException away) {
            LOG.debug("{} does not answer", peer, away);
          }
          if (code != 200) {
            silent.add(peer);
          }
        });
    return texts;
  }

  // --- counts ------------------------------------------------------------------------------------

  /**
   * Lines of what is counted and how many: {@code FRESH 3}, {@code IOMMU_OFF/CRITICAL 1}, {@code
   * overtaken/PARTITION 5}; and one of JSON if this instance judges nothing.
   */
  private String localCounts() {
    FleetIndex.Counts counts = fleet.counts();
    StringBuilder text = new StringBuilder();
    counts.hosts().forEach((status, n) -> text.append(status).append(' ').append(n).append('\n'));
    counts
        .open()
        .forEach(
            (code, bySeverity) ->
                bySeverity.forEach(
                    (severity, n) -> text.append("%s/%s %d\n".formatted(code, severity, n))));
    fleet
        .overtaken()
        .forEach((partition, n) -> text.append(OVERTAKEN + "%d %d\n".formatted(partition, n)));
    Outage outage = instances.outage();
    if (outage != null) {
      text.append(Json.object(json -> outage(json, outage))).append('\n');
    }
    return text.toString();
  }

  private HttpAnswer fleet() {
    Map<String, Integer> sums = new LinkedHashMap<>();
    List<String> silent = silent();
    List<String> texts = new ArrayList<>(askPeers(instances.all(), PEER + "fleet", silent));
    texts.add(localCounts());
    List<String> outages = new ArrayList<>();
    for (String line : String.join("", texts).split("\n")) {
      String[] words = line.split(" ");
      if (line.startsWith("{")) {
        outages.add(line);
      } else if (words.length == 2) {
        sums.merge(words[0], Integer.parseInt(words[1]), Integer::sum);
      }
    }
    Set<String> answering = new HashSet<>(instances.all());
    answering.add(instances.self());
    return HttpAnswer.of(
        200,
        HttpAnswer.JSON,
        Json.object(
            json -> {
              json.writeNumberField("instances", answering.size());
              Json.texts(json, "silent_instances", silent);
              json.writeFieldName("not_judging");
              json.writeRawValue("[" + String.join(",", outages) + "]");
              json.writeObjectFieldStart("frames_overtaken");
              for (var sum : sums.entrySet()) {
                if (sum.getKey().startsWith(OVERTAKEN)) {
                  json.writeNumberField(sum.getKey().substring(OVERTAKEN.length()), sum.getValue());
                }
              }
              json.writeEndObject();
              json.writeObjectFieldStart("hosts");
              for (HostStatus status : HostStatus.values()) {
                json.writeNumberField(status.label(), sums.getOrDefault(status.name(), 0));
              }
              json.writeEndObject();
              json.writeObjectFieldStart("open_alerts");
              for (Severity severity : Severity.values()) {
                json.writeNumberField(
                    severity.label(), sum(sums, what -> what.endsWith("/" + severity)));
              }
              json.writeEndObject();
              json.writeObjectFieldStart("open_alerts_by_code");
              for (AlertCode code : AlertCode.values()) {
                int n = sum(sums, what -> what.startsWith(code + "/"));
                if (n > 0) {
                  json.writeNumberField(code.name(), n);
                }
              }
              json.writeEndObject();
            }));
  }

  private void outage(JsonGenerator json, Outage outage) throws IOException {
    json.writeStringField("instance", instances.self());
    Json.time(json, "since", outage.sinceMillis());
    json.writeStringField("reason", outage.reason());
  }

  private static int sum(Map<String, Integer> sums, Predicate<String> of) {
    return sums.entrySet().stream()
        .filter(sum -> of.test(sum.getKey()))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private HttpAnswer ofHost(String what, Parameters asked) throws ApiException {
    String owner = instances.ownerOf(asked.required("id"));
    return owner.equals(instances.self())
        ? hosts.answer(what, asked)
        : peers.forward(owner, PEER + what + "?" + asked.query());
  }
}
