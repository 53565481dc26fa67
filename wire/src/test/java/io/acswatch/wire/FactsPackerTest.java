package io.acswatch.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packed facts are the snapshot, in fewer bytes. */
class FactsPackerTest {
  private final FactsPacker packer = new FactsPacker();
  private final SnapshotDecoder decoder = new SnapshotDecoder();

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  static List<String> captures() {
    return Captures.NAMES;
  }

  static List<String> goldens() throws IOException {
    return GoldenFrameTest.names();
  }

  private void agrees(byte[] frame) {
    FrameResult result = decoder.decode(frame);
    FactsAgreement.check(
        packer, frame, assertInstanceOf(FrameResult.Accepted.class, result).snapshot());
  }

  private void agrees(Capture capture) {
    agrees(FrameWriter.write(capture));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("goldens")
  void packsTheGoldenFrame(String name) throws IOException {
    agrees(GoldenFrameTest.frame(name));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("captures")
  void packsRealHostsWithoutADetour(String name) {
    byte[] frame = FrameWriter.write(Captures.read(name));
    FactsAgreement.checkBytes(packer, frame, Snapshot.of(Captures.read(name)));
    assertTrue(packer.isDirect());
  }

  @Test
  void packsEveryHostOfTheCorpus() throws IOException {
    int direct = 0;
    List<Path> corpus = Captures.corpus();
    for (Path file : corpus) {
      Capture capture = CaptureReader.read(file);
      FactsAgreement.checkBytes(packer, FrameWriter.write(capture), Snapshot.of(capture));
      direct += packer.isDirect() ? 1 : 0;
    }
    assertTrue(direct > 0.9 * corpus.size(), direct + " of " + corpus.size() + " directly");
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void packsWhatNoHostWouldShow(long seed) {
    agrees(RandomCaptures.next(seed));
  }

  /** Real hosts with a part of them turned round: order, paths, links between VF and PF. */
  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void packsRealHostsThatWereTurnedRound(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String name = Captures.NAMES.get(random.nextInt(Captures.NAMES.size()));
    agrees(turnedRound(Captures.read(name), random));
  }

  private static Capture turnedRound(Capture host, SplittableRandom random) {
    List<PciAddress> order = new ArrayList<>(host.scanOrder());
    if (random.nextBoolean()) {
      Collections.shuffle(order, new Random(random.nextLong()));
    }
    if (random.nextInt(4) == 0) {
      order.subList(random.nextInt(order.size() + 1), order.size()).clear();
    }
    List<CapturedFunction> functions = new ArrayList<>();
    for (CapturedFunction function : host.functions()) {
      if (random.nextInt(10) > 0) {
        functions.add(turnedRound(function, host, random));
      }
    }
    return new Capture(
        host.host(),
        host.phase(),
        host.boot(),
        host.takenAtMillis(),
        host.sequence(),
        random.nextBoolean(),
        order,
        functions,
        host.owners(),
        random.nextInt(4) == 0 ? List.of(evidence(random)) : host.notes());
  }

  private static String evidence(SplittableRandom random) {
    List<String> evidence =
        List.of(
            "luo: Retrieved live update data",
            Boot.LIVE_UPDATE_NOTE + "can; a test",
            BootClass.HANDOVER_FOUND,
            BootClass.HANDOVER_NOTE,
            Preservation.ADOPTED.sentence(),
            " 0000:00:03.0: " + Preservation.REFUSED_QUIRKS.sentence(),
            "KHO: found kexec handover");
    return evidence.get(random.nextInt(evidence.size()));
  }

  private static CapturedFunction turnedRound(
      CapturedFunction function, Capture host, SplittableRandom random) {
    String path = function.sysfsPath();
    CapturedFunction other = host.functions().get(random.nextInt(host.functions().size()));
    List<UnaryOperator<String>> turns =
        List.of(
            same -> "",
            same -> same.replace("pci0000:00", "pci0000:00/0000:00:0e.0/pci10000:e0"),
            same -> same.replace("/devices/", "/devices/platform/40000000.pcie/"),
            same -> same.toUpperCase(Locale.ROOT),
            same -> same + "/",
            same -> same.replace("pci", "pc\u00e9"),
            same -> other.sysfsPath(),
            same -> same.substring(0, same.length() / 2));
    return new CapturedFunction(
        function.address(),
        random.nextInt(8) > 0 ? path : turns.get(random.nextInt(turns.size())).apply(path),
        function.config(),
        random.nextInt(10) > 0 ? function.readStatus() : ReadStatus.EXT_UNAVAILABLE,
        function.ids(),
        random.nextInt(12) > 0
            ? function.kernel()
            : new KernelView(
                1, "DMA", "x", other.address(), random.nextInt(3), 7, random.nextBoolean()),
        random.nextInt(12) > 0 ? function.removable() : "removable");
  }

  @Test
  void equalSnapshotsGiveEqualBytesWhateverTheirTime() {
    Capture host = Captures.read("sriov-vfs");
    assertNull(packer.pack(FrameWriter.write(host.withHost("a", 1, 1_000))));
    byte[] once = Arrays.copyOf(packer.bytes(), packer.length());
    assertNull(packer.pack(FrameWriter.write(host.withHost("a", 2, 9_000))));
    assertTrue(Arrays.equals(once, 0, once.length, packer.bytes(), 0, packer.length()));
    assertEquals(9_000, packer.snapshot().takenAtMillis());
    assertEquals(2, packer.snapshot().sequence());
    assertNull(packer.pack(FrameWriter.write(host.withHost("b", 2, 9_000))));
    assertNotEquals(0, Arrays.compare(once, Arrays.copyOf(packer.bytes(), packer.length())));
  }

  @Test
  void knowsItsHost() {
    assertNull(packer.pack(FrameWriter.write(Captures.read("small").withHost("h\u00f6st", 1, 1))));
    assertTrue(packer.isHost("h\u00f6st".getBytes(StandardCharsets.UTF_8)));
    assertFalse(packer.isHost("host".getBytes(StandardCharsets.UTF_8)));
    assertFalse(packer.isHost(new byte[0]));
  }

  @Test
  void refusesWhatTheDecoderRefuses() {
    FrameResult.Rejected refused = packer.pack(new byte[5]);
    assertEquals(decoder.decode(new byte[5]), refused);
    assertEquals(0, packer.length());
  }

  @Test
  void damagedFactsGiveOneOfTwoExceptionsAndNothingElse() {
    byte[] packed = FactsWriter.write(Snapshot.of(Captures.read("sriov-vfs")));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged =
          Arrays.copyOf(packed, packed.length - random.nextInt(2) * random.nextInt(99));
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      try {
        FactsReader.read(damaged, 0, damaged.length, 0, 0);
      } catch (IllegalArgumentException | IndexOutOfBoundsException expected) {
        assertTrue(expected.getMessage() != null || expected.getCause() == null);
      }
    }
    assertThrows(
        RuntimeException.class, () -> FactsReader.read(packed, 0, packed.length - 1, 0, 0));
  }

  @Test
  void hasACodeForEveryConstant() {
    assertEquals(Set.of(ReadStatus.values()), Set.copyOf(FactsLayout.READ_STATUSES));
    assertEquals(Set.of(PortType.values()), Set.copyOf(FactsLayout.PORT_TYPES));
    assertEquals(Set.of(BootClass.values()), Set.copyOf(FactsLayout.BOOT_CLASSES));
    assertEquals(Set.of(Preservation.values()), Set.copyOf(FactsLayout.PRESERVATIONS));
  }
}
