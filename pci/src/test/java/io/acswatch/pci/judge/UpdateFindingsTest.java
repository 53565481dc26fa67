package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.NextSteps;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a boot, or one that did not happen, left to be known. */
class UpdateFindingsTest {
  private static final String A = "01:00.0";
  private static final String A_PATH = "pci0000:00/01.0/00.0";
  private static final String ORDER = "pci=config_acs=0000000@0000:00:01.0";

  private static TestHost host(String boot, BootClass bootClass) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", A, "RP", ENDPOINT, false, NONE)
        .boot(boot, bootClass);
  }

  private static TestHost first() {
    return host("boot-1", BootClass.COLD);
  }

  private static TestHost updated() {
    return host("boot-2", BootClass.LIVE_UPDATE).life(Preservation.ADOPTED, "RP");
  }

  private static Snapshot logged(TestHost host, Preservation preservation) {
    return AlteredFunction.in(host.snapshot(), A, f -> f.logged(preservation));
  }

  private static List<IsolationAlert> found(Snapshot before, Snapshot after) {
    return UpdateFindings.of(new Comparison(before, after));
  }

  private static List<String> headlines(List<IsolationAlert> alerts) {
    return alerts.stream().map(IsolationAlert::headline).toList();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "REFUSED_QUIRKS, it relies on ACS quirks",
    "REFUSED_VIRTUAL_FUNCTION, virtual functions cannot be preserved",
    "QUIRK_REQUIRED, the new kernel needs a quirk to switch its ACS on"
  })
  void refusalIsToldInAnyBoot(Preservation refusal, String reason) {
    String headline = "The kernel does not preserve 0000:01:00.0: " + reason;
    Snapshot running = logged(first().owner("A", "vm-a"), refusal);
    List<IsolationAlert> alerts = found(first().owner("A", "vm-a").snapshot(), running);

    assertEquals(List.of(headline), headlines(alerts));
    assertEquals(List.of(headline), headlines(found(running, logged(updated(), refusal))));
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.PRESERVATION_REFUSED, alert.code());
    assertEquals(Severity.WARNING, alert.severity());
    assertEquals(Comparison.fingerprint("host", alert.code(), A_PATH), alert.fingerprint());
    assertEquals(List.of(A_PATH), alert.devices().stream().map(d -> d.path().text()).toList());
    assertEquals(List.of("vm-a"), alert.vms());
    assertEquals(Cause.of(Cause.Kind.PRESERVATION_REFUSED, headline + "."), alert.cause());
    assertEquals(
        List.of(new Evidence.Fact("kernel log", "", refusal.logged())), alert.evidence().facts());
  }

  @Test
  void refusalOfANewFunctionHasNothingBefore() {
    List<IsolationAlert> alerts =
        found(first().remove("A").snapshot(), logged(updated(), Preservation.QUIRK_REQUIRED));

    assertEquals(
        List.of(new Evidence.Fact("kernel log", "", Preservation.QUIRK_REQUIRED.logged())),
        alerts.get(0).evidence().facts());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = Preservation.class,
      names = {
        "NONE",
        "ASKED",
        "TAKEN_BACK",
        "ADOPTED",
        "FINISHED",
        "DESTROYED",
        "FOUND_AGAIN",
        "ADOPTED_AND_ASKED"
      })
  void deviceThatWasAskedForMustBeAdopted(Preservation now) {
    Snapshot promised = logged(first(), Preservation.ASKED);
    boolean adopted =
        now != Preservation.NONE && now != Preservation.ASKED && now != Preservation.TAKEN_BACK;
    List<IsolationAlert> alerts = found(promised, logged(updated(), now));

    assertEquals(
        adopted
            ? List.of()
            : List.of(
                "0000:01:00.0 was to pass through a live update, and the kernel did not adopt it"
                    + " after a live update"),
        headlines(alerts));
    alerts.forEach(
        alert -> {
          assertEquals(Severity.HIGH, alert.severity());
          assertEquals(NextSteps.AFTER_LOST_DEVICE, alert.nextStep());
          assertEquals(
              List.of(new Evidence.Fact("kernel log", Preservation.ASKED.logged(), now.logged())),
              alert.evidence().facts());
        });
  }

  /** The kernel to come may know nothing of it, or be started by firmware. */
  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = BootClass.class,
      names = {"COLD", "KEXEC_PLAIN", "KEXEC_KHO", "UNKNOWN"})
  void anyBootAfterwardsLosesTheDeviceAndIsToldOnceADevice(BootClass bootClass) {
    Snapshot promised = first().life(Preservation.ASKED, "RP", "A").owner("A", "vm-a").snapshot();
    List<IsolationAlert> alerts = found(promised, host("boot-2", bootClass).snapshot());

    assertEquals(1, alerts.size(), alerts.toString());
    assertEquals(AlertCode.PRESERVATION_REFUSED, alerts.get(0).code());
    assertEquals(Severity.HIGH, alerts.get(0).severity());
    assertEquals(List.of("vm-a"), alerts.get(0).vms());
  }

  @Test
  void whatWasNotAskedForOrTakenBackIsNotLost() {
    Snapshot plain = host("boot-2", BootClass.KEXEC_PLAIN).snapshot();
    Snapshot asked = logged(first(), Preservation.ASKED);

    assertEquals(List.of(), found(first().snapshot(), plain));
    assertEquals(List.of(), found(logged(first(), Preservation.TAKEN_BACK), plain));
    assertEquals(List.of(), found(logged(first(), Preservation.FINISHED), plain));
    assertEquals(1, found(logged(first(), Preservation.ADOPTED_AND_ASKED), plain).size());
    assertEquals(List.of(), found(asked, asked));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "COLD, false",
    "KEXEC_PLAIN, true",
    "KEXEC_KHO, true",
    "LIVE_UPDATE, true",
    "UNKNOWN, false"
  })
  void firstSnapshotAfterAKexecHasNothingToBeComparedWith(BootClass bootClass, boolean gap) {
    Snapshot snapshot = host("boot-2", bootClass).snapshot();
    List<IsolationAlert> alerts = UpdateFindings.ofFirst(new Comparison(snapshot, snapshot));

    assertEquals(
        gap
            ? List.of(
                "No snapshot of the kernel before the kexec is known: nothing can be compared")
            : List.of(),
        headlines(alerts));
    for (IsolationAlert alert : alerts) {
      assertEquals(AlertCode.SNAPSHOT_GAP, alert.code());
      assertEquals(Severity.WARNING, alert.severity());
      assertEquals(
          List.of(Evidence.Fact.now("boot class", bootClass.name())), alert.evidence().facts());
    }
  }

  @Test
  void imageThatIsGoneInTheSameBootIsAnUpdateGivenUp() {
    Snapshot idle = first().snapshot();
    Snapshot loaded = AlteredSnapshot.loaded(idle);
    List<IsolationAlert> alerts = UpdateFindings.aborted(new Comparison(loaded, idle));

    assertEquals(
        List.of(
            "A kexec image was loaded and is gone, and the kernel runs on: the update was given"
                + " up"),
        headlines(alerts));
    assertEquals(AlertCode.LIVE_UPDATE_ABORTED, alerts.get(0).code());
    assertEquals(Severity.INFO, alerts.get(0).severity());
    assertEquals(
        List.of(new Evidence.Fact("kexec image", "loaded", "not loaded")),
        alerts.get(0).evidence().facts());
    assertEquals(List.of(), UpdateFindings.aborted(new Comparison(loaded, loaded)));
    assertEquals(List.of(), UpdateFindings.aborted(new Comparison(idle, idle)));
    assertEquals(List.of(), UpdateFindings.aborted(new Comparison(idle, loaded)));
    assertEquals(List.of(), UpdateFindings.aborted(new Comparison(loaded, updated().snapshot())));
  }

  @Test
  void wordKeptAgainstANewCommandLineIsTold() {
    List<IsolationAlert> alerts =
        found(first().snapshot(), updated().commandLine("intel_iommu=on " + ORDER).snapshot());

    assertEquals(
        List.of(
            "1 ports, 0000:00:01.0 first, kept their ACS words through the live update against the"
                + " command line"),
        headlines(alerts));
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.ADOPTION_MASKS_CHANGE, alert.code());
    assertEquals(Severity.INFO, alert.severity());
    assertEquals(Comparison.fingerprint("host", alert.code(), ""), alert.fingerprint());
    assertEquals(
        List.of("0000:00:01.0"),
        alert.devices().stream().map(d -> d.address().toString()).toList());
    assertEquals(
        Cause.of(
            Cause.Kind.COMMAND_LINE_CHANGED,
            "The kernel command line changed: " + ORDER + " came."),
        alert.cause());
    assertEquals(
        List.of("0000:00:01.0"),
        alert.evidence().ports().stream().map(w -> w.port().toString()).toList());
  }

  @Test
  void wordsAreNotKeptByAnotherBootNorByTheSameCommandLine() {
    String ordered = "intel_iommu=on " + ORDER;

    assertEquals(
        List.of(),
        found(
            first().snapshot(),
            host("boot-2", BootClass.KEXEC_PLAIN).commandLine(ordered).snapshot()));
    assertEquals(
        List.of(),
        found(first().commandLine(ordered).snapshot(), updated().commandLine(ordered).snapshot()));
  }

  @Test
  void wordsOfWhatWasNotAdoptedAreNotKept() {
    TestHost after = host("boot-2", BootClass.LIVE_UPDATE).life(Preservation.ADOPTED, "A");

    assertEquals(
        List.of(),
        found(first().snapshot(), after.commandLine("intel_iommu=on " + ORDER).snapshot()));
  }

  /** Words that changed, that are as ordered, or that there are not on both sides. */
  @Test
  void onlyWordsAgainstTheOrderAreKept() {
    String all = "pci=config_acs=0000000@0000:00:01.0;0000000@0000:01:00.0";

    assertEquals(List.of(), kept(all, OK, CLEARED));
    assertEquals(List.of(), kept(all, OK, NONE));
    assertEquals(List.of(), kept(all, NONE, OK));
    assertEquals(List.of(), kept("pci=config_acs=0011101@0000:00:01.0", OK, OK));
    assertEquals(
        List.of(),
        found(first().remove("RP").remove("A").snapshot(), updated().commandLine(all).snapshot()));
  }

  private static List<IsolationAlert> kept(
      String commandLine, @Nullable AcsRegisters then, @Nullable AcsRegisters now) {
    return found(
        first().acs("RP", then).snapshot(),
        updated().acs("RP", now).commandLine(commandLine).snapshot());
  }

  @Test
  void oldSnapshotBeforeTheBootIsTold() {
    Snapshot before = AlteredSnapshot.at(first().snapshot(), 600_000);
    Snapshot after = AlteredSnapshot.at(updated().snapshot(), 2_010_000);
    List<IsolationAlert> alerts = UpdateFindings.of(new Comparison(before, after, List.of(), true));

    assertEquals(
        List.of(
            "The last snapshot of the boot before is 23 minutes older than the first of this one"),
        headlines(alerts));
    assertEquals(AlertCode.STALE_BEFORE, alerts.get(0).code());
    assertEquals(Severity.WARNING, alerts.get(0).severity());
    assertEquals(
        List.of(Evidence.Fact.now("age in seconds", "1410")), alerts.get(0).evidence().facts());
    assertEquals(List.of(), UpdateFindings.of(new Comparison(before, after, List.of(), false)));
  }
}
