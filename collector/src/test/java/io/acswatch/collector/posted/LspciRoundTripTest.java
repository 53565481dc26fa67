package io.acswatch.collector.posted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code lspci -vvv -nn -D} prints of a capture, read back: the groups of the capture's
 * registers, or unknown where {@code lspci} does not show what the kernel looks at; never others.
 */
class LspciRoundTripTest {
  private static final Boot NO_BOOT =
      new Boot("-", "unknown", "", "", Boot.UNKNOWN_LOADER, Boot.UNKNOWN_LOADER);

  @TempDir private Path directory;

  @BeforeAll
  static void needsLspci() {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/lspci")),
        "/usr/bin/lspci is missing (Debian: pciutils)");
  }

  @TestFactory
  List<DynamicTest> ofTestCaptures() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : TestCaptures.NAMES) {
      tests.add(dynamicTest(name, () -> check(TestCaptures.read(name))));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> ofTheCorpus() throws IOException {
    assumeTrue(
        TestCaptures.corpus().isPresent(), "no corpus here; -Dacswatch.corpus=DIR names one");
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : TestCaptures.below(TestCaptures.corpus().orElseThrow())) {
      tests.add(dynamicTest(file.toString(), () -> check(CaptureReader.read(file))));
    }
    return tests;
  }

  private void check(Capture capture) throws IOException, InterruptedException {
    Capture shown = asLspciCouldShow(capture);
    PostedHost host = new PostedHost();
    host.addText("lspci", new ByteArrayInputStream(lspci(shown)));
    Capture read = host.toCapture();
    assertEquals(shown.functions().size(), read.functions().size());

    SnapshotGroups expected = SnapshotGroups.of(Snapshot.of(shown), null, null);
    SnapshotGroups found = SnapshotGroups.of(Snapshot.of(read), null, null);

    Set<PciAddress> open = new TreeSet<>(found.unknown());
    open.removeAll(expected.unknown());
    found.notComputable().stream()
        .filter(address -> !expected.notComputable().contains(address))
        .forEach(open::add);
    if (open.isEmpty() && expected.unknown().isEmpty()) {
      assertEquals(text(expected.derived(), shown), text(found.derived(), read));
      assertEquals(text(expected.strict(), shown), text(found.strict(), read));
    } else if (!open.isEmpty()) {
      assertFalse(host.missing().isEmpty(), "unknown, and nothing says what is missing");
      assertTrue(
          host.missing().stream().anyMatch(one -> one.command().contains("lspci")),
          host.missing().toString());
    }
  }

  /** Nothing but registers and ids: a dump has no paths, groups and kernels. */
  private static Capture asLspciCouldShow(Capture capture) {
    List<CapturedFunction> functions = new ArrayList<>();
    for (CapturedFunction function : capture.functions()) {
      if (function.config().length() > 0) {
        KernelView kernel = function.kernel();
        functions.add(
            new CapturedFunction(
                function.address(),
                function.sysfsPath(),
                function.config(),
                function.readStatus(),
                function.ids(),
                new KernelView(
                    KernelView.NO_GROUP,
                    "",
                    "",
                    kernel.sriov(),
                    kernel.ariEnabled(),
                    false,
                    kernel.preservation()),
                ""));
      }
    }
    return new Capture("", "", NO_BOOT, 0, 0, false, List.of(), functions, List.of(), List.of());
  }

  private static String text(GroupPartition partition, Capture capture) {
    List<String> groups = new ArrayList<>();
    for (List<Integer> members : partition.members()) {
      groups.add(
          members.stream()
              .map(i -> capture.functions().get(i).address())
              .sorted()
              .toList()
              .toString());
    }
    groups.sort(null);
    return String.join("\n", groups);
  }

  private byte[] lspci(Capture capture) throws IOException, InterruptedException {
    StringBuilder dump = new StringBuilder();
    for (CapturedFunction function : capture.functions()) {
      dump.append(function.address()).append(" Device\n");
      ConfigSpace config = function.config();
      for (int row = 0; row < config.length(); row += 16) {
        dump.append("%02x:".formatted(row));
        for (int i = row; i < Math.min(row + 16, config.length()); i++) {
          dump.append(" %02x".formatted(config.u8(i)));
        }
        dump.append('\n');
      }
      dump.append('\n');
    }
    Path input = Files.writeString(directory.resolve("dump"), dump);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder("/usr/bin/lspci", "-F", input.toString(), "-vvv", "-nn", "-D")
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "lspci does not end");
    return Files.readAllBytes(output);
  }
}
