package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.advise.Advice;
import io.acswatch.pci.advise.Advisor;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.preflight.ForetoldGroups;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What {@code advise} names, held against kernels: {@code before} was booted without the option
 * that joins, {@code after} with it, so that advice for {@code after} must give the groups of
 * {@code before}.
 */
class AdviceOfKernelsTest {
  private static final int REDIRECT =
      AcsCapability.REQUEST_REDIRECT | AcsCapability.COMPLETION_REDIRECT;
  private static final int TOPOLOGIES = 20;
  private static final int DECIDED_BY_KERNELS = 7;

  @TestFactory
  List<DynamicTest> kernelsOfTheResourcesAgree() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/captures/advise"))) {
      for (Path after : files.filter(file -> file.toString().endsWith("-after.cap")).toList()) {
        Path before = Path.of(after.toString().replace("-after", "-before"));
        tests.add(
            dynamicTest(
                after.getFileName().toString(),
                () -> assertTrue(agrees(before, after) > 0, "no way named")));
      }
    }
    assertFalse(tests.isEmpty());
    return tests;
  }

  @Test
  void kernelsOfTheCorpusAgree() throws IOException {
    int decided = 0;
    for (Path meta : metas()) {
      JsonNode family = new ObjectMapper().readTree(meta.toFile()).path("family");
      Path before = meta.resolveSibling("before.cap");
      Path after = meta.resolveSibling("after.cap");
      if (family.asText().matches(".*(redir|config).*") && Files.exists(after)) {
        decided += agrees(before, after) > 0 ? 1 : 0;
      }
    }
    assertTrue(decided >= DECIDED_BY_KERNELS, "only " + decided + " hosts got a way");
  }

  /** Compares the groups that each named way foretells with those of the boot without option. */
  private static int agrees(Path before, Path after) throws IOException {
    Capture without = CaptureReader.read(before);
    Map<PciAddress, Integer> kernel = new HashMap<>();
    without.functions().forEach(f -> kernel.put(f.address(), f.kernel().group()));
    int named = 0;
    Snapshot present = Snapshot.of(CaptureReader.read(after));
    for (Advice advice : new Advisor(present, Snapshot.of(without)).all()) {
      for (Advice.Way way : advice.ways()) {
        if (way.means() == Advice.Means.COMMAND_LINE && way.proof() == Advice.Proof.SPLITS) {
          Set<Integer> groups = new HashSet<>();
          for (List<PciAddress> group : way.then()) {
            Set<Integer> ofKernel = new HashSet<>();
            group.forEach(address -> ofKernel.add(kernel.get(address)));
            assertEquals(1, ofKernel.size(), after + ": " + way + " joins what the kernel did not");
            groups.addAll(ofKernel);
          }
          assertEquals(way.then().size(), groups.size(), after + ": " + way);
          named++;
        }
      }
    }
    return named;
  }

  /**
   * Hosts of the corpus as they are, and as a boot with redirect switched off at one of their ports
   * would have left them.
   */
  @Test
  void whatIsNamedForTheCorpusSplitsByAForecastOfItsOwn() throws IOException {
    int topologies = 0;
    for (Path meta : metas()) {
      boolean found = false;
      for (String name : List.of("before.cap", "after.cap", "boot.cap")) {
        Path file = meta.resolveSibling(name);
        if (Files.exists(file) && !found) {
          Capture capture = CaptureReader.read(file);
          found = splits(file, Snapshot.of(capture));
          Capture joined = withoutRedirect(capture);
          found |= joined != null && splits(file, Snapshot.of(joined));
        }
      }
      topologies += found ? 1 : 0;
    }
    assertTrue(topologies >= TOPOLOGIES, "only " + topologies + " topologies got a command line");
  }

  /** The host after a boot with redirect off at its first port that has it on; null if none. */
  private static @Nullable Capture withoutRedirect(Capture capture) {
    FunctionDecoder decoder = new FunctionDecoder();
    PciAddress port = null;
    List<CapturedFunction> functions = new ArrayList<>();
    for (CapturedFunction function : capture.functions()) {
      ConfigFacts facts = decoder.decode(function.config(), function.readStatus());
      AcsRegisters acs = facts.acs();
      ConfigSpace config = function.config();
      if (port == null
          && acs != null
          && facts.claimedType().isDownstreamFacing()
          && (acs.control() & REDIRECT) != 0) {
        port = function.address();
        byte[] bytes = new byte[config.length()];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) config.u8(i);
        }
        bytes[acs.offset() + AcsCapability.CONTROL_OFFSET] &= (byte) ~REDIRECT;
        config = new ArrayConfigSpace(bytes);
      }
      KernelView kernel = function.kernel();
      functions.add(
          new CapturedFunction(
              function.address(),
              function.sysfsPath(),
              config,
              function.readStatus(),
              function.ids(),
              new KernelView(
                  KernelView.NO_GROUP,
                  "",
                  "",
                  kernel.sriov(),
                  kernel.ariEnabled(),
                  kernel.removable(),
                  kernel.preservation()),
              function.removable()));
    }
    Boot boot = capture.boot();
    return port == null
        ? null
        : new Capture(
            capture.host(),
            capture.phase(),
            new Boot(
                boot.id(),
                boot.kernelRelease(),
                boot.kernelVersion(),
                "intel_iommu=on pci=disable_acs_redir=" + port,
                boot.loader().type(),
                boot.loader().version()),
            capture.takenAtMillis(),
            capture.sequence(),
            capture.kexecLoaded(),
            capture.scanOrder(),
            functions,
            capture.owners(),
            capture.notes());
  }

  /** Types what each way says onto the command line, and forecasts it anew. */
  private static boolean splits(Path file, Snapshot present) {
    boolean found = false;
    for (Advice advice : new Advisor(present, null).all()) {
      for (Advice.Way way : advice.ways()) {
        if (way.means() != Advice.Means.COMMAND_LINE || way.proof() != Advice.Proof.SPLITS) {
          continue;
        }
        String bare = present.boot().commandLine().replaceAll("pci=\\S*", "");
        String line = way.change().startsWith("-") ? bare : bare + " " + way.change();
        String release = way.text().contains("with Linux 6.11") ? "6.11" : null;
        List<ForetoldGroups> all = ForetoldGroups.of(present, release, line, null, List.of());
        assertFalse(all.isEmpty(), file + ": " + way);
        for (ForetoldGroups then : all) {
          Set<Integer> groups = new HashSet<>();
          for (List<PciAddress> party : advice.apart()) {
            party.stream()
                .map(address -> then.groupOf().get(pathOf(present, address)))
                .distinct()
                .forEach(group -> assertTrue(groups.add(group), file + ": " + way));
          }
        }
        found = true;
      }
    }
    return found;
  }

  private static DevicePath pathOf(Snapshot host, PciAddress address) {
    return host.functions().stream()
        .filter(function -> function.address().equals(address))
        .map(PciFunction::path)
        .findFirst()
        .orElseThrow();
  }

  private static List<Path> metas() throws IOException {
    assumeTrue(
        TestCaptures.corpus().isPresent(), "no corpus here; -Dacswatch.corpus=DIR names one");
    try (Stream<Path> files = Files.walk(TestCaptures.corpus().orElseThrow())) {
      return files.filter(file -> file.endsWith("meta.json")).sorted().toList();
    }
  }
}
