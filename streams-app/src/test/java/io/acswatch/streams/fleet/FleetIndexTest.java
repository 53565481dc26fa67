package io.acswatch.streams.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FleetIndexTest {
  private static final long START = Frames.TAKEN_AT;

  private long now = START;
  private final FleetIndex fleet = new FleetIndex(Duration.ofMinutes(15), () -> now);

  @BeforeEach
  void open() {
    fleet.opened(0);
  }

  private static HostState state(String host, String... captures) {
    HostState state = HostState.NONE;
    for (String capture : captures) {
      state = Judgement.apply(state, Snapshot.of(Frames.capture(capture, host, 1))).state();
    }
    return state;
  }

  @Test
  void aHostIsFreshWhileItIsHeardOf() {
    fleet.stored(0, "h", state("h", "kexec-000-before"));
    now = START + Duration.ofMinutes(14).toMillis();
    assertEquals(HostStatus.FRESH, fleet.host("h").status());

    now = START + Duration.ofMinutes(16).toMillis();
    assertEquals(HostStatus.STALE, fleet.host("h").status());

    fleet.heard(0, "h", now, Frames.ANY_SIGN);
    assertEquals(HostStatus.FRESH, fleet.host("h").status());
    assertEquals(now, fleet.host("h").heardMillis());
    assertEquals(now, fleet.lastFrameMillis());
  }

  /** Whoever has recorded a frame may send it for ever. */
  @Test
  void aCopyOfAFrameKeepsNoSilentHostFresh() {
    fleet.stored(0, "h", state("h", "kexec-000-before"));
    fleet.heard(0, "h", now, new Sign("b", START + 2, 7));
    fleet.heard(0, "h", now, new Sign("b", START + 3, 8));
    now = START + Duration.ofMinutes(16).toMillis();
    fleet.heard(0, "h", now, new Sign("b", START + 2, 7));
    fleet.heard(0, "h", now, new Sign("b", START + 3, 8));
    assertEquals(HostStatus.STALE, fleet.host("h").status());

    // The agent lost its count, its clock was set back, or the host has booted.
    for (Sign news :
        List.of(
            new Sign("b", START + 4, 1), new Sign("b", START + 1, 9), new Sign("c", START, 1))) {
      now += Duration.ofMinutes(16).toMillis();
      assertEquals(HostStatus.STALE, fleet.host("h").status());
      fleet.heard(0, "h", now, news);
      assertEquals(HostStatus.FRESH, fleet.host("h").status(), news::toString);
    }
  }

  /** Nor a broker's: what was heard was heard by now. */
  @Test
  void aClockThatRunsAheadKeepsNoSilentHostFresh() {
    HostState ahead =
        Judgement.apply(
                HostState.NONE,
                Snapshot.of(
                    Frames.capture("kexec-000-before", "h", 1)
                        .withHost("h", 1, START + Duration.ofDays(1).toMillis())))
            .state();
    fleet.stored(0, "h", ahead);
    fleet.heard(0, "h", START + Duration.ofDays(1).toMillis(), Frames.ANY_SIGN);
    assertEquals(HostStatus.FRESH, fleet.host("h").status());
    assertEquals(START, fleet.host("h").heardMillis());
    assertEquals(START, fleet.lastFrameMillis());

    now = START + Duration.ofMinutes(16).toMillis();
    assertEquals(HostStatus.STALE, fleet.host("h").status());
  }

  @Test
  void aHostWhosePortsWereNotReadIsUnknown() {
    Capture read = Frames.capture("kexec-000-before", "h", 1);
    fleet.stored(0, "h", Judgement.apply(HostState.NONE, Frames.unprivileged(read)).state());

    assertEquals(HostStatus.UNKNOWN, fleet.host("h").status());
    assertEquals(
        Map.of(HostStatus.FRESH, 0, HostStatus.STALE, 0, HostStatus.UNKNOWN, 1),
        fleet.counts().hosts());
  }

  @Test
  void summarizesAHostWithItsOpenAlertsMostUrgentFirst() {
    fleet.stored(0, "h", state("h", "kexec-001-before", "kexec-001-after"));

    HostSummary host = fleet.host("h").summary();
    assertEquals(32, host.functions());
    assertTrue(host.groups() > 1, host::toString);
    assertTrue(host.vms() > 1, host::toString);
    assertEquals(Severity.CRITICAL, host.worst());
    assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, host.open().get(0).code());
    assertEquals(
        1, fleet.counts().open().get(AlertCode.GROUP_MERGED_CROSS_VM).get(Severity.CRITICAL));
  }

  @Test
  void forgetsTheHostsOfAPartitionThatMovedAway() {
    fleet.opened(1);
    fleet.stored(0, "a", state("a", "kexec-000-before"));
    fleet.stored(1, "b", state("b", "kexec-000-before"));

    fleet.closed(0);

    assertNull(fleet.host("a"));
    assertEquals(1, fleet.hosts().size());
  }

  /** Between any two steps of a load a rebalance may close the partition, and open it again. */
  @Test
  void aLoadThatARebalanceOvertookLeavesNoGhost() {
    FleetIndex.Partition before = fleet.toLoad().get(0);
    fleet.closed(0);
    before.load("a", state("a", "kexec-000-before"));
    assertEquals(List.of(), fleet.hosts());

    fleet.opened(0);
    before.load("b", state("b", "kexec-000-before"));
    before.loaded();
    assertEquals(List.of(), fleet.hosts());
    assertEquals(Set.of(0), fleet.toLoad().keySet(), "the store that is open now is still to read");
  }

  @Test
  void aHostThatIsRetiredWhileItsStoreIsReadStaysAway() {
    FleetIndex.Partition partition = fleet.toLoad().get(0);
    fleet.stored(0, "h", HostState.NONE);
    fleet.heard(0, "h", now, Frames.ANY_SIGN);
    partition.load("h", state("h", "kexec-000-before"));
    partition.loaded();
    assertNull(fleet.host("h"));
    assertEquals("0 hosts in partitions [0]", fleet.toString());

    fleet.stored(0, "h", state("h", "kexec-000-before"));
    assertEquals(HostStatus.FRESH, fleet.host("h").status());
    fleet.stored(0, "h", HostState.NONE);
    assertNull(fleet.host("h"));
  }

  @Test
  void whatWasLoadedGivesWayToWhatWasJudgedSince() {
    fleet.stored(0, "h", state("h", "kexec-001-before", "kexec-001-after"));
    fleet.toLoad().get(0).load("h", state("h", "kexec-001-before"));

    assertEquals(Severity.CRITICAL, fleet.host("h").summary().worst());
  }

  @Test
  void aHostHeardOfButNotLoadedYetIsNotListed() {
    now = START + Duration.ofMinutes(30).toMillis();
    fleet.heard(0, "h", now, Frames.ANY_SIGN);
    assertNull(fleet.host("h"));

    fleet.toLoad().get(0).load("h", state("h", "kexec-000-before"));
    assertEquals(HostStatus.FRESH, fleet.host("h").status());
  }

  /** Hosts that send heartbeats and no snapshot, by the thousand, are nothing to remember. */
  @Test
  void aHostWithoutASnapshotTakesNoMemory() {
    fleet.heard(0, "early", now, Frames.ANY_SIGN);
    fleet.toLoad().get(0).loaded();
    fleet.heard(0, "late", now, Frames.ANY_SIGN);
    fleet.heard(7, "elsewhere", now, Frames.ANY_SIGN);

    assertEquals("0 hosts in partitions [0]", fleet.toString());
    assertEquals(now, fleet.lastFrameMillis());
  }
}
