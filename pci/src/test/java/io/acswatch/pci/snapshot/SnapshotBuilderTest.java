package io.acswatch.pci.snapshot;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupingModel;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which order a snapshot holds its functions, and which places VFs get. */
class SnapshotBuilderTest {
  /** A port with a PF and two VFs behind it, the later VF named first. */
  private static TestHost host() {
    return new TestHost()
        .add("E", "00:05.0", null, ENDPOINT, false, NONE)
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("PF", "01:00.0", "RP", ENDPOINT, false, NONE)
        .vf("V1", "01:00.5", "PF")
        .vf("V0", "01:00.3", "PF");
  }

  private static Snapshot rebuilt(List<PciFunction> functions, String order, String... log) {
    SnapshotBuilder builder = new SnapshotBuilder(functions.size());
    functions.forEach(builder::add);
    return builder
        .scanOrder(
            Stream.of(order.split(" ")).filter(a -> !a.isEmpty()).map(PciAddress::parse).toList())
        .kernelLog(List.of(log))
        .build("host", new Boot("boot", "6.12.74", "", "", 0, 0), BootClass.COLD, 0, 0, false);
  }

  private static List<String> addresses(Snapshot snapshot) {
    return snapshot.functions().stream().map(f -> f.address().toString().substring(5)).toList();
  }

  private static PciFunction at(Snapshot snapshot, String bdf) {
    return snapshot.functions().stream()
        .filter(f -> f.address().equals(PciAddress.parse(bdf)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withoutAnOrderABusComesAtATimeAndVfsLast() {
    Snapshot snapshot =
        rebuilt(
            host().add("L", "02:00.0", null, ENDPOINT, false, NONE).bareSnapshot().functions(), "");

    assertEquals(
        List.of("00:01.0", "00:05.0", "01:00.0", "02:00.0", "01:00.3", "01:00.5"),
        addresses(snapshot));
    assertFalse(snapshot.orderKnown());
  }

  @Test
  void whatTheScanOrderDoesNotNameComesLastAndAnAddressNamedTwiceCountsOnce() {
    Snapshot snapshot =
        rebuilt(host().bareSnapshot().functions(), "01:00.5 00:05.0 01:00.5 01:00.0");

    assertEquals(
        List.of("01:00.5", "00:05.0", "01:00.0", "00:01.0", "01:00.3"), addresses(snapshot));
    assertTrue(snapshot.orderKnown());
  }

  /** A PF at 01:00.0 with VFs at 01:00.3 and 01:00.5. */
  @ParameterizedTest(name = "first VF at {0}, stride {1}: vf{2} and vf{3}")
  @CsvSource({
    "3, 2, 0, 1",
    "1, 2, 1, 2",
    // No registers, or such that no VF can be where one is: counted by address.
    "0, 1, 0, 1",
    "4, 4, 0, 1",
  })
  void aVfIsNamedByItsIndex(int offset, int stride, int first, int second) {
    Snapshot snapshot =
        AlteredFunction.in(host().bareSnapshot(), "01:00.0", f -> f.vfPlaces(offset, stride));
    Snapshot rebuilt = rebuilt(snapshot.functions(), "");

    String pf = "pci0000:00/01.0/00.0/vf";
    assertEquals(pf + first, at(rebuilt, "01:00.3").path().text());
    assertEquals(pf + second, at(rebuilt, "01:00.5").path().text());
  }

  @Test
  void aVfWhosePfIsNotThereKeepsItsOwnPlace() {
    PciFunction vf = at(host().bareSnapshot(), "01:00.3");
    String path = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.3";
    Snapshot orphan = built(b -> b.add(vf.address(), path, vf.ids(), vf.config(), vf.kernel()));

    assertEquals("pci0000:00/01.0/00.3", orphan.functions().get(0).path().text());
  }

  @Test
  void aFunctionWithoutAPathIsKnownByItsAddress() {
    assertEquals("pci?/0000:01:00.0", placeOf("01:00.0", ""));
  }

  /** Whatever came before it, a function is placed as by its own path alone. */
  @Test
  void aFunctionBelowABridgeIsPlacedAsByItsWholePath() {
    String bridge = "/sys/devices/pci0000:00/0000:00:01.0";
    List<String> paths =
        List.of(
            bridge,
            bridge + "/0000:01:00.0",
            bridge + "/0000:01:1F.0",
            bridge + "/pci10000:e0",
            bridge + "/pci10000:e0/10000:e0:06.0",
            bridge + "/none",
            bridge + "/none/0000:02:00.0",
            bridge + "/",
            "/sys/devices/0000:00:01.0/0000:01:00.0",
            bridge);
    Snapshot snapshot =
        built(
            b -> {
              for (int i = 0; i < paths.size(); i++) {
                add(b, PciAddress.of(0, i, 0, 0), paths.get(i));
              }
            });
    for (int i = 0; i < paths.size(); i++) {
      DevicePath alone = DevicePath.ofSysfs(paths.get(i), new StringBuilder());
      PciFunction function = snapshot.functions().get(i);
      assertEquals(
          alone == null ? DevicePath.ofAddressOnly(function.address()) : alone, function.path());
    }
  }

  private static String placeOf(String address, String sysfsPath) {
    return built(b -> add(b, PciAddress.parse(address), sysfsPath))
        .functions()
        .get(0)
        .path()
        .text();
  }

  private static void add(SnapshotBuilder builder, PciAddress address, String sysfsPath) {
    builder.add(
        address,
        sysfsPath,
        new PciIds(1, 2, 3),
        ConfigFacts.unread(ReadStatus.UNREADABLE, 0),
        KernelView.NONE);
  }

  private static Snapshot built(Consumer<SnapshotBuilder> functions) {
    SnapshotBuilder builder = new SnapshotBuilder(1);
    functions.accept(builder);
    return builder.build("", new Boot("", "", "", "", 0, 0), BootClass.COLD, 0, 0, false);
  }

  @Test
  void theLogTellsOfTheFunctionsItNamesAndOfNoOther() {
    List<PciFunction> known =
        AlteredFunction.in(host().bareSnapshot(), "00:05.0", f -> f.logged(Preservation.ADOPTED))
            .functions();

    Snapshot logged =
        rebuilt(known, "", "dmesg: pci 0000:01:00.0: Cannot preserve Virtual Functions");
    assertEquals(
        Preservation.REFUSED_VIRTUAL_FUNCTION, at(logged, "01:00.0").kernel().preservation());
    assertEquals(Preservation.NONE, at(logged, "00:05.0").kernel().preservation());

    Snapshot silent = rebuilt(known, "", "dmesg: nothing of the kind");
    assertEquals(Preservation.ADOPTED, at(silent, "00:05.0").kernel().preservation());
  }

  @Test
  void functionsMayComeDecodedOrInParts() {
    PciFunction port = at(host().bareSnapshot(), "00:01.0");
    PciFunction endpoint = at(host().bareSnapshot(), "00:05.0");

    Snapshot snapshot =
        new SnapshotBuilder(2)
            .add(
                endpoint.address(),
                "/sys/devices/pci0000:00/0000:00:05.0",
                endpoint.ids(),
                endpoint.config(),
                endpoint.kernel())
            .add(port)
            .build("host", new Boot("boot", "6.12.74", "", "", 0, 0), BootClass.COLD, 0, 0, false);

    assertEquals(List.of(port, endpoint), snapshot.functions());
  }

  @Test
  void aSnapshotJudgedByAnotherModelDiffersInNothingElse() {
    Snapshot snapshot = host().snapshot();
    Snapshot judged = snapshot.judgedBy(GroupingModel.LEGACY_7_0);

    assertEquals(snapshot.boot().withModel("legacy-7.0"), judged.boot());
    assertEquals(snapshot.functions(), judged.functions());
    assertEquals(snapshot.owners(), judged.owners());
  }
}
