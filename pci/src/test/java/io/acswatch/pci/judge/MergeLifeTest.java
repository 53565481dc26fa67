package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A merge of functions of which some had shared a group before, as a GPU and its sound do. */
class MergeLifeTest {
  /** Found by the simulated fleet, seed 1: such an alert stayed open for ever. */
  @ParameterizedTest(name = "owner \"{0}\"")
  @ValueSource(strings = {"", "vm1"})
  void endsWhenTheOthersAreApartAgain(String owner) {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("UP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "UP", DOWNSTREAM_PORT, false, OK)
            .add("D2", "02:01.0", "UP", DOWNSTREAM_PORT, false, OK)
            .add("GPU", "03:00.0", "D1", ENDPOINT, true, NONE)
            .add("SOUND", "03:00.1", "D1", ENDPOINT, true, NONE)
            .add("DRIVE", "04:00.0", "D2", ENDPOINT, false, NONE);
    if (!owner.isEmpty()) {
      host.owner("GPU", owner).owner("SOUND", owner).owner("DRIVE", owner);
    }
    HostState apart = Judgement.apply(HostState.NONE, host.snapshot()).state();
    Judged merged = Judgement.apply(apart, host.kexec("boot-2").acs("RP", CLEARED).snapshot());
    Judged healed = Judgement.apply(merged.state(), host.kexec("boot-3").acs("RP", OK).snapshot());

    AlertCode code =
        owner.isEmpty() ? AlertCode.GROUP_MERGED_UNOWNED : AlertCode.GROUP_MERGED_SAME_VM;
    assertEquals(List.of(AlertStatus.RAISED), statuses(merged, code));
    assertEquals(List.of(AlertStatus.RESOLVED), statuses(healed, code));
  }

  private static List<AlertStatus> statuses(Judged judged, AlertCode code) {
    return judged.alerts().stream()
        .filter(alert -> alert.code() == code)
        .map(IsolationAlert::status)
        .toList();
  }
}
