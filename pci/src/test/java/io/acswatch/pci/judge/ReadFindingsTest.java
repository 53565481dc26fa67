package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions whose bytes were not had, or not in one piece. */
class ReadFindingsTest {
  private static final String A = "01:00.0";
  private static final String A_PATH = "pci0000:00/01.0/00.0";
  private static final ReadStatus TRUNCATED = ReadStatus.TRUNCATED_UNPRIVILEGED;

  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", A, "RP", ENDPOINT, false, NONE);
  }

  private static Snapshot read(TestHost host, String bdf, ReadStatus status) {
    return AlteredFunction.in(host.snapshot(), bdf, f -> f.status(status));
  }

  private static PendingFindings waiting(Snapshot now, PendingFinding... pending) {
    return new PendingFindings(
        new HostState(null, null, 0, List.of(), List.of(pending), List.of(), BootHistory.NONE),
        now);
  }

  private static List<IsolationAlert> found(Snapshot before, Snapshot after) {
    return ReadFindings.of(new Comparison(before, after), waiting(after), TimeLimits.NONE);
  }

  private static List<String> headlines(List<IsolationAlert> alerts) {
    return alerts.stream().map(IsolationAlert::headline).toList();
  }

  /**
   * The clock of the host ran an hour ahead at the first look, and was set back before the next.
   */
  @Test
  void oneLookFromTheFutureHoldsNoFindingBack() {
    HostState state = HostState.NONE;
    List<IsolationAlert> told = List.of();
    for (int look = 1; look <= 3; look++) {
      long taken = look == 1 ? 3_600_000 : look * 30_000;
      Snapshot read = read(host().sequence(look), A, ReadStatus.ALL_ONES);
      Judged judged = Judgement.apply(state, AlteredSnapshot.at(read, taken));
      assertEquals(look < 3, judged.alerts().isEmpty(), "look " + look);
      state = judged.state();
      told = judged.alerts();
    }
    assertEquals(AlertCode.CONFIG_UNREADABLE, told.get(0).code());
  }

  /** It is told at a later look than the one that saw it first. */
  @ParameterizedTest(name = "silent from look {0} of the boot on, clock {1} s ahead: {2}")
  @CsvSource({"1, 0, KEXEC", "1, 1, KEXEC", "1, 5, KEXEC", "2, 0, RUNNING", "3, 0, RUNNING"})
  void silenceIsOfTheBootIfItsFirstLookSawIt(int from, long ahead, Boundary boundary) {
    HostState state = Judgement.apply(HostState.NONE, host().snapshot()).state();
    List<IsolationAlert> told = List.of();
    for (int look = 1; told.isEmpty(); look++) {
      ReadStatus status = look < from ? ReadStatus.COMPLETE : ReadStatus.ALL_ONES;
      Snapshot read = read(host().kexec("boot-2").sequence(look), A, status);
      long taken = look * 30_000L;
      Judged judged =
          Judgement.apply(state, AlteredSnapshot.at(read, taken)).notAfter(taken - 1_000 * ahead);
      state = judged.state();
      told = judged.alerts();
    }
    assertEquals(AlertCode.CONFIG_UNREADABLE, told.get(0).code());
    assertEquals(boundary, told.get(0).interval().boundary());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"COMPLETE", "ASLEEP"})
  void bytesThatWereHadAreNoFinding(ReadStatus status) {
    assertEquals(List.of(), found(host().snapshot(), read(host(), A, status)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ALL_ONES, every byte reads ff",
    "NOT_READY, it is not ready after a reset",
    "UNREADABLE, reading its configuration space fails"
  })
  void functionThatDoesNotAnswer(ReadStatus status, String words) {
    List<IsolationAlert> alerts = found(host().snapshot(), read(host(), A, status));

    assertEquals(List.of("0000:01:00.0 does not answer: " + words), headlines(alerts));
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.CONFIG_UNREADABLE, alert.code());
    assertEquals(Severity.WARNING, alert.severity());
    assertEquals(Comparison.fingerprint("host", alert.code(), A_PATH), alert.fingerprint());
    assertEquals(List.of(A_PATH), alert.devices().stream().map(d -> d.path().text()).toList());
    assertEquals(List.of(), alert.vms());
    assertEquals(
        List.of(new Evidence.Fact("read status", "COMPLETE, 4096 bytes", status + ", 4096 bytes")),
        alert.evidence().facts());
  }

  @Test
  void bridgeThatDoesNotAnswerIsGraveForTheVmsBelowIt() {
    Snapshot after = read(host().owner("A", "vm-a"), "00:01.0", ReadStatus.ALL_ONES);
    IsolationAlert alert = found(host().snapshot(), after).get(0);

    assertEquals(Severity.HIGH, alert.severity());
    assertEquals(List.of("vm-a"), alert.vms());
  }

  @Test
  void newFunctionThatDoesNotAnswerHasNoStatusBefore() {
    List<IsolationAlert> alerts =
        found(host().remove("A").snapshot(), read(host(), A, ReadStatus.NOT_READY));

    assertEquals(
        List.of(new Evidence.Fact("read status", "", "NOT_READY, 4096 bytes")),
        alerts.get(0).evidence().facts());
  }

  @Test
  void functionThatDoesNotAnswerIsNotToldBeforeItLasts() {
    Snapshot after = AlteredSnapshot.at(read(host(), A, ReadStatus.ALL_ONES), 50_000);
    PendingFindings pending = waiting(after);

    assertEquals(
        List.of(),
        ReadFindings.of(new Comparison(host().snapshot(), after), pending, TimeLimits.DEFAULT));
    assertEquals(
        List.of(new PendingFinding(AlertCode.CONFIG_UNREADABLE, new DevicePath(A_PATH), 50_000, 1)),
        pending.still());
  }

  /** A second torn read is no chance any more. */
  @ParameterizedTest(name = "seen {0} times before, owner now {2}, before {1}")
  @CsvSource({
    "0, '', '', ''",
    "1, '', '', WARNING",
    "1, vm-a, '', HIGH",
    "1, '', vm-a, HIGH",
    "1, vm-a, vm-a, HIGH"
  })
  void tornReadIsAnOddityOnlyIfItLasts(int seen, String then, String now, String severity) {
    Snapshot before = owned(then).snapshot();
    Snapshot after = read(owned(now), A, ReadStatus.TORN_READ);
    PendingFinding earlier =
        new PendingFinding(AlertCode.INCONSISTENT_CONFIG, new DevicePath(A_PATH), 1_000, seen);
    List<IsolationAlert> alerts =
        ReadFindings.of(
            new Comparison(before, after),
            seen == 0 ? waiting(after) : waiting(after, earlier),
            TimeLimits.NONE);
    List<String> vms = then.isEmpty() && now.isEmpty() ? List.of() : List.of("vm-a");

    assertEquals(
        seen == 0
            ? List.of("0000:01:00.0 changed while it was read")
            : List.of(
                "0000:01:00.0 changed while it was read", "0000:01:00.0 changes at every read"),
        headlines(alerts));
    assertEquals(AlertCode.CONFIG_TORN, alerts.get(0).code());
    assertEquals(Severity.INFO, alerts.get(0).severity());
    assertEquals(vms, alerts.get(0).vms());
    if (seen > 0) {
      assertEquals(AlertCode.INCONSISTENT_CONFIG, alerts.get(1).code());
      assertEquals(Severity.valueOf(severity), alerts.get(1).severity());
      assertEquals(vms, alerts.get(1).vms());
    }
  }

  private static TestHost owned(String vm) {
    return vm.isEmpty() ? host() : host().owner("A", vm);
  }

  @Test
  void aPortOnTheWayOfAVmThatIsCutShortIsAWarning() {
    TestHost host = host().owner("A", "vm1");
    List<IsolationAlert> alerts = found(host.snapshot(), read(host, "00:01.0", TRUNCATED));

    assertEquals(
        List.of(
            "The collector may not read all of 1 of 2 functions, ports on the way of VMs among"
                + " them: their isolation is unknown"),
        headlines(alerts));
    assertEquals(Severity.WARNING, alerts.get(0).severity());
    assertEquals(List.of("vm1"), List.copyOf(alerts.get(0).vms()));
    // What lies below a port that is read may be cut short: it is no way of anybody.
    assertEquals(Severity.INFO, found(host.snapshot(), read(host, A, TRUNCATED)).get(0).severity());
  }

  @Test
  void functionsCutShortAreOneFindingOfTheHost() {
    Snapshot after =
        AlteredFunction.in(
            read(host().add("B", "00:02.0", null, ENDPOINT, false, NONE), A, TRUNCATED),
            "00:01.0",
            f -> f.status(TRUNCATED));
    List<IsolationAlert> alerts = found(after, after);

    assertEquals(
        List.of("The collector may not read all of 2 of 3 functions: their isolation is unknown"),
        headlines(alerts));
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.CONFIG_TRUNCATED, alert.code());
    assertEquals(Severity.INFO, alert.severity());
    assertEquals(
        List.of(Evidence.Fact.now("functions cut short", "2"), Evidence.Fact.now("functions", "3")),
        alert.evidence().facts());
  }
}
