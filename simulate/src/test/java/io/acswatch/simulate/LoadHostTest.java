package io.acswatch.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Program;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadHostTest {
  @ParameterizedTest(name = "functions={0}")
  @ValueSource(ints = {16, 17, 31, 64, 100, 256, 1_000, 4_096})
  void groupsOfTheSimpleRuleAreThoseOfTheKernelsRules(int functions) {
    LoadHost host = LoadHost.of(1, 0, functions);
    Capture before = host.snapshot(1_000_000);

    for (Capture capture : List.of(before, lossInALiveUpdate(host))) {
      SnapshotGroups groups = SnapshotGroups.of(Snapshot.of(capture), null);
      assertEquals(functions, capture.functions().size());
      assertEquals(groups.kernel(), groups.derived());
      assertEquals(List.of(), groups.unknown());
      assertEquals(List.of(), groups.notComputable());
    }
  }

  @Test
  void lostBitOfThePortIsTheCauseOfTheMerge() {
    LoadHost host = LoadHost.of(7, 0, 200);
    Snapshot before = Snapshot.of(host.snapshot(1_000_000));
    HostState state = Judgement.apply(HostState.NONE, before).state();

    List<IsolationAlert> alerts =
        Judgement.apply(state, Snapshot.of(lossInALiveUpdate(host))).alerts();

    IsolationAlert merge =
        alerts.stream()
            .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
            .findFirst()
            .orElseThrow();
    assertEquals(host.port(), merge.cause().register().port().toString());
    assertEquals(List.of("RR"), merge.cause().register().bitNames());
    assertEquals(List.copyOf(host.vms()), merge.vms());
    assertTrue(host.vms().size() > 1);
  }

  @Test
  void cleanHostRaisesNothing() {
    Snapshot before = Snapshot.of(LoadHost.of(7, 0, 200).snapshot(1_000_000));

    assertEquals(List.of(), Judgement.apply(HostState.NONE, before).alerts());
  }

  @Test
  void seedDecidesTheBytes() {
    byte[] first = FrameWriter.write(LoadHost.of(3, 0, 100).snapshot(1));

    assertEquals(
        HexFormat.of().formatHex(first),
        HexFormat.of().formatHex(FrameWriter.write(LoadHost.of(3, 0, 100).snapshot(1))));
    assertFalse(Arrays.equals(first, FrameWriter.write(LoadHost.of(4, 0, 100).snapshot(1))));
  }

  @Test
  void commandWritesBothCaptures(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("big.cap");

    int exit =
        Program.commandLine(new SimulateCommand())
            .execute("--one-host", "64", "-o", file.toString());

    assertEquals(0, exit);
    assertTrue(Files.readString(file).endsWith("end\t64\n"));
    assertTrue(Files.readString(directory.resolve("big-after.cap")).endsWith("end\t64\n"));
  }

  @Test
  void refusesASizeNoHostHas() {
    assertThrows(IllegalArgumentException.class, () -> LoadHost.of(1, 0, 15));
    assertThrows(IllegalArgumentException.class, () -> LoadHost.of(1, 0, 8_193));
  }

  private static Capture lossInALiveUpdate(LoadHost host) {
    host.lose();
    host.liveUpdate();
    return host.snapshot(1_009_000);
  }
}
