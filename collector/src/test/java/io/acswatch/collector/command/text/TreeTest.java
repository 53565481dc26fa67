package io.acswatch.collector.command.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Ink;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/tree");
  private static final Ink PLAIN = new Ink(false);
  private static final int DOMAINS = 45;

  private static Capture capture(String name) throws Exception {
    String file = "/captures/" + name + ".cap";
    return CaptureReader.read(file, TreeTest.class.getResourceAsStream(file));
  }

  private static String groups(Capture capture, Ink ink, boolean lines) {
    Snapshot snapshot = Snapshot.of(capture);
    return GroupsTree.of(snapshot, SnapshotGroups.of(snapshot, null), ink, lines);
  }

  private static String changes(Capture before, Capture after, Ink ink) {
    return ChangeTree.of(Snapshot.of(before), Snapshot.of(after), ink, true);
  }

  private static void assertGolden(String name, String text) throws Exception {
    Path file = GOLDEN.resolve(name + ".txt");
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(file, text);
    }
    assertEquals(Files.readString(file), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "switch-before",
        "switch-after",
        "sriov-vfs",
        "amd-iommu",
        "iommu-off-after",
        "late-acs"
      })
  void drawsGroups(String name) throws Exception {
    assertGolden("groups-" + name, groups(capture(name), PLAIN, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"switch", "renumbered", "iommu-off"})
  void drawsWhatChanged(String name) throws Exception {
    assertGolden(
        "diff-" + name, changes(capture(name + "-before"), capture(name + "-after"), PLAIN));
  }

  @Test
  void coloursOnlyAddEscapes() throws Exception {
    String coloured = groups(capture("switch-after"), new Ink(true), true);

    assertGolden("groups-switch-after-coloured", coloured);
    assertEquals(
        groups(capture("switch-after"), PLAIN, true), coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
  }

  @Test
  void drawsInAsciiWhereNothingElseCanBePrinted() throws Exception {
    assertTrue(
        groups(capture("switch-after"), PLAIN, false).chars().allMatch(c -> c < 0x7f),
        "only ASCII");
  }

  @Test
  void saysNothingOfAHostThatIsAsItWas() throws Exception {
    assertEquals("", changes(capture("switch-before"), capture("switch-before"), PLAIN));
  }

  /** What goes and comes is told both ways. */
  @Test
  void tellsWhatCameAndWhatIsGone() throws Exception {
    Capture whole = capture("switch-before");
    Capture less =
        with(whole, whole.functions().subList(0, whole.functions().size() - 1), whole.owners());
    CapturedFunction last = whole.functions().get(whole.functions().size() - 1);

    String row = "[^\n]*" + last.address().toString().substring(5) + "[^\n]*";
    assertTrue(changes(whole, less, PLAIN).matches("(?s).*" + row + " gone [^\n]*\n.*"));
    assertTrue(changes(less, whole, PLAIN).matches("(?s).*" + row + " came [^\n]*\n.*"));
  }

  @Test
  void fitsIntoAHundredColumnsWhateverNamesThereAre() throws Exception {
    Capture capture = capture("switch-after");
    String name = "\u001b[2J\u202evm with a very long name that nobody would want to type\n";
    List<OwnershipClaim> owners =
        capture.functions().stream()
            .map(function -> new OwnershipClaim(function.address(), name, "test"))
            .toList();

    String text = groups(with(capture, capture.functions(), owners), PLAIN, true);
    assertTrue(text.contains("..."), text);
    assertFalse(text.contains("\u001b") || text.contains("\u202e"), "controls the terminal");
    text.lines().forEach(line -> assertTrue(line.length() <= 100, line));
  }

  /** A host of more than a thousand functions, one switch of which merged. */
  @Test
  void staysShortForAThousandFunctions() throws Exception {
    Capture one = capture("switch-before");
    Capture before = domains(one, one);
    Capture after = domains(one, capture("switch-after"));

    assertTrue(before.functions().size() > 1_000);
    String changes = changes(before, after, PLAIN);
    assertTrue(changes.lines().count() < 30, changes);
    assertTrue(changes.contains("functions as before"), changes);
    assertGolden("diff-thousand", changes);
    assertTrue(groups(after, PLAIN, true).lines().count() > 1_000);
  }

  @Test
  void tellsManyFunctionsOfAKindInOneRow() throws Exception {
    Capture capture = capture("sriov-vfs");
    CapturedFunction pattern =
        capture.functions().stream()
            .filter(function -> function.address().toString().equals("0000:01:00.3"))
            .findFirst()
            .orElseThrow();
    List<CapturedFunction> functions = new ArrayList<>(capture.functions());
    for (int i = 4; i < 64; i++) {
      PciAddress address = PciAddress.parse("0000:01:%02x.%d".formatted(i / 8, i % 8));
      functions.add(
          new CapturedFunction(
              address,
              pattern.sysfsPath().replace("0000:01:00.3", address.toString()),
              pattern.config(),
              pattern.readStatus(),
              pattern.ids(),
              new KernelView(
                  100 + i,
                  pattern.kernel().groupType(),
                  pattern.kernel().driver(),
                  new KernelView.Sriov(pattern.kernel().sriov().physicalFunction(), 0, 0),
                  false,
                  false,
                  Preservation.NONE),
              ""));
    }
    assertGolden(
        "groups-many-vfs", groups(with(capture, functions, capture.owners()), PLAIN, true));
  }

  private static Capture domains(Capture most, Capture one) {
    List<CapturedFunction> functions = new ArrayList<>();
    List<OwnershipClaim> owners = new ArrayList<>();
    for (int domain = 0; domain < DOMAINS; domain++) {
      Capture source = domain == 3 ? one : most;
      for (CapturedFunction function : source.functions()) {
        functions.add(in(domain, function));
      }
      for (OwnershipClaim claim : most.owners()) {
        owners.add(
            new OwnershipClaim(
                in(domain, claim.address()), claim.vm() + "-" + domain, claim.source()));
      }
    }
    return with(one, functions, owners);
  }

  private static PciAddress in(int domain, PciAddress address) {
    return new PciAddress(domain, address.requesterId());
  }

  private static CapturedFunction in(int domain, CapturedFunction function) {
    String number = "%04x:".formatted(domain);
    KernelView kernel = function.kernel();
    return new CapturedFunction(
        in(domain, function.address()),
        function.sysfsPath().replace("/0000:", "/" + number).replace("pci0000:", "pci" + number),
        function.config(),
        function.readStatus(),
        function.ids(),
        new KernelView(
            kernel.hasGroup() ? domain * 100 + kernel.group() : KernelView.NO_GROUP,
            kernel.groupType(),
            kernel.driver(),
            kernel.sriov(),
            kernel.ariEnabled(),
            false,
            Preservation.NONE),
        function.removable());
  }

  private static Capture with(
      Capture capture, List<CapturedFunction> functions, List<OwnershipClaim> owners) {
    return new Capture(
        capture.host(),
        capture.phase(),
        capture.boot(),
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        functions.stream().map(CapturedFunction::address).toList(),
        functions,
        owners,
        capture.notes());
  }
}
