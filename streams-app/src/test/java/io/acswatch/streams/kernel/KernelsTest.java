package io.acswatch.streams.kernel;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.topology.HostRequest;
import io.acswatch.streams.topology.TopologyRun;
import io.acswatch.wire.json.KernelJson;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hosts tell of the rules of their kernels. */
class KernelsTest {
  private static final String RELEASE = "6.8.0-999-madeup";
  private static final String VERSION = "#999-Madeup SMP";

  /** All in one group, as if ACS had been off when groups were formed. */
  private static final String CANARY = "madeup-canary";

  /** Groups that no known rules form. */
  private static final String ODD = "madeup-odd";

  @TempDir Path scratch;
  private TopologyRun run;

  @BeforeEach
  void start() {
    run = new TopologyRun(scratch);
  }

  @AfterEach
  void stop() {
    run.close();
  }

  private void send(String host, String capture) {
    run.send(host, Frames.frame(capture, host, 1));
  }

  /** The last of the kernel's values since the last look; null for a tombstone. */
  private KernelKnowledge told() throws Exception {
    List<TestRecord<byte[], byte[]>> records = run.read(TOPICS.kernels());
    TestRecord<byte[], byte[]> last = records.get(records.size() - 1);
    assertEquals(RELEASE + " " + VERSION, new String(last.key(), StandardCharsets.UTF_8));
    return last.value() == null ? null : KernelJson.read(last.value());
  }

  @Test
  void oneCanaryMakesTheForecastOfAnotherHostRight() throws Exception {
    Snapshot other = Snapshot.of(Frames.capture("madeup-other", "other", 1));
    assertEquals(Preflight.Outcome.UNKNOWN, foretell(other, List.of()).outcome());

    send("canary", CANARY);
    KernelKnowledge kernel = told();

    assertEquals(1, kernel.hosts());
    assertEquals(
        List.of("legacy-late-acs-regressed"),
        kernel.explaining().stream().map(set -> set.model().label()).distinct().toList());
    Preflight.Result right = foretell(other, List.of(kernel));
    assertEquals(Preflight.Outcome.NO_GO, right.outcome(), right.reasons().toString());
  }

  private static Preflight.Result foretell(Snapshot host, List<KernelKnowledge> kernels) {
    return Preflight.of(
        host, Preflight.Mode.PLAIN_KEXEC, RELEASE, null, null, kernels, LiveUpdateAbility.UNKNOWN);
  }

  @Test
  void hostsAddUpAndLeave() throws Exception {
    send("a", CANARY);
    send("b", CANARY);
    assertEquals(2, told().hosts());

    run.command("a", new HostRequest("gone").json());
    assertEquals(1, told().hosts());
    run.command("b", new HostRequest("gone").json());
    assertNull(told());
  }

  /** Of another program; the application stopped at some of them, and again at each start. */
  @Test
  void groupsOfAnotherProgramStopNothing() throws Exception {
    send("a", CANARY);
    told();
    byte[] groups = run.read(TOPICS.groups()).get(0).value();
    String text = new String(groups, StandardCharsets.UTF_8);
    String sets = "\"rule_sets\":[";
    assertTrue(text.contains(sets), text);
    StringBuilder many = new StringBuilder(sets);
    for (int i = 0; i < 100_000; i++) {
      many.append(
          "{\"model\":\"legacy-early-acs\",\"quirks\":\"%d.%d\",\"explained\":1,\"contradicted\":0,\"open\":0},"
              .formatted(i / 1_000 + 1, i % 1_000));
    }
    run.groups(null, groups);
    run.groups("h".repeat(1 << 20), groups);
    run.groups("b", text.replace(sets, many).getBytes(StandardCharsets.UTF_8));
    run.groups("b", text.replace("\"hosts\":1", "\"hosts\":null").getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of(), run.read(TOPICS.kernels()));

    send("c", CANARY);
    assertEquals(2, told().hosts());
  }

  @Test
  void valuesFollowTheirSchema() throws Exception {
    send("a", CANARY);
    send("b", ODD);
    try (InputStream schema = KernelJson.class.getResourceAsStream("kernel-v1.schema.json")) {
      var validator =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
      for (TestRecord<byte[], byte[]> record : run.read(TOPICS.kernels())) {
        String json = new String(record.value(), StandardCharsets.UTF_8);
        assertTrue(validator.validate(json, InputFormat.JSON).isEmpty(), json);
        assertEquals(
            KernelJson.read(record.value()),
            KernelJson.read(KernelJson.write(KernelJson.read(record.value()))));
      }
    }
  }

  /** Once for the kernel, however many hosts run it; over when none is like that any more. */
  @Test
  void kernelThatNoRulesExplainIsOneIncident() throws Exception {
    send("a", ODD);
    List<Incident> first = incidents();
    assertEquals(1, first.size());
    assertEquals("KERNEL_RULES_UNKNOWN", first.get(0).code());
    assertEquals("KERNEL_RULES_UNKNOWN on 1 host, with kernel " + RELEASE, first.get(0).headline());
    assertEquals(1, told().unexplained());

    send("b", ODD);
    List<Incident> second = incidents();
    assertEquals(1, second.size());
    assertEquals(first.get(0).incident(), second.get(0).incident());
    assertEquals(2, second.get(0).hosts());
  }

  private List<Incident> incidents() {
    List<Incident> incidents = new ArrayList<>();
    try (IncidentSerde serde = new IncidentSerde()) {
      for (TestRecord<byte[], byte[]> record : run.read(TOPICS.incidents())) {
        incidents.add(serde.deserialize("t", record.value()));
      }
    }
    return incidents.stream().filter(i -> i.code().equals("KERNEL_RULES_UNKNOWN")).toList();
  }
}
