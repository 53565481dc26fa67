package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.judge.BootHistory.Place;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of boots, and two machines with one host id. */
class BootHistoryTest {
  private static final long MINUTE = 60;

  private HostState state = HostState.NONE;
  private final List<IsolationAlert> alerts = new ArrayList<>();

  private static TestHost host(String boot) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b")
        .kexec(boot);
  }

  private static TestHost merged(String boot) {
    return host(boot).acs("RP", CLEARED);
  }

  /** A snapshot taken at this second, which is its number too. */
  private List<IsolationAlert> take(TestHost host, long second) {
    return take(host.sequence(second).snapshot());
  }

  private List<IsolationAlert> take(Snapshot snapshot) {
    Judged judged = Judgement.apply(state, snapshot);
    state = judged.state();
    alerts.addAll(judged.alerts());
    return judged.alerts();
  }

  /** The word that a host is as it was; of the current boot it stands for the last snapshot. */
  private List<IsolationAlert> hear(String boot, long second) {
    if (boot.equals(boot())) {
      return take(state.current().at(1_000 * second, second));
    }
    Judged judged = Judgement.missed(state, word(boot, second));
    state = judged.state();
    return judged.alerts();
  }

  private static Unchanged word(String boot, long second) {
    return new Unchanged("host", boot, 1_000 * second, second, 1, ContentDigest.UNKNOWN);
  }

  private String boot() {
    return state.current().boot().id();
  }

  private static boolean has(List<IsolationAlert> alerts, AlertCode code, AlertStatus status) {
    return alerts.stream().anyMatch(a -> a.code() == code && a.status() == status);
  }

  private boolean isOpen(AlertCode code) {
    return state.open().stream().anyMatch(alert -> alert.code() == code);
  }

  private static long codes(List<IsolationAlert> alerts, AlertCode code) {
    return alerts.stream().filter(alert -> alert.code() == code).count();
  }

  @Test
  void aFrameOfTheBootBeforeTheLastIsOldAndChangesNothing() {
    take(merged("n-2"), 100);
    take(host("n-1"), 200);
    take(host("n"), 300);
    HostState before = state;

    assertEquals(List.of(), take(merged("n-2"), 150));
    assertSame(before, state);
    assertEquals(Place.CURRENT, state.boots().placeOf(new Sign("n", 310_000, 310)));
  }

  @Test
  void allEightBootsThatAreRememberedAreKnownWithoutTimes() {
    for (int boot = 0; boot < 9; boot++) {
      take(AlteredSnapshot.at(host("boot-" + boot).sequence(1).snapshot(), 0));
    }
    assertEquals(8, state.boots().boots().size());
    for (int boot = 1; boot < 8; boot++) {
      assertEquals(Place.OLD, state.boots().placeOf(new Sign("boot-" + boot, 0, 99)));
    }
    assertEquals(Place.NEXT, state.boots().placeOf(new Sign("boot-0", 0, 99)), "forgotten");
  }

  @Test
  void aBootThatIsForgottenIsOldByItsTime() {
    for (int boot = 0; boot < 20; boot++) {
      take(host("boot-" + boot), 100 * (boot + 1));
    }
    assertEquals(Place.OLD, state.boots().placeOf(new Sign("boot-3", 450_000, 450)));
    assertEquals(Place.NEXT, state.boots().placeOf(new Sign("boot-20", 2_100_000, 2_100)));
  }

  @Test
  void lineageStandsAboveTime() {
    take(host("one"), 1_000);
    assertEquals(Place.NEXT, state.boots().placeOf(new Sign("two", "one", "", 10_000, 10)));
    take(host("two").after("one"), 10);

    assertEquals("two", boot(), "its clock is behind");
    assertEquals(Place.OLD, state.boots().placeOf(new Sign("one", 11_000, 11)));
  }

  @Test
  void aBootThatOnlyTheNextOneNamesIsOldToo() {
    take(AlteredSnapshot.at(host("two").after("one").sequence(5).snapshot(), 0));

    assertEquals(Place.OLD, state.boots().placeOf(new Sign("one", 0, 9)));
  }

  /** By an agent with a fault; the boot was known twice, and its old frames were new. */
  @Test
  void aBootThatNamesItselfIsKnownOnce() {
    take(host("one").after("one"), 100);
    take(host("one").after("one"), 200);

    assertEquals(1, state.boots().boots().size());
    assertEquals(Place.OLD, state.boots().placeOf(new Sign("one", "one", "", 150_000, 150)));
  }

  @Test
  void aClockThatWasAheadOfTheBrokersDoesNotMakeTheNextBootOld() {
    Judged ahead = Judgement.apply(state, host("one").sequence(9_000).snapshot());
    state = ahead.notAfter(100_000).state();

    assertEquals(Place.NEXT, state.boots().placeOf(new Sign("two", 200_000, 1)));
    assertEquals(Place.NEXT, state.boots().placeOf(new Sign("two", 110_000, 1)));
  }

  @Test
  void readingAllAgainRaisesNothingAndResolvesNothing() {
    List<Snapshot> sent = new ArrayList<>();
    for (int boot = 0; boot < 12; boot++) {
      TestHost now = boot % 2 == 0 ? host("boot-" + boot) : merged("boot-" + boot);
      for (int number = 0; number < 3; number++) {
        sent.add(now.sequence(1_000L * boot + 1 + number).snapshot());
      }
    }
    sent.forEach(this::take);
    assertTrue(codes(alerts, AlertCode.GROUP_MERGED_CROSS_VM) >= 6, alerts::toString);
    HostState before = state;
    alerts.clear();

    sent.forEach(this::take);
    assertEquals(List.of(), alerts);
    assertEquals(before, state);
  }

  /** The state in which two machines are told. */
  private void conflict() {
    take(host("old"), 10);
    take(host("clone"), 100);
    assertEquals(List.of(), take(host("old"), 200));
    take(host("clone"), 210);
    take(host("old").release("6.1.0"), 300);
  }

  @Test
  void twoBootsThatTakeTurnsAreAConflict() {
    conflict();
    IsolationAlert alert =
        alerts.stream().filter(a -> a.code() == AlertCode.HOST_ID_CONFLICT).toList().get(0);

    assertEquals(Severity.HIGH, alert.severity());
    assertEquals(List.of("vm-a", "vm-b"), alert.vms());
    assertEquals("old", alert.interval().before().boot().id());
    assertEquals("clone", alert.interval().after().boot().id());
    String facts = alert.evidence().facts().toString();
    assertTrue(facts.contains("6.1.0"), facts);
    assertTrue(facts.contains("0000:03:00.0 vm-a, 0000:04:00.0 vm-b"), facts);
    assertEquals("clone", boot());
  }

  @Test
  void whatOneMachineShowsIsNotHeldAgainstTheOther() {
    take(host("old"), 10);
    take(merged("clone"), 100);
    assertTrue(isOpen(AlertCode.GROUP_MERGED_CROSS_VM), "one boot after another, so far");
    take(host("old"), 200);
    take(merged("clone"), 210);
    List<IsolationAlert> told = take(host("old"), 300);

    assertTrue(has(told, AlertCode.GROUP_MERGED_CROSS_VM, AlertStatus.RESOLVED), told::toString);
    assertTrue(isOpen(AlertCode.CROSS_VM_SHARED_GROUP), "which it shows by itself");
    assertFalse(isOpen(AlertCode.GROUP_MERGED_CROSS_VM));
    alerts.clear();
    for (long second = 400; second < 2_000; second += 100) {
      take(merged("clone"), second);
      take(host("old"), second + 50);
    }
    assertEquals(List.of(), alerts);
    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT));
  }

  @Test
  void theNextBootOfEitherIsComparedWithItsOwnPastOrNone() {
    conflict();
    alerts.clear();
    take(host("clone"), 310);
    take(merged("old-2").after("old"), 400);
    assertEquals("clone", boot(), "the other machine goes on being the other one");
    take(merged("unknown"), 500);

    assertEquals("unknown", boot());
    assertEquals(0, codes(alerts, AlertCode.GROUP_MERGED_CROSS_VM), alerts::toString);
    take(host("unknown-2").after("unknown"), 600);
    take(merged("unknown-3").after("unknown-2"), 700);
    assertEquals(1, codes(alerts, AlertCode.GROUP_MERGED_CROSS_VM), alerts::toString);
  }

  @Test
  void theConflictEndsWhenTheOtherMachineIsGone() {
    conflict();
    take(host("clone"), 310);
    take(host("clone"), 310 + 14 * MINUTE);
    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT));

    List<IsolationAlert> ended = take(host("clone"), 310 + 15 * MINUTE);
    assertTrue(has(ended, AlertCode.HOST_ID_CONFLICT, AlertStatus.RESOLVED), ended::toString);
    assertEquals("clone", boot());
  }

  @Test
  void theOtherMachineIsJudgedWhenTheFirstIsGone() {
    conflict();
    take(merged("old"), 300 + 14 * MINUTE);
    assertEquals("clone", boot());
    List<IsolationAlert> ended = take(merged("old"), 300 + 15 * MINUTE);

    assertEquals("old", boot());
    assertTrue(has(ended, AlertCode.HOST_ID_CONFLICT, AlertStatus.RESOLVED), ended::toString);
    assertEquals(0, codes(ended, AlertCode.GROUP_MERGED_CROSS_VM), "it was not compared");
    take(host("old"), 301 + 15 * MINUTE);
    assertEquals(Place.OLD, state.boots().placeOf(new Sign("clone", 200_000, 205)));
  }

  /** The clocks of both run ten hours ahead for one frame, and are set back. */
  @Test
  void oneFrameFromTheFutureKeepsNeitherTheConflictNorTheOtherMachine() {
    conflict();
    take(AlteredSnapshot.at(host("clone").sequence(310).snapshot(), 36_000_000));
    take(host("clone"), 400);
    List<IsolationAlert> ended = take(host("clone"), 400 + 15 * MINUTE);
    assertTrue(has(ended, AlertCode.HOST_ID_CONFLICT, AlertStatus.RESOLVED), ended::toString);

    take(AlteredSnapshot.at(host("old").sequence(2_000).snapshot(), 36_000_000));
    take(host("old"), 2_100);
    assertEquals("clone", boot());
    take(host("old"), 2_100 + 15 * MINUTE);
    assertEquals("old", boot());
  }

  @Test
  void frameThatOnlySaysThatAllIsAsBeforeCountsAsATurn() {
    take(host("old"), 10);
    take(host("clone"), 100);
    hear("old", 200);
    hear("clone", 210);
    List<IsolationAlert> told = hear("old", 300);

    assertTrue(has(told, AlertCode.HOST_ID_CONFLICT, AlertStatus.RAISED), told::toString);
    hear("clone", 310);
    List<IsolationAlert> ended = hear("clone", 310 + 15 * MINUTE);
    assertTrue(has(ended, AlertCode.HOST_ID_CONFLICT, AlertStatus.RESOLVED), ended::toString);
  }

  @Test
  void oneTurnIsNoConflictAndIsForgotten() {
    take(host("old"), 10);
    take(host("new"), 100);
    take(host("old"), 200);
    take(host("old"), 201);
    take(host("new"), 210);
    take(host("new"), 210 + 15 * MINUTE);

    assertEquals(null, state.history().rival());
    take(host("old"), 2_000);
    assertFalse(isOpen(AlertCode.HOST_ID_CONFLICT));
  }

  private static final String OLD_BOARD = "product_uuid 01";
  private static final String NEW_BOARD = "product_uuid 02";

  /** Its disk was copied while the first machine ran, so it names that one's boot. */
  private static TestHost copy() {
    return merged("clone").after("old").machine(NEW_BOARD);
  }

  @Test
  void notEvenTheFirstSnapshotOfAnotherMachineIsCompared() {
    take(host("old").machine(OLD_BOARD), 10);
    assertEquals(List.of(), take(copy(), 100));
    assertEquals("old", boot());
    List<IsolationAlert> told = take(host("old").machine(OLD_BOARD), 160);

    assertEquals(1, told.size(), told::toString);
    assertTrue(has(told, AlertCode.HOST_ID_CONFLICT, AlertStatus.RAISED), "as both are heard");
    assertEquals("clone", told.get(0).interval().before().boot().id());
    String facts = told.get(0).evidence().facts().toString();
    assertTrue(facts.contains(OLD_BOARD) && facts.contains(NEW_BOARD), facts);
    alerts.clear();
    for (long second = 200; second < 2_000; second += 100) {
      take(copy(), second);
      take(host("old").machine(OLD_BOARD), second + 50);
    }
    assertEquals(List.of(), alerts);
    take(merged("old-2").after("old").machine(OLD_BOARD), 2_100);
    assertEquals(1, codes(alerts, AlertCode.GROUP_MERGED_CROSS_VM), "by its own past");
  }

  @Test
  void wordsOfBothMachinesTellTheConflictToo() {
    take(host("old").machine(OLD_BOARD), 10);
    take(copy(), 100);
    hear("clone", 130);
    List<IsolationAlert> told = hear("old", 160);

    assertTrue(has(told, AlertCode.HOST_ID_CONFLICT, AlertStatus.RAISED), told::toString);
    hear("clone", 190);
    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT));
    hear("old", 220);
    List<IsolationAlert> ended = hear("old", 220 + 15 * MINUTE);
    assertTrue(has(ended, AlertCode.HOST_ID_CONFLICT, AlertStatus.RESOLVED), ended::toString);
  }

  /** Its last whole snapshot was lost, so its words tell that it lives, and no more. */
  @Test
  void aMachineThatMissesASnapshotIsNotGone() {
    take(host("old-1").machine(OLD_BOARD), 10);
    take(merged("old").after("old-1").machine(OLD_BOARD), 20);
    assertTrue(isOpen(AlertCode.GROUP_MERGED_CROSS_VM));
    take(copy(), 100);
    for (long minute = 1; minute < 20; minute++) {
      hear("clone", 100 + minute * MINUTE);
      state = Judgement.missed(state, word("old", 110 + minute * MINUTE)).state();
    }
    assertEquals("old", boot());
    assertTrue(state.missesSnapshot());
    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT));
    assertTrue(isOpen(AlertCode.GROUP_MERGED_CROSS_VM), "of its own past");
  }

  @Test
  void theNextBootOfEitherMachineIsKnownByTheMachine() {
    take(host("old").machine(OLD_BOARD), 10);
    take(copy(), 100);
    take(host("old").machine(OLD_BOARD), 160);
    take(merged("clone-2").machine(NEW_BOARD), 200);
    assertEquals("old", boot());
    take(merged("old-2").machine(OLD_BOARD), 300);

    assertEquals("old-2", boot());
    assertTrue(isOpen(AlertCode.GROUP_MERGED_CROSS_VM));
    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT));
  }

  /** It sends one whole snapshot, and then only that nothing changed. */
  @Test
  void aMachineInPlaceOfAnotherIsNewAfterAQuarterOfAnHour() {
    take(host("old").machine(OLD_BOARD), 10);
    take(host("old").machine(OLD_BOARD).acs("D1", CLEARED), 20);
    assertTrue(isOpen(AlertCode.ACS_BIT_CLEARED));
    List<IsolationAlert> before = state.open();
    take(copy(), 100);
    for (long minute = 1; minute < 15; minute++) {
      assertEquals(List.of(), hear("clone", 100 + minute * MINUTE));
    }
    assertEquals(before, state.open());
    List<IsolationAlert> judged = hear("clone", 100 + 15 * MINUTE);

    assertEquals("clone", boot());
    assertTrue(isOpen(AlertCode.CROSS_VM_SHARED_GROUP), "which it shows by itself");
    assertEquals(0, codes(judged, AlertCode.GROUP_MERGED_CROSS_VM), judged::toString);
    assertTrue(has(judged, AlertCode.ACS_BIT_CLEARED, AlertStatus.RESOLVED), judged::toString);
    take(host("old").machine(OLD_BOARD), 1_200);
    assertEquals("clone", boot());
    take(copy(), 1_210);
    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT), "it is there after all");
  }

  @Test
  void aMachineInPlaceOfAnotherMayRestartMeanwhile() {
    take(host("old").machine(OLD_BOARD), 10);
    take(copy(), 100);
    take(merged("clone-2").machine(NEW_BOARD), 400);
    take(merged("clone-3").machine(NEW_BOARD), 700);
    assertFalse(isOpen(AlertCode.HOST_ID_CONFLICT), "no turns, but one machine");
    hear("clone-3", 100 + 15 * MINUTE);

    assertEquals("clone-3", boot());
  }

  @Test
  void aMachineThatIsNotKnownIsNotAnotherOne() {
    for (String other : List.of("", "serial-number 03", "oddity", " ")) {
      state = HostState.NONE;
      alerts.clear();
      take(host("one").machine(OLD_BOARD), 10);
      take(merged("two").after("one").machine(other), 100);
      assertEquals(1, codes(alerts, AlertCode.GROUP_MERGED_CROSS_VM), "machine=" + other);
      take(host("three").after("two").machine(OLD_BOARD), 200);
      assertEquals("three", boot());
    }
  }

  /** As while nobody may read it, or by an agent of before. */
  @Test
  void theMachineOfABootIsKnownFromAnyOfItsFrames() {
    take(host("old"), 10);
    take(host("old").machine(OLD_BOARD), 20);
    take(copy(), 100);
    assertEquals("old", boot());
    take(host("old"), 160);

    assertTrue(isOpen(AlertCode.HOST_ID_CONFLICT));
  }

  @Test
  void readingAgainWhatTwoMachinesSentTellsNothingNew() {
    List<Snapshot> sent = new ArrayList<>();
    sent.add(host("old").machine(OLD_BOARD).sequence(10).snapshot());
    for (int boot = 0; boot < 12; boot++) {
      TestHost clone = merged("clone-" + boot).after("old").machine(NEW_BOARD);
      sent.add(clone.sequence(100 * boot + 100).snapshot());
      sent.add(host("old").machine(OLD_BOARD).sequence(100 * boot + 150).snapshot());
    }
    sent.add(host("old").machine(OLD_BOARD).sequence(3_000).snapshot());
    sent.forEach(this::take);
    assertEquals(2, codes(alerts, AlertCode.HOST_ID_CONFLICT), "raised and resolved");
    alerts.clear();
    HostState before = state;
    sent.forEach(this::take);

    assertEquals(List.of(), alerts);
    assertEquals(before, state);
  }

  @Test
  void whoComparesTwoMachinesGetsTheirDifferences() {
    Snapshot one = host("old").machine(OLD_BOARD).sequence(10).snapshot();
    Snapshot other = copy().sequence(100).snapshot();

    List<IsolationAlert> told = Judgement.between(one, other, TimeLimits.NONE).alerts();
    assertTrue(has(told, AlertCode.GROUP_MERGED_CROSS_VM, AlertStatus.RAISED), told::toString);
  }
}
