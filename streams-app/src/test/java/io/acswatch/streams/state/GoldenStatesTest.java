package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * States as they lie on disk and in changelogs. Rewritten by {@code -Dgolden.update=true} until the
 * first release; those of a released layout are read for ever, and hosts judged on from them.
 */
class GoldenStatesTest {
  private static final Path STATES = Path.of("src/test/resources/states");
  private static final String HOST = "host-1";

  private static Snapshot snapshot(String name, long sequence) {
    return Snapshot.of(Frames.capture(name, HOST, sequence));
  }

  private static HostState once() {
    return Judgement.apply(HostState.NONE, snapshot("kexec-001-before", 1)).state();
  }

  /** Without its alerts, whose wording may change. */
  private static HostState twice() {
    HostState told = told();
    return new HostState(told.baseline(), told.current(), told.revision(), List.of());
  }

  private static HostState told() {
    HostState before = Judgement.apply(HostState.NONE, snapshot("kexec-002-before", 1)).state();
    return Judgement.apply(before, snapshot("kexec-002-after", 1)).state();
  }

  private static byte[] golden(String name, HostState state) throws IOException {
    Path file = STATES.resolve(name);
    if (Boolean.getBoolean("golden.update")) {
      Files.write(file, HostStateSerde.pack(state));
    }
    return Files.readAllBytes(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"once", "twice"})
  void writesAndReadsTheGoldenState(String times) throws IOException {
    HostState state = times.equals("once") ? once() : twice();
    byte[] golden = golden("kexec-" + times + ".v2", state);

    assertEquals(StateLayout.VERSION, golden[0]);
    assertEquals(state, HostStateSerde.unpack(golden));
    assertArrayEquals(golden, HostStateSerde.pack(state));
  }

  @Test
  void readsGoldenAlertsAndWritesThemAsTheyWere() throws IOException {
    byte[] golden = golden("kexec-alerts.v2", told());
    HostState read = HostStateSerde.unpack(golden);

    assertEquals(merges(told().open()), merges(read.open()));
    assertFalse(read.open().isEmpty());
    assertArrayEquals(golden, HostStateSerde.pack(read));
  }

  @Test
  void aKexecAfterARestartIsJudgedAsWithoutOne() throws IOException {
    HostState read = HostStateSerde.unpack(golden("kexec-once.v2", once()));
    Snapshot after = snapshot("kexec-001-after", 1);
    Set<String> merges = merges(Judgement.apply(once(), after).alerts());

    assertFalse(merges.isEmpty());
    assertEquals(merges, merges(Judgement.apply(read, after).alerts()));
  }

  private static Set<String> merges(List<IsolationAlert> alerts) {
    return alerts.stream()
        .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
        .map(IsolationAlert::fingerprint)
        .collect(Collectors.toSet());
  }

  @Test
  void anAlertEndsWithTheTimeAtWhichItCameUpBeforeTheRestart() {
    HostState open = Judgement.apply(once(), snapshot("kexec-001-after", 1)).state();
    HostState read = HostStateSerde.unpack(HostStateSerde.pack(open));
    List<IsolationAlert> ended = Judgement.retire(read, 1).alerts();

    assertFalse(ended.isEmpty());
    for (IsolationAlert alert : ended) {
      assertEquals(AlertStatus.RESOLVED, alert.status());
      assertEquals(snapshot("kexec-001-after", 1).takenAtMillis(), alert.raisedAtMillis());
    }
    assertEquals(Judgement.retire(open, 1).alerts(), ended, "judged again it is the same");
  }

  @Test
  void theFirstSnapshotAfterARestartSaysNothingNew() throws IOException {
    HostState read = HostStateSerde.unpack(golden("kexec-once.v2", once()));

    assertTrue(Judgement.isRepetition(read, snapshot("kexec-001-before", 2)));
  }
}
