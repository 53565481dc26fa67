package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostStateSerdeTest {
  private static HostState seenOnce(String name) {
    Snapshot before = Snapshot.of(Frames.capture(name + "-before", "host-1", 1));
    return Judgement.apply(HostState.NONE, before).state();
  }

  private static HostState judged(String name) {
    Snapshot after = Snapshot.of(Frames.capture(name + "-after", "host-1", 1));
    return Judgement.apply(seenOnce(name), after).state();
  }

  @Test
  void givesBackAHostOfWhichNothingIsKnown() {
    assertEquals(HostState.NONE, HostStateSerde.unpack(HostStateSerde.pack(HostState.NONE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kexec-000", "kexec-001", "kexec-002"})
  void givesBackBothSnapshotsAndTheOpenAlerts(String name) {
    HostState state = judged(name);
    byte[] packed = HostStateSerde.pack(state);

    assertEquals(state, HostStateSerde.unpack(packed));
    assertArrayEquals(packed, HostStateSerde.pack(HostStateSerde.unpack(packed)));
  }

  @Test
  void storesASnapshotThatIsAlsoTheBaselineOnce() {
    HostState state = seenOnce("kexec-001");
    HostState read = HostStateSerde.unpack(HostStateSerde.pack(state));

    assertEquals(state, read);
    assertSame(read.baseline(), read.current());
  }

  /** The figures stand in the documentation of the class. */
  @Test
  void takesAtMost64BytesForEachFunctionAndSnapshot() {
    assertBytesForEachFunction(40, Snapshot.of(Frames.capture("kexec-001-before", "host-1", 1)));
    assertBytesForEachFunction(37, Snapshot.of(LargeHosts.ofDomains("rack1-host1", 3)[0]));
    assertBytesForEachFunction(34, Snapshot.of(LargeHosts.ofDomains("rack1-host1", 128)[0]));
  }

  private static void assertBytesForEachFunction(int expected, Snapshot snapshot) {
    int functions = snapshot.functions().size();
    HostState once = new HostState(snapshot, snapshot, 0, List.of());
    Snapshot later = Snapshot.of(Frames.capture("kexec-000-before", "host-1", 1));
    int both = HostStateSerde.pack(new HostState(snapshot, later, 0, List.of())).length;
    int second = both - HostStateSerde.pack(new HostState(later, later, 0, List.of())).length;
    int first = HostStateSerde.pack(once).length;

    assertEquals(expected, (first + functions - 1) / functions, 2, first + " bytes");
    assertTrue(first <= 64 * functions, first + " bytes for one snapshot");
    assertTrue(second <= 64 * functions, second + " bytes for one snapshot more");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 72})
  void refusesAnotherVersion(int version) {
    byte[] packed = HostStateSerde.pack(seenOnce("kexec-000"));
    packed[0] = (byte) version;

    UnknownStateVersionException refused =
        assertThrows(UnknownStateVersionException.class, () -> HostStateSerde.unpack(packed));
    assertEquals(
        "host state version=%d, expected 2: another version of acswatch wrote it; run that one, or"
                .formatted(version)
            + " reset the application",
        refused.getMessage());
  }

  @Test
  void saysThatBytesAreDamagedAndNothingElse() {
    byte[] packed = HostStateSerde.pack(judged("kexec-002"));
    for (int length = 0; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      assertThrows(SerializationException.class, () -> HostStateSerde.unpack(cut));
    }
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 2_000; i++) {
      byte[] flipped = packed.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 + random.nextInt(255));
      try {
        HostStateSerde.unpack(flipped);
      } catch (SerializationException expected) {
        assertTrue(expected.getMessage().startsWith("host state"), expected.getMessage());
      }
    }
  }

  @Test
  void refusesANumberThatDoesNotFitItsField() {
    HostState state = seenOnce("kexec-000");
    Snapshot snapshot = state.current();
    var first = snapshot.functions().get(0);
    var ids = new PciIds(0x1_0000, 0, 0);
    var wide = new PciFunction(first.address(), first.path(), ids, first.config(), first.kernel());
    Snapshot odd =
        new Snapshot(
            snapshot.host(),
            snapshot.boot(),
            snapshot.bootClass(),
            1,
            1,
            false,
            true,
            List.of(wide),
            List.of(),
            List.of());

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> HostStateSerde.pack(new HostState(odd, odd, 0, List.of())));
    assertEquals("vendor=65536, expected 0 to 65535", refused.getMessage());
  }
}
