package io.acswatch.collector.posted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.Lspci;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
    Lspci.assumeThere();
  }

  @TestFactory
  List<DynamicTest> ofTestCaptures() {
    return Lspci.onTestCaptures(this::check);
  }

  @TestFactory
  List<DynamicTest> ofTheCorpus() throws IOException {
    return Lspci.onTheCorpus(this::check);
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
    Path dump = Files.writeString(directory.resolve("dump"), Lspci.dump(capture.functions()));
    return Lspci.run(directory, "-F", dump.toString(), "-vvv", "-nn", "-D");
  }
}
