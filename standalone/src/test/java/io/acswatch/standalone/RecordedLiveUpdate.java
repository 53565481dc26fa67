package io.acswatch.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A live update that was recorded on a kernel that can preserve devices: a directory with captures
 * and {@code meta.json}, which tells their order, whose each device was, and which VMs the kernel
 * has put into one group.
 */
record RecordedLiveUpdate(String name, JsonNode meta, Map<String, Capture> captures) {
  /** All in {@code kept}, or all of the corpus where {@code -Dacswatch.corpus} names it. */
  static List<Path> directories(Path kept) throws IOException {
    String corpus = System.getProperty("acswatch.corpus", "");
    Path parent = corpus.isEmpty() ? kept : Path.of(corpus).resolve("liveupdate");
    try (Stream<Path> directories = Files.list(parent)) {
      return directories
          .filter(directory -> Files.exists(directory.resolve("meta.json")))
          .sorted()
          .toList();
    }
  }

  /** Reads one, as of a host that is named after the directory and {@code suffix}. */
  static RecordedLiveUpdate read(Path directory, String suffix) throws IOException {
    JsonNode meta = new ObjectMapper().readTree(directory.resolve("meta.json").toFile());
    Map<String, Capture> captures = new LinkedHashMap<>();
    for (JsonNode capture : meta.path("captures")) {
      captures.put(
          capture.asText(), CaptureReader.read(directory.resolve(capture.asText() + ".cap")));
    }
    return new RecordedLiveUpdate(directory.getFileName() + suffix, meta, captures);
  }

  /** The arguments for {@code acswatch} that send all captures, with the VMs that ran then. */
  String[] replay(Path scratch, String servers) throws IOException {
    List<OwnershipClaim> owners = new ArrayList<>();
    meta.path("tenancy")
        .path("vm_of")
        .properties()
        .forEach(
            entry ->
                owners.add(
                    new OwnershipClaim(
                        PciAddress.parse(entry.getKey()), entry.getValue().asText(), "VMM")));
    String assigned = meta.path("tenancy").path("assigned_in").asText();
    String firstBoot = captures.get(assigned).boot().id();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("replay", "--bootstrap-servers", servers, "--host-id", name));
    boolean running = false;
    for (Map.Entry<String, Capture> entry : captures.entrySet()) {
      Capture capture = entry.getValue();
      running |= entry.getKey().equals(assigned);
      boolean owned = running && capture.boot().id().equals(firstBoot);
      Path file = scratch.resolve(name + "-" + entry.getKey() + ".cap");
      Files.writeString(file, CaptureWriter.toText(owned ? capture.withOwners(owners) : capture));
      arguments.add(file.toString());
    }
    return arguments.toArray(String[]::new);
  }

  boolean isLast(Snapshot snapshot) {
    Capture last = captures.values().stream().reduce((first, second) -> second).orElseThrow();
    return snapshot.host().equals(name)
        && snapshot.boot().id().equals(last.boot().id())
        && snapshot.takenAtMillis() >= last.takenAtMillis();
  }

  /** VM by device, for each group of the first capture after each kexec that mixes VMs. */
  Set<Map<String, String>> merges() {
    Set<Map<String, String>> merges = new HashSet<>();
    String boot = captures.values().iterator().next().boot().id();
    for (Map.Entry<String, Capture> entry : captures.entrySet()) {
      if (!entry.getValue().boot().id().equals(boot)) {
        boot = entry.getValue().boot().id();
        for (JsonNode group : meta.path("tenancy").path("after").path(entry.getKey())) {
          Map<String, String> vmOf = new TreeMap<>();
          group
              .get("devices")
              .properties()
              .forEach(device -> vmOf.put(device.getKey(), device.getValue().asText()));
          merges.add(vmOf);
        }
      }
    }
    return merges;
  }

  /** The same of alerts. */
  static Set<Map<String, String>> merges(List<IsolationAlert> alerts) {
    return alerts.stream()
        .map(
            alert ->
                alert.devices().stream()
                    .collect(Collectors.toMap(d -> d.address().toString(), d -> d.owner())))
        .collect(Collectors.toSet());
  }
}
