package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
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
 * What an upgrade of the streams application makes of the states it finds, those that each version
 * has written ({@link OldStatesTest} reads them): hosts are judged on as if there had been none.
 */
class UpgradedStateTest {
  private static final Path STATES = Path.of("src/test/resources/states");
  private static final String HOST = "host-1";

  private static Stream<Path> states(String pattern) throws IOException {
    try (Stream<Path> files = Files.list(STATES)) {
      return files
          .filter(file -> file.getFileName().toString().matches(pattern))
          .sorted()
          .toList()
          .stream();
    }
  }

  static Stream<Path> all() throws IOException {
    return states(".*");
  }

  static Stream<Path> beforeAKexec() throws IOException {
    return states(".*-once\\.v[0-9]+");
  }

  /**
   * Version 1 knew no serial numbers; compared with it every card looks exchanged, once. It was
   * never released.
   */
  static Stream<Path> sinceVersionTwo() throws IOException {
    return states(".*\\.v([2-9]|[1-9][0-9]+)");
  }

  private static HostState read(Path file) throws IOException {
    return HostStateSerde.unpack(Files.readAllBytes(file));
  }

  private static Snapshot snapshot(Path file, String when, long sequence) {
    String host = file.getFileName().toString().replaceFirst("-(once|twice)\\..*", "");
    return Snapshot.of(Frames.capture(host + when, HOST, sequence));
  }

  @Test
  void thereIsAStateOfEveryVersion() throws IOException {
    Set<Integer> versions = new TreeSet<>();
    for (Path file : all().toList()) {
      int version = Files.readAllBytes(file)[StateLayout.VERSION_AT];
      assertTrue(file.toString().endsWith(".v" + version), file.toString());
      versions.add(version);
    }
    for (int version = 1; version <= StateLayout.VERSION; version++) {
      assertTrue(versions.contains(version), "no state of version " + version);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void isTheSameOnceItIsWrittenAsStatesAreNow(Path file) throws IOException {
    HostState state = read(file);

    assertFalse(state.current() == null);
    assertEquals(state, HostStateSerde.unpack(HostStateSerde.pack(state)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("beforeAKexec")
  void aKexecAfterTheUpgradeIsJudgedAsWithoutIt(Path file) throws IOException {
    HostState fresh = Judgement.apply(HostState.NONE, snapshot(file, "-before", 1)).state();
    Snapshot after = snapshot(file, "-after", 1);
    Set<String> merges = merges(Judgement.apply(fresh, after).alerts());

    assertFalse(merges.isEmpty());
    assertEquals(merges, merges(Judgement.apply(read(file), after).alerts()));
  }

  private static Set<String> merges(List<IsolationAlert> alerts) {
    return alerts.stream()
        .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
        .map(IsolationAlert::fingerprint)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sinceVersionTwo")
  void theFirstSnapshotAfterTheUpgradeSaysNothingNew(Path file) throws IOException {
    String when = file.toString().contains("-once.") ? "-before" : "-after";
    Snapshot same = snapshot(file, when, 2);

    assertEquals(
        List.of(),
        Judgement.apply(read(file), same).alerts().stream()
            .map(alert -> alert.status() + " " + alert.code())
            .toList());
  }
}
