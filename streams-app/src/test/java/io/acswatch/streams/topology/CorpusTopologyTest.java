package io.acswatch.streams.topology;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.streams.Frames;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.text.CaptureReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every recorded kernel through the real topology: each case is a host, its captures are frames.
 *
 * <p>Which devices of which VMs came to share a group follows from two things that the recording
 * has beside the captures: who was given which device, and the groups the kernel formed. That is
 * what is due; it is compared with the open critical alerts after each capture. All other codes are
 * in the table, {@code docs/alerts/corpus.md}, which {@code -Dgolden.update=true} writes anew: the
 * difference is reviewed like code.
 */
class CorpusTopologyTest {
  private static final Path TABLE = Path.of("../docs/alerts/corpus.md");
  private static final long TAKEN_AT = 1_767_225_600_000L;

  @TempDir Path scratch;

  /** What came of a case. */
  private record Row(String name, String kernels, String due, String raised, String others) {
    String line() {
      return "| `%s` | %s | %s | %s | %s |\n".formatted(name, kernels, due, raised, others);
    }
  }

  @Test
  void raisesWhatIsDueAndNothingElse() throws Exception {
    List<Row> rows = new ArrayList<>();
    List<String> differences = new ArrayList<>();
    try (TopologyRun run = new TopologyRun(scratch)) {
      for (JsonNode one : Frames.recordedCases()) {
        rows.add(row(run, one, differences));
      }
      assertEquals(List.of(), run.read(TOPICS.rejects()));
    }
    assertEquals(List.of(), differences);
    assertTrue(rows.stream().anyMatch(row -> !row.due().equals("-")));

    String table = table(rows);
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(TABLE, table);
    }
    assertEquals(Files.readString(TABLE), table, TABLE::toString);
  }

  private static Row row(TopologyRun run, JsonNode one, List<String> differences) throws Exception {
    String host = one.get("case").asText();
    JsonNode tenancy = one.path("tenancy");
    Map<String, IsolationAlert> open = new LinkedHashMap<>();
    Set<String> kernels = new TreeSet<>();
    List<String> dueInAll = new ArrayList<>();
    List<String> raisedInAll = new ArrayList<>();
    Set<String> others = new TreeSet<>();
    int number = 0;
    for (JsonNode recorded : one.get("captures")) {
      String name = recorded.get("name").asText();
      Capture capture = capture(host, recorded, tenancy, ++number);
      kernels.add(capture.boot().kernelRelease().replaceFirst("-.*", ""));
      run.send(host, FrameWriter.write(capture));
      for (TestRecord<byte[], byte[]> record : run.read(TOPICS.alerts())) {
        IsolationAlert alert = AlertJson.read(record.value());
        if (alert.status() == AlertStatus.RESOLVED) {
          open.remove(alert.fingerprint());
        } else {
          open.put(alert.fingerprint(), alert);
        }
        if (alert.status() == AlertStatus.RAISED
            && alert.code() != AlertCode.GROUP_MERGED_CROSS_VM) {
          others.add("`" + alert.code() + "`");
        }
      }
      Set<Map<String, String>> raised = merges(open);
      Set<Map<String, String>> due =
          tenancy.path("after").has(name) ? due(tenancy.get("after").get(name)) : Set.of();
      if (tenancy.path("after").has(name) || !tenancy.has("after")) {
        if (!due.equals(raised)) {
          differences.add("%s %s: due %s, raised %s".formatted(host, name, due, raised));
        }
        due.forEach(group -> dueInAll.add(words(name, group)));
        raised.forEach(group -> raisedInAll.add(words(name, group)));
      }
    }
    return new Row(
        host,
        String.join(", ", kernels),
        cell(dueInAll),
        cell(raisedInAll),
        others.isEmpty() ? "-" : String.join(" ", others));
  }

  private static String cell(List<String> groups) {
    return groups.isEmpty() ? "-" : groups.stream().sorted().collect(Collectors.joining("; "));
  }

  private static String words(String capture, Map<String, String> group) {
    return capture + ": " + String.join(" ", new TreeSet<>(group.values()));
  }

  private static Capture capture(String host, JsonNode recorded, JsonNode tenancy, int number)
      throws Exception {
    String name = recorded.get("name").asText();
    byte[] text = recorded.get("text").asText().getBytes(StandardCharsets.UTF_8);
    Capture capture =
        CaptureReader.read(host + "/" + name, new ByteArrayInputStream(text))
            .withHost(host, number, TAKEN_AT + number * 5_000L);
    if (!tenancy.path("assigned_in").asText().equals(name)) {
      return capture;
    }
    List<OwnershipClaim> owners = new ArrayList<>();
    tenancy
        .get("vm_of")
        .properties()
        .forEach(
            entry ->
                owners.add(
                    new OwnershipClaim(
                        PciAddress.parse(entry.getKey()), entry.getValue().asText(), "recorded")));
    return capture.withOwners(owners);
  }

  /** What tenancy and the kernel's groups demand: owner by address, for each group that mixes. */
  private static Set<Map<String, String>> due(JsonNode groups) {
    Set<Map<String, String>> due = new HashSet<>();
    for (JsonNode group : groups) {
      Map<String, String> owners = new TreeMap<>();
      group
          .get("devices")
          .properties()
          .forEach(entry -> owners.put(entry.getKey(), entry.getValue().asText()));
      due.add(owners);
    }
    return due;
  }

  private static Set<Map<String, String>> merges(Map<String, IsolationAlert> open) {
    return open.values().stream()
        .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
        .filter(alert -> alert.severity() == Severity.CRITICAL)
        .map(
            alert -> {
              Map<String, String> owners = new TreeMap<>();
              alert.devices().forEach(d -> owners.put(d.address().toString(), d.owner()));
              return owners;
            })
        .collect(Collectors.toSet());
  }

  private static String table(List<Row> rows) {
    StringBuilder text =
        new StringBuilder(
            """
            # What the recorded kernels raise
            Kernels 6.1 to 7.3 of Debian with Intel VT-d and AMD-Vi, recorded in QEMU: single boots, kexecs, kexecs into other
            releases, registers changed by hand, devices removed and found again. Each case is a host and goes capture by
            capture through the real topology (`CorpusTopologyTest`; `-Dgolden.update=true` writes this page). The captures lie in
            `streams-app/src/test/resources/corpus/corpus.jsonl.gz`, one case a line.

            *Due* is what must be critical: VMs whose devices share a group of the kernel after that capture and did not before, as
            it follows from who was given which device and the groups that the kernel reported. *Raised* is what was open as
            `GROUP_MERGED_CROSS_VM` then. The test fails where they differ, in a VM or in a device. *Others* are all other codes
            that the case raised.

            """);
    text.append("| Case | Kernels | Due | Raised | Others |\n| --- | --- | --- | --- | --- |\n");
    rows.forEach(row -> text.append(row.line()));
    long withMerge = rows.stream().filter(row -> !row.due().equals("-")).count();
    text.append(
        "\n%d cases, %d of them with a merge across VMs.\n".formatted(rows.size(), withMerge));
    return text.toString();
  }
}
