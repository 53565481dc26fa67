package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.judge.Continuity;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.wire.FactsPacker;
import io.acswatch.wire.FrameHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * States that every version has written are read for ever. The files of versions 1 to 3 were
 * written by those; that of the version of now is rewritten by {@code -Dgolden.update=true}, and
 * must not change after a release.
 */
class OldStatesTest {
  private static final Path GOLDENS = Path.of("src/test/resources/golden");

  private static byte[] file(String name) {
    try (InputStream stream = OldStatesTest.class.getResourceAsStream("/states/" + name)) {
      return stream.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static Snapshot snapshot(String name) {
    return Snapshot.of(Frames.capture(name, "host-1", 1));
  }

  @Test
  void readsAHostSeenOnceByVersionTwo() {
    HostState state = HostStateSerde.unpack(file("kexec-001-once.v2"));

    assertEquals(snapshot("kexec-001-before"), state.current());
    assertSame(state.current(), state.baseline());
    assertEquals(Continuity.NONE, state.continuity());
  }

  @ParameterizedTest
  @ValueSource(strings = {"kexec-001", "kexec-002"})
  void readsSnapshotsAndAlertsOfVersionTwo(String name) {
    HostState state = HostStateSerde.unpack(file(name + "-twice.v2"));

    assertEquals(snapshot(name + "-before"), state.baseline());
    assertEquals(snapshot(name + "-after"), state.current());
    assertEquals(state.revision(), state.open().size());
    assertTrue(
        state.open().stream().anyMatch(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kexec-001", "kexec-002"})
  void readsWhatVersionOneKnew(String name) {
    HostState state = HostStateSerde.unpack(file(name + "-twice.v1"));
    HostState later = HostStateSerde.unpack(file(name + "-twice.v2"));

    assertEquals(knownToVersionOne(later.baseline()), knownToVersionOne(state.baseline()));
    assertEquals(knownToVersionOne(later.current()), knownToVersionOne(state.current()));
    assertEquals(later.open(), state.open());
    assertEquals(List.of(), state.pending());
  }

  private static List<PciFunction> knownToVersionOne(Snapshot snapshot) {
    return snapshot.functions().stream()
        .map(
            function ->
                new PciFunction(
                    function.address(),
                    function.path(),
                    function.ids(),
                    knownToVersionOne(function.config()),
                    function.kernel()))
        .toList();
  }

  private static ConfigFacts knownToVersionOne(ConfigFacts facts) {
    return new ConfigFacts(
        facts.status(),
        facts.lengthBytes(),
        facts.headerType(),
        facts.revision(),
        facts.subsystemVendor(),
        facts.subsystemDevice(),
        facts.claimedType(),
        facts.acs(),
        facts.firstVfOffset(),
        facts.vfStride(),
        facts.egressOpen(),
        facts.atsEnabled(),
        facts.hasMemoryBar(),
        facts.chipsetBase(),
        0,
        0,
        0,
        facts.vfsEnabled());
  }

  /** Versions 3 and 4 know the same. */
  @ParameterizedTest
  @ValueSource(strings = {"kexec-001", "kexec-002"})
  void readsAllOfVersionThree(String name) {
    HostState state = HostStateSerde.unpack(file(name + "-twice.v3"));
    HostState earlier = HostStateSerde.unpack(file(name + "-twice.v2"));

    assertEquals(earlier.baseline(), state.baseline());
    assertEquals(earlier.current(), state.current());
    assertEquals(earlier.open().size(), state.open().size());
    assertEquals(state, HostStateSerde.unpack(HostStateSerde.pack(state)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kexec-001", "kexec-002"})
  void writesTheVersionOfNowAsItDid(String name) throws IOException {
    // Without its alerts: they are JSON, which gains fields within a version.
    HostState told = HostStateSerde.unpack(file(name + "-twice.v2"));
    HostState state = new HostState(told.baseline(), told.current(), told.revision(), List.of());
    byte[] packed = HostStateSerde.pack(state);
    Path golden = GOLDENS.resolve("host-state-" + name + ".v4");
    if (Boolean.getBoolean("golden.update")) {
      Files.write(golden, packed);
    }
    byte[] written = Files.readAllBytes(golden);

    assertEquals(state, HostStateSerde.unpack(written));
    assertArrayEquals(written, packed);
  }

  /** Once: the next snapshot that is news is written in the version of now. */
  @Test
  void anOldStateIsNotComparedByItsBytes() {
    FactsPacker packer = new FactsPacker();
    FrameHead head = new FrameHead();
    byte[] frame = Frames.frame("kexec-001-before", "host-1", 2);
    head.look(frame);
    packer.pack(frame);
    PackedState old = new PackedState(file("kexec-001-once.v2"));

    assertFalse(old.isRepeatedBy(packer));
    assertTrue(Judgement.isRepetition(old.unpack(), packer.snapshot()));
    assertEquals(ReadStatus.COMPLETE, old.unpack().current().functions().get(0).config().status());
    byte[] next = old.next(old.unpack(), packer.snapshot(), packer, head);
    assertTrue(new PackedState(next).isRepeatedBy(packer));
  }
}
