package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.cli.HttpAddress;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.FrameReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole of it with nothing made up: a kernel that replaces itself by kexec under the agent of
 * the package, and what the agent left on the guest's disk sent to a broker and judged. The guest
 * boots three times: by QEMU, by a kexec that changes nothing, by one that takes RR and CR from two
 * ports.
 *
 * <p>In the profile {@code guest} only; {@code deploy/guest/kexec-guest} tells what it takes.
 */
@Tag("guest")
class KexecGuestIT {
  private static final Path SCRIPT = Deployment.DIRECTORY.resolve("guest/kexec-guest");
  private static final int SKIPPED = 77;

  /** More than the script's own limit: it is the one to say what hung. */
  private static final Duration GUEST_LIMIT = Duration.ofMinutes(9);

  private static final List<BootClass> CLASSES =
      List.of(BootClass.COLD, BootClass.KEXEC_PLAIN, BootClass.KEXEC_PLAIN);
  private static final Duration POLL = Duration.ofMillis(200);

  @TempDir Path scratch;

  @Test
  void aRealKexecThatLosesBitsIsJudgedFromWhatTheAgentInTheGuestSaw() throws Exception {
    Path guest = runGuest();
    List<String> boots = new ArrayList<>();
    for (int boot = 1; boot <= CLASSES.size(); boot++) {
      boots.add(fact(guest, boot, "boot_id"));
    }
    List<Object> frames = frames(guest.resolve("spool"));

    for (int boot = 1; boot <= boots.size(); boot++) {
      assertIsAsTheKernelSays(guest, boot, frames);
      assertEquals(
          boot == boots.size()
              ? List.of()
              : List.of(KexecEvent.Step.LOADED, KexecEvent.Step.GOING_DOWN),
          steps(frames, boots.get(boot - 1)));
    }

    List<IsolationAlert> alerts = judge(guest.resolve("spool"));
    assertMerged(alerts, boots);
    List<IsolationAlert> ofQuietKexec =
        alerts.stream()
            .filter(alert -> alert.interval().after().boot().id().equals(boots.get(1)))
            .toList();
    assertEquals(List.of(), ofQuietKexec, "a kexec that changed nothing");
  }

  private static void assertIsAsTheKernelSays(Path guest, int boot, List<Object> frames)
      throws IOException {
    String id = fact(guest, boot, "boot_id");
    String loader = fact(guest, boot, "bootloader_type");
    BootClass bootClass = CLASSES.get(boot - 1);
    assertEquals(bootClass == BootClass.COLD ? "176" : "208", loader);
    List<Snapshot> snapshots = snapshots(frames, id);
    assertFalse(snapshots.isEmpty(), "no snapshot of boot " + boot);
    for (Snapshot snapshot : snapshots) {
      SnapshotGroups groups = SnapshotGroups.of(snapshot, null);
      assertEquals(kernelGroups(guest, boot), addresses(snapshot, groups.kernel()));
      assertEquals(kernelGroups(guest, boot), addresses(snapshot, groups.derived()));
      assertEquals(GroupsAgreement.SAME, groups.agreement()); // derived, and not taken over
      assertEquals(bootClass, snapshot.bootClass());
      assertEquals(fact(guest, boot, "cmdline"), snapshot.boot().commandLine());
      assertEquals(2, snapshot.owners().size());
    }
    List<String> notes = heartbeatNotes(frames, id);
    assertTrue(
        notes.contains(
            "boot class=%s confidence=HIGH evidence=loader type %s".formatted(bootClass, loader)),
        notes::toString);
  }

  private static void assertMerged(List<IsolationAlert> alerts, List<String> boots) {
    IsolationAlert merged =
        alerts.stream()
            .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
            .findFirst()
            .orElseThrow();
    assertEquals("guest", merged.host());
    assertEquals(Severity.CRITICAL, merged.severity());
    assertEquals(Boundary.KEXEC, merged.interval().boundary());
    assertEquals(boots.get(1), merged.interval().before().boot().id());
    assertEquals(boots.get(2), merged.interval().after().boot().id());
    assertEquals(List.of("vm-one", "vm-two"), merged.vms());
    assertEquals(
        List.of("0000:01:00.0 vm-one", "0000:02:00.0 vm-two"),
        merged.devices().stream().map(device -> device.address() + " " + device.owner()).toList());
    assertNotNull(merged.cause());
    assertNotNull(merged.cause().register());
    assertEquals(
        Set.of(
            "root-port 0000:00:03.0: 001d -> 0011 [RR, CR]",
            "root-port 0000:00:03.1: 001d -> 0011 [RR, CR]"),
        Stream.concat(Stream.of(merged.cause().register()), merged.cause().alsoChanged().stream())
            .map(KexecGuestIT::text)
            .collect(Collectors.toSet()));
    assertTrue(
        merged.cause().explanation().contains("pci=disable_acs_redir="),
        merged.cause()::explanation);
  }

  private static String text(RegisterChange change) {
    return "%s %s: %04x -> %04x %s"
        .formatted(
            change.portType().label(),
            change.port(),
            change.before(),
            change.after(),
            change.bitNames());
  }

  /** Boots it; gives the directory of what it left. Skips the test where something is missing. */
  private Path runGuest() throws Exception {
    Path out = scratch.resolve("guest");
    try (LaunchedProcess guest =
        LaunchedProcess.program(scratch, Map.of(), SCRIPT.toString(), out.toString())) {
      int code = guest.exitCode(GUEST_LIMIT);
      assumeTrue(code != SKIPPED, guest.out().strip());
      assertEquals(0, code, guest::all);
    }
    return out;
  }

  private static String fact(Path guest, int boot, String name) throws IOException {
    return Files.readString(guest.resolve("facts").resolve(Integer.toString(boot)).resolve(name))
        .strip();
  }

  /** The groups as the guest's own shell read them: addresses, numbers left out. */
  private static Set<Set<String>> kernelGroups(Path guest, int boot) throws IOException {
    Map<String, Set<String>> groups = new TreeMap<>();
    for (String line : fact(guest, boot, "groups").lines().toList()) {
      String[] words = line.split(" ");
      groups.computeIfAbsent(words[0], unused -> new TreeSet<>()).add(words[1]);
    }
    return Set.copyOf(groups.values());
  }

  private static Set<Set<String>> addresses(Snapshot snapshot, GroupPartition partition) {
    return partition.members().stream()
        .map(
            group ->
                group.stream()
                    .map(member -> snapshot.functions().get(member).address().toString())
                    .collect(Collectors.toSet()))
        .collect(Collectors.toSet());
  }

  private static List<Object> frames(Path spool) throws IOException {
    FrameReader reader = new FrameReader();
    List<Object> frames = new ArrayList<>();
    for (SpoolEntry entry : Spool.entriesOf(spool)) {
      assertNull(reader.wrap(Spool.frameOf(entry.path()).bytes()));
      frames.add(
          switch (reader.type()) {
            case SNAPSHOT -> reader.toSnapshot();
            case HEARTBEAT -> reader.toHeartbeat();
            case KEXEC_EVENT -> reader.toKexecEvent();
            case UNCHANGED -> reader.toUnchanged();
          });
    }
    return frames;
  }

  private static <T> Stream<T> of(Class<T> kind, List<Object> frames) {
    return frames.stream().filter(kind::isInstance).map(kind::cast);
  }

  private static List<Snapshot> snapshots(List<Object> frames, String boot) {
    return of(Snapshot.class, frames)
        .filter(snapshot -> snapshot.boot().id().equals(boot))
        .toList();
  }

  /** What the heartbeats of a boot say of its sources and of how it came about. */
  private static List<String> heartbeatNotes(List<Object> frames, String boot) {
    return of(Heartbeat.class, frames)
        .filter(heartbeat -> heartbeat.boot().id().equals(boot))
        .flatMap(heartbeat -> heartbeat.notes().stream())
        .toList();
  }

  private static List<KexecEvent.Step> steps(List<Object> frames, String boot) {
    return of(KexecEvent.class, frames)
        .filter(event -> event.boot().id().equals(boot))
        .map(KexecEvent::step)
        .toList();
  }

  /**
   * Sends the spool by a sender, as the guest would have with a network; gives what comes of it.
   */
  private List<IsolationAlert> judge(Path spool) throws Exception {
    Path config =
        Files.writeString(scratch.resolve("sender.conf"), "collector.http.address = 127.0.0.1:0\n");
    List<IsolationAlert> alerts = new ArrayList<>();
    try (Pipeline pipeline =
            Pipeline.start(
                EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT),
                HttpAddress.parse("127.0.0.1:0"),
                scratch.resolve("state"));
        AlertReader reader =
            new AlertReader(
                pipeline.bootstrapServers(), pipeline.config().topics().alerts(), true);
        LaunchedProcess sender =
            LaunchedProcess.acswatch(
                scratch,
                "collect",
                "sender",
                "--config",
                config.toString(),
                "--bootstrap-servers",
                pipeline.bootstrapServers(),
                "--spool",
                spool.toString())) {
      Awaitility.await()
          .atMost(LIMIT)
          .failFast("the sender ended", () -> !sender.isAlive())
          .until(
              () -> {
                alerts.addAll(reader.poll(POLL));
                return Spool.entriesOf(spool).isEmpty()
                    && alerts.stream()
                        .anyMatch(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM);
              });
      sender.terminate();
      assertEquals(0, sender.exitCode(), sender::all);
    }
    return alerts;
  }
}
