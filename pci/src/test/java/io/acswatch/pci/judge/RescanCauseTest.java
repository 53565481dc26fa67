package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A bit is lost, a snapshot shows it, and only then a rescan forms groups: found by the fleet. */
class RescanCauseTest {
  private static final List<String> NAMES = List.of("RP", "UP", "D1", "D2", "D3", "A", "B", "C");

  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("UP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "UP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "UP", DOWNSTREAM_PORT, false, OK)
        .add("D3", "02:02.0", "UP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
        .add("C", "05:00.0", "D3", ENDPOINT, false, NONE)
        .owner("A", "vm1")
        .owner("B", "vm2");
  }

  /** The bit is gone, and each function still has the group of before. */
  private static Snapshot lostOnly() {
    TestHost host = host().acs("RP", CLEARED).sequence(2);
    for (int i = 0; i < NAMES.size(); i++) {
      host.reportGroup(NAMES.get(i), i);
    }
    return host.snapshot();
  }

  @Test
  void bothMergesOfARescanNameThePortThatLostTheBitEarlier() {
    HostState apart = Judgement.apply(HostState.NONE, host().sequence(1).snapshot()).state();
    HostState lost = Judgement.apply(apart, lostOnly()).state();

    Judged merged = Judgement.apply(lost, host().acs("RP", CLEARED).sequence(3).snapshot());

    for (AlertCode code :
        List.of(AlertCode.GROUP_MERGED_CROSS_VM, AlertCode.GROUP_MERGED_VM_HOST)) {
      IsolationAlert merge =
          merged.alerts().stream().filter(a -> a.code() == code).findFirst().orElseThrow();
      assertNotNull(merge.cause().register(), code + " has no register");
      assertEquals("0000:00:01.0", merge.cause().register().port().toString());
      assertEquals(List.of("RR"), merge.cause().register().bitNames());
    }
  }

  @Test
  void rescanIsNoNewsOfTheBitThatWasLostBefore() {
    HostState apart = Judgement.apply(HostState.NONE, host().sequence(1).snapshot()).state();
    HostState lost = Judgement.apply(apart, lostOnly()).state();

    Judged merged = Judgement.apply(lost, host().acs("RP", CLEARED).sequence(3).snapshot());

    assertEquals(
        List.of(),
        merged.alerts().stream()
            .filter(alert -> alert.code() == AlertCode.ACS_BIT_CLEARED)
            .toList());
  }
}
