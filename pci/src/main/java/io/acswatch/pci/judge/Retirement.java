package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import java.util.ArrayList;
import java.util.List;

/** What becomes of a host that is taken out of service for good. A pure function. */
public final class Retirement {
  private Retirement() {}

  /**
   * Ends all that is open of a host and forgets its snapshots.
   *
   * <p>The revision is kept. Should a host of that id ever come back, its alerts go on counting
   * from there: consumers drop alerts whose revision they have seen.
   */
  public static Judged of(HostState state) {
    int revision = state.revision();
    List<IsolationAlert> resolved = new ArrayList<>();
    for (IsolationAlert alert : state.open()) {
      resolved.add(alert.with(AlertStatus.RESOLVED, ++revision));
    }
    return new Judged(new HostState(null, null, revision, List.of()), resolved);
  }
}
