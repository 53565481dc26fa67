package io.acswatch.streams.serde;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.liveupdate.AlertCode;
import io.acswatch.pci.liveupdate.HostState;
import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.pci.liveupdate.Judgement;
import io.acswatch.pci.liveupdate.Snapshot;
import io.acswatch.streams.Frames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * States as earlier versions of acswatch have left them in stores and changelogs: each as that
 * version wrote it, before and after a kexec of a recorded host. They are what an upgrade finds, so
 * none is ever written anew; a new layout adds a directory of its own.
 */
class ReleasedStatesTest {
  private static final Path RELEASED = Path.of("src/test/resources/released");
  private static final String DIRECTORY = "host-state-";
  private static final String HOST = "host-1";

  static Stream<Path> states() throws IOException {
    try (Stream<Path> files = Files.walk(RELEASED)) {
      return files.filter(file -> file.toString().endsWith(".state")).sorted().toList().stream();
    }
  }

  private static HostState read(Path file) throws IOException {
    return HostStateSerde.unpack(Files.readAllBytes(file));
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".state", "");
  }

  @Test
  void everyLayoutThatWasWrittenHasItsStates() throws IOException {
    Set<Integer> versions = new TreeSet<>();
    for (Path file : states().toList()) {
      int version = Files.readAllBytes(file)[2];
      assertEquals(DIRECTORY + version, file.getParent().getFileName().toString());
      versions.add(version);
    }
    int written = HostStateSerde.pack(HostState.NONE)[2];
    for (int version = 1; version <= written; version++) {
      assertTrue(versions.contains(version), "no state of version " + version);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("states")
  void isReadAsWhatTheHostWas(Path file) throws Exception {
    HostState state = read(file);
    Snapshot expected = Snapshot.of(Frames.capture(name(file), HOST, 1));

    Snapshot current = state.current();
    assertEquals(HOST, current.host());
    assertEquals(expected.boot(), current.boot());
    assertEquals(expected.takenAtMillis(), current.takenAtMillis());
    assertEquals(places(expected), places(current));
    assertEquals(expected.owners().size(), current.owners().size());
    assertFalse(state.baseline() == null);
  }

  /** Each function's address, place, group and ACS words. */
  private static List<String> places(Snapshot snapshot) {
    return snapshot.functions().stream().map(ReleasedStatesTest::place).toList();
  }

  private static String place(PciFunction function) {
    return "%s %s group %d acs %s"
        .formatted(
            function.address(),
            function.path(),
            function.kernel().group(),
            function.config().acs());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("states")
  void isTheSameOnceItIsWrittenAsStatesAreNow(Path file) throws IOException {
    HostState state = read(file);

    assertEquals(state, HostStateSerde.unpack(HostStateSerde.pack(state)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("states")
  void aKexecAfterTheUpgradeIsJudgedAsIfThereHadBeenNone(Path file) throws Exception {
    if (!name(file).endsWith("-before")) {
      return;
    }
    String name = name(file).replace("-before", "");
    Snapshot after = Snapshot.of(Frames.capture(name + "-after", HOST, 1));
    HostState fresh =
        Judgement.apply(HostState.NONE, Snapshot.of(Frames.capture(name + "-before", HOST, 1)))
            .state();

    assertEquals(
        merges(Judgement.apply(fresh, after).alerts()),
        merges(Judgement.apply(read(file), after).alerts()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("states")
  void theFirstSnapshotAfterTheUpgradeRaisesNothingAndResolvesNothing(Path file) throws Exception {
    Snapshot same = Snapshot.of(Frames.capture(name(file), HOST, 2));

    assertEquals(
        List.of(),
        Judgement.apply(read(file), same).alerts().stream()
            .map(alert -> alert.status() + " " + alert.code())
            .toList());
  }

  private static Set<String> merges(List<IsolationAlert> alerts) {
    return alerts.stream()
        .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
        .map(IsolationAlert::fingerprint)
        .collect(Collectors.toSet());
  }
}
