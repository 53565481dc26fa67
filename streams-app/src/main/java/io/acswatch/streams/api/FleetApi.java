package io.acswatch.streams.api;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostStatus;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.ExplanationJson;
import io.acswatch.wire.json.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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

  private static final int PARTIAL = 206;
  private static final Set<String> ONE_HOST = Set.of("id");

  private final FleetIndex fleet;
  private final FleetLists lists;
  private final Instances instances;
  private final PeerClient peers = new PeerClient();

  /** Answers with these hosts, and those of the other instances. */
  public FleetApi(FleetIndex fleet, Instances instances) {
    this.fleet = fleet;
    this.instances = instances;
    lists = new FleetLists(fleet);
  }

  /** The answer to a GET; null if the path is not one of the API. */
  public @Nullable HttpAnswer answer(String path, @Nullable String rawQuery) {
    try {
      if (path.startsWith(API)) {
        return everywhere(path.substring(API.length()), rawQuery);
      }
      if (path.startsWith(PEER)) {
        return here(path.substring(PEER.length()), rawQuery);
      }
      return null;
    } catch (ApiException problem) {
      return problem.answer();
    }
  }

  private HttpAnswer everywhere(String what, @Nullable String rawQuery) throws ApiException {
    return switch (what) {
      case "openapi.json" -> StaticFiles.resource("openapi.json", HttpAnswer.JSON);
      case "fleet" -> fleet(new Parameters(rawQuery, Set.of()));
      case "hosts" -> list(what, new Parameters(rawQuery, FleetLists.HOST_PARAMETERS));
      case "alerts" -> list(what, new Parameters(rawQuery, FleetLists.ALERT_PARAMETERS));
      case "incidents" -> list(what, new Parameters(rawQuery, IncidentList.PARAMETERS));
      case "kernels" -> list(what, new Parameters(rawQuery, KernelList.PARAMETERS));
      case "host", "alert", "host/explanation", "host/weak-points" -> ofHost(what, rawQuery);
      default -> throw noSuchPath(API + what);
    };
  }

  private static ApiException noSuchPath(String path) {
    return ApiException.notFound("no such path " + path + "; /api/v1/openapi.json describes them");
  }

  private HttpAnswer here(String what, @Nullable String rawQuery) throws ApiException {
    return switch (what) {
      case "fleet" -> part(localCounts());
      case "hosts" -> part(what, new Parameters(rawQuery, FleetLists.HOST_PARAMETERS));
      case "alerts" -> part(what, new Parameters(rawQuery, FleetLists.ALERT_PARAMETERS));
      case "incidents" -> part(what, new Parameters(rawQuery, IncidentList.PARAMETERS));
      case "kernels" -> part(what, new Parameters(rawQuery, KernelList.PARAMETERS));
      case "host", "alert", "host/explanation", "host/weak-points" -> local(what, rawQuery);
      default -> throw noSuchPath(PEER + what);
    };
  }

  // --- lists -------------------------------------------------------------------------------------

  private static int offset(Parameters asked) throws ApiException {
    return asked.number("offset", 0, 0, FleetLists.MAX_OFFSET);
  }

  private static int limit(Parameters asked) throws ApiException {
    return asked.number("limit", FleetLists.DEFAULT_LIMIT, 1, FleetLists.MAX_LIMIT);
  }

  private static int end(Parameters asked) throws ApiException {
    return offset(asked) + limit(asked);
  }

  private HttpAnswer part(String what, Parameters asked) throws ApiException {
    return part(local(what, asked, end(asked)).text());
  }

  private HttpAnswer part(String text) {
    return HttpAnswer.of(instances.isWhole() ? 200 : PARTIAL, ListPart.TYPE, text);
  }

  private ListPart local(String what, Parameters asked, int end) throws ApiException {
    return switch (what) {
      case "hosts" -> lists.hosts(asked, end);
      case "alerts" -> lists.alerts(asked, end);
      case "kernels" -> KernelList.of(instances, asked, end);
      default -> IncidentList.of(instances, asked, end);
    };
  }

  private HttpAnswer list(String what, Parameters asked) throws ApiException {
    int offset = offset(asked);
    int end = end(asked);
    boolean ofHosts = !what.equals("incidents") && !what.equals("kernels");
    List<String> keepers = ofHosts ? instances.all() : instances.keepersOf(what);
    boolean here = ofHosts || keepers.contains(instances.self());
    ListPart page = here ? local(what, asked, end) : new ListPart(0, List.of());
    List<String> silent = silent();
    for (String text : askPeers(keepers, PEER + what + "?" + asked.with(Map.of()), silent)) {
      page = page.merge(ListPart.parse(text), end);
    }
    ListPart merged = page;
    return HttpAnswer.of(
        200,
        HttpAnswer.JSON,
        Json.object(
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
            }));
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

  /** Lines of what is counted and how many: {@code FRESH 3}, {@code IOMMU_OFF/CRITICAL 1}. */
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
    return text.toString();
  }

  private HttpAnswer fleet(Parameters none) {
    Map<String, Integer> sums = new LinkedHashMap<>();
    List<String> silent = silent();
    List<String> texts =
        new ArrayList<>(askPeers(instances.all(), PEER + "fleet" + none.with(Map.of()), silent));
    texts.add(localCounts());
    for (String text : texts) {
      text.lines()
          .map(line -> line.split(" "))
          .filter(words -> words.length == 2)
          .forEach(words -> sums.merge(words[0], Integer.parseInt(words[1]), Integer::sum));
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

  private static int sum(Map<String, Integer> sums, Predicate<String> of) {
    return sums.entrySet().stream()
        .filter(sum -> of.test(sum.getKey()))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  // --- one host ----------------------------------------------------------------------------------

  private static Parameters oneHost(String what, @Nullable String rawQuery) throws ApiException {
    return new Parameters(
        rawQuery,
        switch (what) {
          case "alert" -> Set.of("id", "fingerprint");
          case "host/explanation" -> Set.of("id", "function", "with", "when");
          case "host/weak-points" -> Set.of("id", "when");
          default -> ONE_HOST;
        });
  }

  private HttpAnswer ofHost(String what, @Nullable String rawQuery) throws ApiException {
    Parameters asked = oneHost(what, rawQuery);
    String owner = instances.ownerOf(asked.required("id"));
    return owner.equals(instances.self())
        ? local(what, rawQuery)
        : peers.forward(owner, PEER + what + "?" + asked.with(Map.of()));
  }

  private HttpAnswer local(String what, @Nullable String rawQuery) throws ApiException {
    Parameters asked = oneHost(what, rawQuery);
    String host = asked.required("id");
    HostState state = instances.state(host);
    if (state == null || state.current() == null) {
      throw ApiException.notFound("no host " + host + " was seen");
    }
    String body =
        switch (what) {
          case "alert" -> alert(state, host, asked.required("fingerprint"));
          case "host/explanation" -> explanation(explainer(state, asked), host, asked);
          case "host/weak-points" -> weakPoints(explainer(state, asked));
          default -> Json.object(json -> HostJson.write(json, fleet.host(host), state));
        };
    return HttpAnswer.of(200, HttpAnswer.JSON, body);
  }

  private static String alert(HostState state, String host, String fingerprint)
      throws ApiException {
    for (IsolationAlert alert : state.open()) {
      if (alert.fingerprint().equals(fingerprint)) {
        return Json.object(json -> AlertJson.writeTo(json, alert));
      }
    }
    throw ApiException.notFound(host + " has no open alert " + fingerprint);
  }

  /** Explains a snapshot as the host's page shows it: by the boot before, where that is known. */
  private static Explainer explainer(HostState state, Parameters asked) throws ApiException {
    boolean before = asked.word("when", "after", "before").equals("before");
    Snapshot snapshot = before ? state.baseline() : state.current();
    if (snapshot == null) {
      throw ApiException.notFound("there is no such snapshot");
    }
    return new Explainer(snapshot, null, before ? null : HostJson.before(state));
  }

  private static String explanation(Explainer explainer, String host, Parameters asked)
      throws ApiException {
    int function = index(explainer, host, asked.required("function"));
    String with = asked.text("with");
    if (with.isEmpty()) {
      Explanation explanation = explainer.explain(function);
      return Json.object(json -> ExplanationJson.write(json, explainer.choice(), explanation));
    }
    Explanation.Pair pair = explainer.explain(function, index(explainer, host, with));
    return Json.object(json -> ExplanationJson.write(json, explainer.choice(), pair));
  }

  private static int index(Explainer explainer, String host, String text) throws ApiException {
    PciAddress asked;
    try {
      asked = PciAddress.parse(text);
    } catch (IllegalArgumentException notAnAddress) {
      throw ApiException.badRequest(text + " is not an address, expected 0000:00:03.0");
    }
    return explainer
        .indexOf(asked)
        .orElseThrow(() -> ApiException.notFound(host + " has no function " + text));
  }

  private static String weakPoints(Explainer explainer) {
    List<Explanation.WeakPoint> points = explainer.weakPoints();
    return Json.object(json -> Json.objects(json, "weak_points", points, ExplanationJson::write));
  }
}
