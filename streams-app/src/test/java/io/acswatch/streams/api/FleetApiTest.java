package io.acswatch.streams.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.client.Incident;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import io.acswatch.streams.app.ServedFleet;
import io.acswatch.streams.topology.TopologyRun;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.ExplanationJson;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.json.KernelJson;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetApiTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String HOSTILE = "../a&b=c%00<script>alert(1)</script>/ \u202e";

  @TempDir Path scratch;
  private ServedFleet fleet;

  @BeforeEach
  void serve() throws Exception {
    fleet = new ServedFleet(() -> Frames.TAKEN_AT + 60_000);
    merged(fleet, "merged");
    fleet.judge(Frames.capture("kexec-000-before", "calm", 1));
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  private static void merged(ServedFleet fleet, String host) {
    fleet.judge(
        Frames.capture("kexec-001-before", host, 1), Frames.capture("kexec-001-after", host, 1));
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = fleet.get(path);
    assertEquals(200, answer.statusCode(), answer.body());
    return MAPPER.readTree(answer.body());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private List<String> silent(String path) throws Exception {
    List<String> silent = new ArrayList<>();
    json(path).get("silent_instances").forEach(instance -> silent.add(instance.asText()));
    return silent;
  }

  private static List<String> texts(JsonNode list, String field) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.get(field).asText()));
    return texts;
  }

  @Test
  void listsHostsMostUrgentFirst() throws Exception {
    JsonNode list = json("/api/v1/hosts");

    assertEquals(List.of("merged", "calm"), texts(list.get("hosts"), "host"));
    assertEquals("critical", list.get("hosts").get(0).get("worst").asText());
    assertTrue(list.get("hosts").get(1).get("worst").isNull());
    assertEquals(2, list.get("total").asInt());
  }

  @Test
  void filtersAndTurnsPages() throws Exception {
    for (int i = 0; i < 30; i++) {
      fleet.judge(Frames.capture("kexec-000-before", "host-%02d".formatted(i), 1));
    }

    assertEquals(
        List.of("host-05", "host-06"),
        texts(json("/api/v1/hosts?q=HOST-&sort=host&offset=5&limit=2").get("hosts"), "host"));
    assertEquals(30, json("/api/v1/hosts?q=host-&limit=1").get("total").asInt());
    assertEquals(
        List.of("merged"), texts(json("/api/v1/hosts?severity=critical").get("hosts"), "host"));
    assertEquals(0, json("/api/v1/hosts?status=stale").get("total").asInt());
    assertEquals(32, json("/api/v1/hosts?status=fresh,unknown").get("total").asInt());
  }

  @Test
  void listsAlertsByFilters() throws Exception {
    JsonNode all = json("/api/v1/alerts");
    assertTrue(all.get("total").asInt() > 1, all::toString);
    assertEquals("GROUP_MERGED_CROSS_VM", all.get("alerts").get(0).get("code").asText());

    assertEquals(1, json("/api/v1/alerts?vm=vm5&severity=critical").get("total").asInt());
    assertEquals(1, json("/api/v1/alerts?code=group_merged_cross_vm").get("total").asInt());
    assertEquals(0, json("/api/v1/alerts?host=calm").get("total").asInt());
    assertEquals(0, json("/api/v1/alerts?q=no+such+thing").get("total").asInt());
  }

  @Test
  void tellsOneHostWithBothSnapshotsAndItsAlerts() throws Exception {
    JsonNode host = json("/api/v1/host?id=merged");

    assertEquals(32, host.get("before").get("functions").size());
    assertEquals(32, host.get("after").get("functions").size());
    assertTrue(host.get("before").get("kernel").size() > host.get("after").get("kernel").size());
    JsonNode alert = host.get("alerts").get(0);
    assertEquals(
        "https://acswatch.example.org/host?id=merged&function=0000%3A00%3A03.0",
        alert.get("picture_url").asText());
    assertEquals(alert.get("taken_after"), alert.get("raised_at"));
    assertEquals(
        AlertJson.read(alert.toString()),
        AlertJson.read(
            fleet
                .get("/api/v1/alert?id=merged&fingerprint=" + alert.get("fingerprint").asText())
                .body()));
    assertTrue(json("/api/v1/host?id=calm").get("before").isNull());
  }

  @Test
  void everyParentIsTheBridgeAbove() throws Exception {
    JsonNode functions = json("/api/v1/host?id=merged").get("after").get("functions");
    for (JsonNode function : functions) {
      String path = function.get("path").asText();
      String above = path.substring(0, path.lastIndexOf('/'));
      if (function.get("parent").isNull()) {
        assertFalse(above.contains("/"), path);
      } else {
        assertEquals(
            above, functions.get(function.get("parent").asInt()).get("path").asText(), path);
      }
    }
  }

  @Test
  void explainsTheMergeAndItsAbsenceBefore() throws Exception {
    JsonNode devices = json("/api/v1/host?id=merged").get("alerts").get(0).get("devices");
    String pair =
        "id=merged&function=%s&with=%s"
            .formatted(
                devices.get(0).get("address_before").asText(),
                devices.get(devices.size() - 1).get("address_before").asText());

    JsonNode after = json("/api/v1/host/explanation?" + pair);
    assertTrue(after.get("together").asBoolean());
    assertTrue(after.get("functions").get(0).get("steps").toString().contains("does not isolate"));
    JsonNode before = json("/api/v1/host/explanation?" + pair + "&when=before");
    assertFalse(before.get("together").asBoolean());
    assertTrue(before.get("kept_apart_by").size() > 0);
    assertTrue(
        json("/api/v1/host/weak-points?id=merged&when=before").get("weak_points").size() > 0);
  }

  /** Of a kernel that groups by the registers a kexec found, as {@code explain --before} does. */
  @Test
  void explainsByTheBootBefore() throws Exception {
    List<Capture> recorded = Frames.recorded("kernels/kexec-361", "late");
    fleet.judge(recorded.toArray(new Capture[0]));
    Snapshot after = Snapshot.of(recorded.get(1));
    Explainer explainer = new Explainer(after, null, Snapshot.of(recorded.get(0)));
    int port = explainer.indexOf(PciAddress.parse("0000:00:02.0")).getAsInt();
    String explained = explained(explainer, port);

    assertNotEquals(explained, explained(new Explainer(after, null, null), port));
    assertEquals(
        MAPPER.readTree(explained), json("/api/v1/host/explanation?function=0000:00:02.0&id=late"));
  }

  private static String explained(Explainer explainer, int function) {
    Explanation explanation = explainer.explain(function);
    return Json.object(json -> ExplanationJson.write(json, explainer.choice(), explanation));
  }

  @Test
  void countsTheFleet() throws Exception {
    JsonNode counts = json("/api/v1/fleet");

    assertEquals(2, counts.get("hosts").get("fresh").asInt());
    assertEquals(1, counts.get("open_alerts").get("critical").asInt());
    assertEquals(1, counts.get("open_alerts_by_code").get("GROUP_MERGED_CROSS_VM").asInt());
    assertEquals(1, counts.get("instances").asInt());
  }

  private String fingerprint() throws Exception {
    return json("/api/v1/alerts").get("alerts").get(0).get("fingerprint").asText();
  }

  /** Joined by the real topology from the alerts of these hosts. */
  private List<Incident> incidents(String... hosts) {
    try (TopologyRun run = new TopologyRun(scratch)) {
      for (String host : hosts) {
        run.send(host, Frames.frame("kexec-001-before", host, 1));
        run.send(host, Frames.frame("kexec-001-after", host, 1));
      }
      return run.incidents();
    }
  }

  /** What the real topology learns of the kernel of a host. */
  private List<KernelKnowledge> kernels(String host) throws Exception {
    try (TopologyRun run = new TopologyRun(scratch)) {
      run.send(host, Frames.frame("kexec-001-before", host, 1));
      List<KernelKnowledge> kernels = new ArrayList<>();
      for (var record : run.read(new TopicNames("acswatch").kernels())) {
        kernels.add(KernelJson.read(record.value()));
      }
      return kernels;
    }
  }

  @Test
  void listsWhatIsKnownOfKernels() throws Exception {
    assertEquals(0, json("/api/v1/kernels").get("total").asInt());
    KernelKnowledge one = KernelKnowledge.none("6.8.0-124-generic", "#124-Ubuntu SMP");
    fleet.keepKernels(List.of(one, KernelKnowledge.none("6.1.0-49-amd64", "")));

    JsonNode list = json("/api/v1/kernels");
    assertEquals(2, list.get("total").asInt());
    assertEquals("6.1.0-49-amd64", list.at("/kernels/0/kernel_release").asText());
    JsonNode found = json("/api/v1/kernels?release=6.8.0-124-generic");
    assertEquals("#124-Ubuntu SMP", found.at("/kernels/0/kernel_version").asText());
    assertEquals(1, KernelJson.readList(found.toString().getBytes(StandardCharsets.UTF_8)).size());
    assertEquals(400, fleet.get("/api/v1/kernels?host=x").statusCode());
  }

  @Test
  void listsWhatSeveralHostsHaveInCommon() throws Exception {
    assertEquals(0, json("/api/v1/incidents").get("total").asInt());
    List<Incident> joined = incidents("merged", "other");
    assertTrue(joined.size() > 1, joined::toString);
    fleet.keep(joined);

    JsonNode list = json("/api/v1/incidents");
    assertEquals(joined.size(), list.get("total").asInt());
    JsonNode worst = list.get("incidents").get(0);
    assertEquals("GROUP_MERGED_CROSS_VM", worst.get("code").asText());
    assertEquals("critical", worst.get("severity").asText());
    assertEquals(2, worst.get("open_hosts").asInt());
    assertEquals("merged", worst.get("sample").get(0).asText());
    assertEquals(1, json("/api/v1/incidents?severity=critical").get("total").asInt());
    assertEquals(joined.size(), json("/api/v1/incidents?host=other").get("total").asInt());
    assertEquals(0, json("/api/v1/incidents?host=calm").get("total").asInt());
    assertEquals(0, json("/api/v1/incidents?status=closed").get("total").asInt());
    assertEquals(1, json("/api/v1/incidents?status=all&limit=1").get("incidents").size());
    assertEquals(400, fleet.get("/api/v1/incidents?status=shut").statusCode());
  }

  /**
   * The page shows an incident as one line, and apart from it the hosts of which it does not tell.
   */
  @Test
  void listsTheHostsOfAnIncidentAndThoseThatHaveMore() throws Exception {
    merged(fleet, "other");
    fleet.judge(
        Frames.capture("kexec-002-before", "alone", 1),
        Frames.capture("kexec-002-after", "alone", 1));
    fleet.keep(incidents("merged", "other"));
    JsonNode worst = json("/api/v1/incidents").get("incidents").get(0);
    String id = worst.get("incident").asText();

    JsonNode first = json("/api/v1/hosts").get("hosts").get(0);
    assertEquals("0000:00:02.0", first.get("port").asText(), first::toString);
    assertEquals(List.of("alone", "merged", "other", "calm"), hosts(""));
    assertEquals("RR", json("/api/v1/hosts?q=merged").at("/hosts/0/bits/0").asText());
    assertEquals(id, json("/api/v1/hosts?q=merged").at("/hosts/0/incident").asText());
    assertEquals(List.of("merged", "other"), hosts("?incident=" + id));
    assertEquals(List.of("alone", "calm"), hosts("?without=00," + id + ',' + id));
    assertEquals(List.of("alone", "merged", "other", "calm"), hosts("?without=,00,00"));

    // Told is a host only if all is told that is grave about it.
    fleet.judge(
        Frames.capture("kexec-002-before", "other", 1),
        Frames.capture("kexec-002-after", "other", 1));
    assertEquals(List.of("other", "alone", "calm"), hosts("?without=" + id));
  }

  private List<String> hosts(String query) throws Exception {
    return texts(json("/api/v1/hosts" + query).get("hosts"), "host");
  }

  /** After a kexec VMs come back one by one: lists and the host's page count the same. */
  @Test
  void countsTheVmsThatAreAwaited() throws Exception {
    fleet.judge(
        Frames.capture("kexec-001-before", "early", 1),
        Frames.capture("kexec-001-after", "early", 1).withOwners(List.of()));

    assertEquals(11, json("/api/v1/hosts?q=early").at("/hosts/0/vms").asInt());
    JsonNode host = json("/api/v1/host?id=early");
    assertEquals(11, host.get("vms").asInt());
    assertTrue(texts(host.get("awaited"), "vm").contains("vm5"), () -> "" + host.get("awaited"));
    assertEquals(0, json("/api/v1/host?id=merged").get("awaited").size());
  }

  @Test
  void mergesTheIncidentsOfAllInstances() throws Exception {
    List<Incident> joined = incidents("merged", "other");
    try (ServedFleet other = new ServedFleet(() -> Frames.TAKEN_AT)) {
      fleet.keep(joined.subList(0, 1));
      other.keep(joined.subList(1, joined.size()));
      fleet.peers(other);
      other.peers(fleet);

      assertEquals(joined.size(), json("/api/v1/incidents").get("total").asInt());
      assertEquals(fleet.get("/api/v1/incidents").body(), other.get("/api/v1/incidents").body());
    }
    JsonNode alone = json("/api/v1/incidents");
    assertEquals(1, alone.get("silent_instances").size());
    assertEquals(1, alone.get("total").asInt());
  }

  /** What is not loaded yet is not "nothing is wrong". */
  @Test
  void saysWhatIsNotWhole() throws Exception {
    try (ServedFleet other = new ServedFleet(() -> Frames.TAKEN_AT + 60_000)) {
      merged(other, "elsewhere");
      fleet.peers(other);
      List<String> lists = List.of("/api/v1/hosts", "/api/v1/alerts", "/api/v1/incidents");
      for (String list : lists) {
        assertEquals(List.of(), silent(list), list);
      }
      other.whole(false);
      for (String list : lists) {
        assertEquals(List.of(other.self()), silent(list), list);
      }
      assertEquals(3, json("/api/v1/hosts").get("total").asInt(), "what it has is told");
      fleet.whole(false);
      assertEquals(List.of(fleet.self(), other.self()), silent("/api/v1/fleet"));
      assertEquals(2, json("/api/v1/fleet").at("/open_alerts/critical").asInt());
    }
  }

  /** Whichever of the instances it is that does not judge, each says so. */
  @Test
  void saysWhichInstanceJudgesNothingAndSinceWhen() throws Exception {
    assertEquals(0, json("/api/v1/fleet").get("not_judging").size());
    try (ServedFleet other = new ServedFleet(() -> Frames.TAKEN_AT + 60_000)) {
      fleet.peers(other);
      other.outage(new Outage("no broker answers at b1:9092, b2:9092", Frames.TAKEN_AT));

      JsonNode outages = json("/api/v1/fleet").get("not_judging");
      assertEquals(1, outages.size());
      assertEquals(other.self(), outages.get(0).get("instance").asText());
      assertEquals("2026-01-01T00:00:00Z", outages.get(0).get("since").asText());
      assertEquals("no broker answers at b1:9092, b2:9092", outages.get(0).get("reason").asText());
      assertEquals(List.of(), validate("Fleet", fleet.get("/api/v1/fleet").body()));
    }
  }

  /** Of each partition the instance that keeps it tells. */
  @Test
  void saysWhichFramesWereDeletedBeforeTheyWereJudged() throws Exception {
    assertEquals(0, json("/api/v1/fleet").get("frames_overtaken").size());
    try (ServedFleet other = new ServedFleet(() -> Frames.TAKEN_AT + 60_000)) {
      fleet.peers(other);
      fleet.overtaken(0, 5);
      other.overtaken(2, 7);

      assertEquals(
          MAPPER.readTree("{\"0\":5,\"2\":7}"), json("/api/v1/fleet").get("frames_overtaken"));
      assertEquals(List.of(), validate("Fleet", fleet.get("/api/v1/fleet").body()));
      assertTrue(fleet.get("/metrics").body().contains("acswatch_frames_overtaken 5.0"));
    }
  }

  @Test
  void takesAnyNameForAHost() throws Exception {
    merged(fleet, HOSTILE);
    merged(fleet, "..");

    assertEquals(HOSTILE, json("/api/v1/host?id=" + encoded(HOSTILE)).get("host").asText());
    assertEquals("..", json("/api/v1/host?id=..").get("host").asText());
    assertTrue(texts(json("/api/v1/hosts").get("hosts"), "host").contains(HOSTILE));
  }

  @Test
  void saysWhatIsWrongWithARequestAsAProblem() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"400", "/api/v1/hosts?limit=0", "limit=0, expected a number from 1 to 1000"},
          {"400", "/api/v1/hosts?order=host", "unknown parameter order"},
          {"400", "/api/v1/hosts?q=a&q=b", "parameter q is given twice"},
          {"400", "/api/v1/hosts?status=tired", "status=tired is not known"},
          {"400", "/api/v1/hosts?sort=x", "sort=x, expected one of urgency"},
          {"400", "/api/v1/host", "parameter id is missing"},
          {"400", "/api/v1/host/explanation?id=merged&function=x", "x is not an address"},
          {"404", "/api/v1/host/explanation?id=merged&function=0000:ff:1f.7", "has no function"},
          {"404", "/api/v1/host?id=none", "no host none was seen"},
          {"404", "/api/v1/alert?id=merged&fingerprint=0", "has no open alert 0"},
          {"404", "/api/v1/host/weak-points?id=none", "no host none was seen"},
          {"404", "/api/v1/nothing", "no such path /api/v1/nothing"},
        }) {
      HttpResponse<String> answer = fleet.get(wrong[1]);
      assertEquals(wrong[0], Integer.toString(answer.statusCode()), wrong[1] + answer.body());
      assertEquals(
          "application/problem+json", answer.headers().firstValue("Content-Type").orElse(""));
      assertTrue(
          MAPPER.readTree(answer.body()).get("detail").asText().contains(wrong[2]), answer.body());
      assertEquals(List.of(), validate("Problem", answer.body()));
    }
  }

  @Test
  void asksTheInstanceThatKeepsAHostAndMergesLists() throws Exception {
    try (ServedFleet other = new ServedFleet(() -> Frames.TAKEN_AT + 60_000)) {
      merged(other, "elsewhere");
      other.judge(Frames.capture("kexec-000-before", "also", 1));
      fleet.peers(other);
      other.peers(fleet);

      assertEquals(
          List.of("elsewhere", "merged", "also", "calm"),
          texts(json("/api/v1/hosts").get("hosts"), "host"));
      assertEquals(
          List.of("merged", "also"),
          texts(json("/api/v1/hosts?offset=1&limit=2").get("hosts"), "host"));
      assertEquals("elsewhere", json("/api/v1/host?id=elsewhere").get("host").asText());
      assertEquals(2, json("/api/v1/fleet").get("open_alerts").get("critical").asInt());
      assertEquals(404, fleet.get("/api/v1/host?id=nowhere").statusCode());
    }
    JsonNode alone = json("/api/v1/hosts");
    assertEquals(1, alone.get("silent_instances").size());
    assertEquals(List.of("merged", "calm"), texts(alone.get("hosts"), "host"));
    assertEquals(503, fleet.get("/api/v1/host?id=elsewhere").statusCode());
  }

  /** Generators of clients make a method of each; renaming one breaks their users. */
  @Test
  void namesEveryOperationOnce() throws Exception {
    List<String> names = new ArrayList<>();
    for (JsonNode path : json("/api/v1/openapi.json").get("paths")) {
      for (JsonNode operation : path) {
        names.add(operation.path("operationId").asText());
      }
    }
    assertEquals(
        List.of(
            "getFleet",
            "listHosts",
            "listAlerts",
            "listIncidents",
            "listKernels",
            "getAlert",
            "getHost",
            "explainGroup",
            "listWeakPoints",
            "getDescription"),
        names);
  }

  /** Each path of the document is asked, and answers as it says. */
  @Test
  void answersAsTheDocumentDescribes() throws Exception {
    JsonNode document = json("/api/v1/openapi.json");
    String fingerprint = fingerprint();
    fleet.keep(incidents("merged", "other"));
    String address =
        json("/api/v1/host?id=merged").get("after").get("functions").get(3).get("address").asText();
    List<String> asked = new ArrayList<>();
    for (var path : document.get("paths").properties()) {
      StringBuilder query = new StringBuilder();
      JsonNode get = path.getValue().get("get");
      for (JsonNode parameter : get.path("parameters")) {
        String value =
            switch (parameter.get("name").asText()) {
              case "id" -> "merged";
              case "function", "with" -> address;
              case "fingerprint" -> fingerprint;
              case "limit" -> "7";
              case "offset" -> "0";
              case "sort" -> "functions";
              case "when" -> "before";
              case "status" -> path.getKey().endsWith("incidents") ? "open" : "fresh,stale";
              case "severity" -> "critical,info";
              case "code" -> "GROUP_MERGED_CROSS_VM";
              case "host" -> "merged";
              case "vm" -> "vm5";
              case "incident", "without" -> "00";
              default -> "m";
            };
        query.append(query.isEmpty() ? '?' : '&').append(parameter.get("name").asText());
        query.append('=').append(encoded(value));
      }
      HttpResponse<String> answer = fleet.get(path.getKey() + query);
      assertEquals(200, answer.statusCode(), path.getKey() + query + ": " + answer.body());
      assertEquals("application/json", answer.headers().firstValue("Content-Type").orElse(""));
      String reference = get.at("/responses/200/content/application~1json/schema/$ref").asText();
      if (!reference.isEmpty()) {
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        assertEquals(List.of(), validate(name, answer.body()), path.getKey());
        asked.add(name);
      }
    }
    assertEquals(9, asked.size(), asked::toString);
    assertFalse(validate("Fleet", "{\"instances\":-1}").isEmpty(), "a schema that takes anything");
  }

  /** Root on a host chooses what is in it; who asks for it takes neither memory nor processor. */
  @Test
  void whatIsTooLargeIsRefused() throws Exception {
    fleet.judge(LargeHosts.ofDomains("large", 1_536)[0]);

    HttpResponse<String> host = fleet.get("/api/v1/host?id=large");
    assertEquals(400, host.statusCode());
    assertTrue(host.body().contains("more than 16 MiB"), host.body());
    assertEquals(200, fleet.get("/api/v1/hosts").statusCode());
  }

  /** With no time at all, since a machine is never slow enough to be told by. */
  @Test
  void anExplanationThatTakesTooLongEnds() throws Exception {
    try (ServedFleet hurried = new ServedFleet(() -> Frames.TAKEN_AT, Duration.ZERO)) {
      hurried.judge(LargeHosts.ofDomains("large", 512)[0]);

      HttpResponse<String> weak = hurried.get("/api/v1/host/weak-points?id=large");
      assertEquals(503, weak.statusCode(), weak.body());
      assertTrue(weak.body().contains("longer than 0 s"), weak.body());
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  Thread.getAllStackTraces().keySet().stream()
                      .noneMatch(thread -> thread.getName().equals("acswatch-explain")));
    }
  }

  /** {@code docs/api.md} is written by this test, with {@code -Dgolden.update=true}. */
  @Test
  void theDocumentationShowsWhatIsAnswered() throws Exception {
    JsonNode devices = json("/api/v1/host?id=merged").get("alerts").get(0).get("devices");
    String pair =
        "&function=%s&with=%s"
            .formatted(
                devices.get(0).get("address_before").asText(),
                devices.get(devices.size() - 1).get("address_before").asText());
    String fingerprint = fingerprint();
    fleet.keep(incidents("merged", "other"));
    fleet.keepKernels(kernels("merged"));
    fleet.advertised("127.0.0.1:9640");
    fleet.outage(new Outage("no broker answers at 127.0.0.1:9092", Frames.TAKEN_AT));
    StringBuilder text =
        new StringBuilder(
            """
            # The API, call by call
            Every instance of the streams application answers for all hosts, on the address of its metrics
            (`streams.http.address`, by default 127.0.0.1:9640). It answers GET and HEAD only, and changes nothing.
            [`openapi.json`](../wire/src/main/resources/io/acswatch/wire/page/openapi.json),
            served as `/api/v1/openapi.json`, describes each parameter and answer. Times are UTC. Unknown values are null.

            **An answer says what it lacks.** "Nothing is wrong" is true only while all of these are empty:
            * `silent_instances`: instances that did not answer, or have not read all of their hosts yet after a start.
              Hosts and alerts may be missing.
            * `not_judging`: instances that do not judge frames now, or not all of them. Their answers may show the state from when that began.
            * `frames_overtaken`: how many frames of a partition were deleted before they were judged, found within the last hour.

            **Limits.** A request must be whole within 5 s, and its answer be read within 30 s. Of lists, hosts and pages 8 are worked on at a time,
            16 more wait for 2 s, and others get 503. One explanation is made at a time, for 5 s at most: 503 too. An answer has at most 16 MiB: 400.
            `/healthz` and `/readyz` wait for none of these.

            `FleetApiTest` makes this page from recorded hosts. Arrays are cut to their first element.
            """);
    for (String[] call :
        new String[][] {
          {"Counts of the fleet", "/api/v1/fleet"},
          {"Hosts, the most urgent first", "/api/v1/hosts?q=mer&limit=10"},
          {"Open alerts by filters", "/api/v1/alerts?severity=critical&vm=vm5"},
          {"What several hosts have in common", "/api/v1/incidents?host=merged&limit=1"},
          {"Kernels", "/api/v1/kernels?limit=1"},
          {"One alert in full", "/api/v1/alert?id=merged&fingerprint=" + fingerprint},
          {"One host, before and after", "/api/v1/host?id=merged"},
          {"Why two functions share a group", "/api/v1/host/explanation?id=merged" + pair},
          {"Weak points before", "/api/v1/host/weak-points?id=merged&when=before"},
          {"A host that nobody has seen", "/api/v1/host?id=nobody"},
          {"A wrong parameter", "/api/v1/hosts?limit=0"}
        }) {
      HttpResponse<String> answer = fleet.get(call[1]);
      JsonNode body = MAPPER.readTree(answer.body());
      cut(body);
      text.append(
          "\n## %s\n```text\nGET %s -> %d\n```\n".formatted(call[0], call[1], answer.statusCode()));
      text.append("```json\n").append(body.toPrettyString()).append("\n```\n");
    }
    Path file = Path.of("..", "docs", "api.md");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(file, text);
    }
    assertEquals(Files.readString(file), text.toString());
  }

  private static void cut(JsonNode node) {
    if (node instanceof ArrayNode array) {
      while (array.size() > 1) {
        array.remove(array.size() - 1);
      }
    }
    node.forEach(FleetApiTest::cut);
  }

  private List<String> validate(String name, String body) throws Exception {
    JsonNode document = MAPPER.readTree(fleet.get("/api/v1/openapi.json").body());
    var schema = MAPPER.createObjectNode();
    schema.put("$ref", "#/components/schemas/" + name);
    schema.set("components", document.get("components"));
    Schema checked =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(schema.toString());
    return checked.validate(body, InputFormat.JSON).stream().map(Object::toString).toList();
  }
}
