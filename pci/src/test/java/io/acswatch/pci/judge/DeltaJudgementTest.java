package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Platform;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotDelta;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How deltas fit to what is remembered of a host, and what becomes of those that do not. */
class DeltaJudgementTest {
  private static TestHost host(String boot) {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .sequence(5);
    return boot.equals("boot-1") ? host : host.kexec(boot);
  }

  /** Boot 2 after boot 1, with snapshots up to this number. */
  private static HostState state(long lastSequence) {
    return new HostState(host("boot-1").snapshot(), host("boot-2").snapshot(), 7, List.of())
        .with(Continuity.at(lastSequence));
  }

  private static SnapshotDelta delta(String boot, long sequence, long baseSequence) {
    return delta(boot, sequence, baseSequence, List.of(), null);
  }

  private static SnapshotDelta delta(
      String boot,
      long sequence,
      long baseSequence,
      List<PciFunction> changed,
      @Nullable List<String> notes) {
    return new SnapshotDelta(
        "host",
        new Boot(boot, "6.12.74", "", "", 0, 0),
        8_000,
        sequence,
        baseSequence,
        false,
        changed,
        List.of(),
        null,
        null,
        notes);
  }

  /** The last snapshot remembered is number 5; number 6 only repeated it. */
  @ParameterizedTest(name = "{0}: number {1} on {2} is {3}")
  @CsvSource({
    "boot-2, 7, 6, FOLLOWS",
    "boot-2, 8, 7, GAP",
    "boot-2, 7, 5, GAP",
    "boot-2, 6, 5, KNOWN",
    "boot-2, 5, 4, KNOWN",
    "boot-2, 0, 6, FOLLOWS",
    "boot-1, 9, 8, KNOWN",
    "boot-3, 7, 6, GAP",
  })
  void fitsWhereItLeadsOnFromTheLastSnapshot(
      String boot, long sequence, long baseSequence, DeltaJudgement.Fit fit) {
    assertEquals(fit, DeltaJudgement.fit(state(6), delta(boot, sequence, baseSequence)));
  }

  @Test
  void theSnapshotRememberedCountsWhereNoLaterNumberIsKnown() {
    assertEquals(DeltaJudgement.Fit.FOLLOWS, DeltaJudgement.fit(state(0), delta("boot-2", 6, 5)));
  }

  @Test
  void numbersThatAreUnknownLeadNowhere() {
    HostState unnumbered = new HostState(null, host("boot-2").sequence(0).snapshot(), 0, List.of());

    assertEquals(DeltaJudgement.Fit.GAP, DeltaJudgement.fit(unnumbered, delta("boot-2", 0, 0)));
  }

  @Test
  void nothingFollowsWhatWasInterrupted() {
    HostState broken = state(6).with(Continuity.at(6).interrupted());

    assertEquals(DeltaJudgement.Fit.GAP, DeltaJudgement.fit(broken, delta("boot-2", 7, 6)));
  }

  @Test
  void anotherBootIsAGapWhereNoBootBeforeIsKnown() {
    HostState first = new HostState(null, host("boot-2").snapshot(), 0, List.of());

    assertEquals(DeltaJudgement.Fit.GAP, DeltaJudgement.fit(first, delta("boot-1", 9, 8)));
    assertEquals(DeltaJudgement.Fit.GAP, DeltaJudgement.fit(HostState.NONE, delta("boot-1", 9, 8)));
  }

  @Test
  void whatACrashKernelSeesIsNoNews() {
    SnapshotDelta crash = delta("boot-3", 7, 6, List.of(), List.of(BootClass.CRASH_NOTE));

    assertEquals(DeltaJudgement.Fit.KNOWN, DeltaJudgement.fit(state(6), crash));
  }

  @Test
  void aGapIsToldOnceAndLeavesTheHostStale() {
    Verdict first = DeltaJudgement.gap(state(6), delta("boot-2", 9, 8));

    IsolationAlert told = first.alerts().get(0);
    assertEquals(AlertCode.SNAPSHOT_GAP, told.code());
    assertEquals(AlertStatus.RAISED, told.status());
    assertEquals(8, told.revision());
    assertEquals("boot-2", told.interval().before().boot().id());
    assertEquals(5_000, told.interval().before().takenAtMillis());
    assertEquals(8_000, told.interval().after().takenAtMillis());
    assertTrue(DeltaJudgement.isGapBeforeDelta(told));
    HostState stale = first.state();
    assertEquals(8, stale.revision());
    assertEquals(List.of(told), stale.open());
    assertEquals(new Continuity(6, true), stale.continuity());
    assertEquals(new Verdict(stale, List.of()), DeltaJudgement.gap(stale, delta("boot-2", 10, 9)));
  }

  @Test
  void aGapTellsWhatWasHadAndWhatTheDeltaBuildsOn() {
    Snapshot after = host("boot-2").unread("A").snapshot();
    IsolationAlert told =
        DeltaJudgement.gap(state(6), delta("boot-2", 9, 8, after.functions(), null))
            .alerts()
            .get(0);

    assertEquals(
        new Evidence(
            new Evidence.Basis(
                Platform.of(host("boot-2").snapshot()), BootClass.KEXEC_PLAIN, true, false, 2, 1),
            new Evidence.Observed("boot-2", 8_000, 9),
            Confidence.HIGH,
            List.of(new Evidence.Fact("last sequence number", "6", "8")),
            List.of(),
            List.of()),
        told.evidence());
  }

  @Test
  void aGapOfAHostNeverSeenNamesNothingOfBefore() {
    SnapshotDelta delta = delta("boot-2", 9, 8, host("boot-2").snapshot().functions(), null);
    IsolationAlert told = DeltaJudgement.gap(HostState.NONE, delta).alerts().get(0);

    assertEquals(delta.boot(), told.interval().before().boot());
    assertEquals(0, told.interval().before().takenAtMillis());
    Evidence evidence = told.evidence();
    assertNotNull(evidence);
    assertEquals("", evidence.basis().platform());
    assertEquals(BootClass.UNKNOWN, evidence.basis().bootClass());
    assertTrue(evidence.basis().privileged());
    assertEquals(0, evidence.basis().unread());
    assertEquals(List.of(new Evidence.Fact("last sequence number", "", "8")), evidence.facts());
  }

  @Test
  void openAlertsStayInOrderOfFingerprint() {
    Snapshot snapshot = host("boot-2").snapshot();
    Comparison comparison = new Comparison(snapshot, snapshot);
    List<IsolationAlert> open =
        List.of("a", "b", "c", "d").stream()
            .map(
                anchor ->
                    comparison.alert(
                        AlertCode.DEVICE_NEW,
                        Severity.INFO,
                        anchor,
                        List.of(),
                        List.of(),
                        null,
                        "New"))
            .sorted((x, y) -> x.fingerprint().compareTo(y.fingerprint()))
            .toList();

    List<String> fingerprints =
        DeltaJudgement.gap(state(6).with(7, open), delta("boot-2", 9, 8)).state().open().stream()
            .map(IsolationAlert::fingerprint)
            .toList();

    assertEquals(5, fingerprints.size());
    assertEquals(fingerprints.stream().sorted().toList(), fingerprints);
  }

  @Test
  void aGapBetweenSnapshotsOrAnotherAlertIsNotOfADelta() {
    Snapshot snapshot = host("boot-2").snapshot();
    Comparison comparison = new Comparison(snapshot, snapshot);

    assertFalse(
        DeltaJudgement.isGapBeforeDelta(
            comparison.alert(AlertCode.SNAPSHOT_GAP, Severity.WARNING, "Gap", List.of())));
    assertFalse(
        DeltaJudgement.isGapBeforeDelta(
            comparison.alert(
                AlertCode.DEVICE_NEW, Severity.INFO, "delta", List.of(), List.of(), null, "New")));
  }
}
