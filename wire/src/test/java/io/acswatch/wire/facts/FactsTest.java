package io.acswatch.wire.facts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.Captures;
import io.acswatch.wire.frame.RandomCaptures;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packed facts are the snapshot, in fewer bytes. */
class FactsTest {

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  static List<String> captures() {
    return Captures.NAMES;
  }

  private static Snapshot unpacked(byte[] facts, Snapshot at) {
    return FactsReader.read(facts, 0, facts.length, at.takenAtMillis(), at.sequence(), null);
  }

  private static void comesBack(Snapshot snapshot) {
    byte[] facts = FactsWriter.write(snapshot);
    assertEquals(snapshot, unpacked(facts, snapshot));
    assertArrayEquals(facts, FactsWriter.write(unpacked(facts, snapshot)));
    List<PciFunction> others = new ArrayList<>(snapshot.functions());
    Collections.reverse(others.subList(others.size() / 3, others.size()));
    for (Snapshot like : List.of(snapshot, snapshot.withFunctions(others))) {
      assertEquals(
          snapshot,
          FactsReader.read(
              facts, 0, facts.length, snapshot.takenAtMillis(), snapshot.sequence(), like));
    }
  }

  private static void comesBack(Capture capture) {
    comesBack(Snapshot.of(capture));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("captures")
  void packsRealHosts(String name) {
    comesBack(Captures.read(name));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("captures")
  void takesOverTheFunctionsOfASnapshotThatIsAlike(String name) {
    Snapshot host = Snapshot.of(Captures.read(name));
    byte[] facts = FactsWriter.write(host);
    Snapshot unpacked = FactsReader.read(facts, 0, facts.length, 0, 0, host);
    for (int i = 0; i < host.functions().size(); i++) {
      assertSame(host.functions().get(i), unpacked.functions().get(i));
    }
  }

  @Test
  void packsEveryHostOfTheCorpus() throws IOException {
    for (Path file : Captures.corpus()) {
      comesBack(CaptureReader.read(file));
    }
  }

  @Test
  void packsPlacesOfManyBytesThatBeginAlike() {
    Snapshot host = Snapshot.of(Captures.read("small"));
    PciFunction one = host.functions().get(0);
    List<PciFunction> functions = new ArrayList<>();
    for (String place :
        List.of(
            "gr\u00f6\u00dfe",
            "gr\u00f6\u00df",
            "gr\u00f6\u00e9",
            "\ud83d\ude80",
            "\ud83d\ude81",
            "")) {
      functions.add(
          new PciFunction(
              one.address(), new DevicePath(place), one.ids(), one.config(), one.kernel()));
    }
    comesBack(host.withFunctions(functions));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void packsWhatNoHostWouldShow(long seed) {
    comesBack(RandomCaptures.next(seed));
  }

  /** Real hosts with a part of them turned round: order, paths, links between VF and PF. */
  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void packsRealHostsThatWereTurnedRound(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String name = Captures.NAMES.get(random.nextInt(Captures.NAMES.size()));
    comesBack(turnedRound(Captures.read(name), random));
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
                1,
                "DMA",
                "x",
                new KernelView.Sriov(other.address(), random.nextInt(3), 7),
                random.nextBoolean(),
                false,
                Preservation.NONE),
        random.nextInt(12) > 0 ? function.removable() : "removable");
  }

  @Test
  void equalSnapshotsGiveEqualBytesWhateverTheirTime() {
    Capture host = Captures.read("sriov-vfs");
    byte[] once = FactsWriter.write(Snapshot.of(host.withHost("a", 1, 1_000)));
    assertArrayEquals(once, FactsWriter.write(Snapshot.of(host.withHost("a", 2, 9_000))));
    assertFalse(Arrays.equals(once, FactsWriter.write(Snapshot.of(host.withHost("b", 2, 9_000)))));
  }

  @Test
  void refusesANumberThatDoesNotFitItsField() {
    Snapshot host = Snapshot.of(Captures.read("small"));
    PciFunction one = host.functions().get(0);
    Snapshot odd =
        host.withFunctions(
            List.of(
                new PciFunction(
                    one.address(),
                    one.path(),
                    new PciIds(0x1_0000, 0, 0),
                    one.config(),
                    one.kernel())));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> FactsWriter.write(odd));
    assertEquals("vendor=65536, expected 0 to 65535", refused.getMessage());
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
        FactsReader.read(damaged, 0, damaged.length, 0, 0, null);
      } catch (IllegalArgumentException | IndexOutOfBoundsException expected) {
        assertTrue(expected.getMessage() != null || expected.getCause() == null);
      }
    }
    assertThrows(
        RuntimeException.class, () -> FactsReader.read(packed, 0, packed.length - 1, 0, 0, null));
  }

  /** Names in the order of their codes; what is kept was written with these. */
  @Test
  void codesNeverChange() {
    assertEquals(
        "COMPLETE TRUNCATED_UNPRIVILEGED EXT_UNAVAILABLE EXT_ALIASED ALL_ONES NOT_READY TORN_READ"
            + " ASLEEP UNREADABLE",
        names(FactsLayout.READ_STATUSES));
    assertEquals(
        "ENDPOINT LEGACY_ENDPOINT ROOT_PORT UPSTREAM_PORT DOWNSTREAM_PORT PCIE_TO_PCI_BRIDGE"
            + " PCI_TO_PCIE_BRIDGE ROOT_COMPLEX_ENDPOINT ROOT_COMPLEX_EVENT_COLLECTOR RESERVED"
            + " CONVENTIONAL UNKNOWN",
        names(FactsLayout.PORT_TYPES));
    assertEquals(
        "COLD KEXEC_PLAIN KEXEC_KHO LIVE_UPDATE CRASH_KEXEC UNKNOWN",
        names(FactsLayout.BOOT_CLASSES));
    assertEquals(
        "NONE ASKED ADOPTED FINISHED REFUSED_QUIRKS REFUSED_VIRTUAL_FUNCTION QUIRK_REQUIRED"
            + " TAKEN_BACK DESTROYED FOUND_AGAIN ADOPTED_AND_ASKED",
        names(FactsLayout.PRESERVATIONS));
    assertEquals("LOADED UNLOADED GOING_DOWN BACK", names(List.of(KexecEvent.Step.values())));
  }

  private static String names(List<? extends Enum<?>> constants) {
    return constants.stream().map(Enum::name).collect(Collectors.joining(" "));
  }
}
