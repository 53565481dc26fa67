package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of what leads to nothing but a later time no repetition has to be judged again. */
class JudgedTest {
  private static final Snapshot FIRST = host().snapshot();
  private static final Snapshot LATER = FIRST.at(FIRST.takenAtMillis() + 1, FIRST.sequence() + 1);
  private static final HostState STATE = state(FIRST, FIRST, 3, List.of(), List.of(), List.of());
  private static final IsolationAlert ALERT =
      Judgement.apply(Judgement.apply(HostState.NONE, FIRST).state(), lost()).alerts().get(0);

  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE);
  }

  private static Snapshot lost() {
    return host().acs("RP", CLEARED).kexec("later").snapshot();
  }

  private static HostState state(
      Snapshot baseline,
      Snapshot current,
      int revision,
      List<IsolationAlert> open,
      List<PendingFinding> pending,
      List<Assignment> intended) {
    return new HostState(baseline, current, revision, open, pending, intended, BootHistory.NONE);
  }

  private static boolean leaves(HostState next, IsolationAlert... alerts) {
    return new Judged(next, List.of(alerts)).leaves(STATE);
  }

  @Test
  void onlyTheTimeIsAnother() {
    assertTrue(leaves(state(FIRST, LATER, 3, List.of(), List.of(), List.of())));
  }

  @Test
  void theSnapshotWasNotTakenIn() {
    assertFalse(leaves(STATE));
  }

  @Test
  void anythingElseIsAnother() {
    PendingFinding pending =
        new PendingFinding(AlertCode.ACS_BIT_CLEARED, FIRST.functions().get(0).path(), 1_000, 1);
    Assignment intended = new Assignment(FIRST.functions().get(1).path(), "vm1");

    assertFalse(leaves(state(FIRST, LATER, 3, List.of(), List.of(), List.of()), ALERT));
    BootHistory.Rival rival = new BootHistory.Rival("other", 1, 1_000, 0, null);
    assertFalse(
        leaves(
            state(FIRST, LATER, 3, List.of(), List.of(), List.of())
                .with(new BootHistory(List.of(), rival, 0))));
    assertFalse(leaves(state(LATER, LATER, 3, List.of(), List.of(), List.of())));
    assertFalse(leaves(state(FIRST, LATER, 4, List.of(), List.of(), List.of())));
    assertFalse(leaves(state(FIRST, LATER, 3, List.of(ALERT), List.of(), List.of())));
    assertFalse(leaves(state(FIRST, LATER, 3, List.of(), List.of(pending), List.of())));
    assertFalse(leaves(state(FIRST, LATER, 3, List.of(), List.of(), List.of(intended))));
  }

  @Test
  void aSnapshotAtAnotherTimeHasTheSameFacts() {
    assertSame(FIRST, FIRST.at(FIRST.takenAtMillis(), FIRST.sequence()));
    assertNotSame(FIRST, FIRST.at(FIRST.takenAtMillis() + 1, FIRST.sequence()));
    assertNotSame(FIRST, FIRST.at(FIRST.takenAtMillis(), FIRST.sequence() + 1));
    assertTrue(FIRST.hasFactsOf(LATER));
    assertTrue(LATER.hasFactsOf(FIRST));
    assertFalse(FIRST.hasFactsOf(lost()));
  }
}
