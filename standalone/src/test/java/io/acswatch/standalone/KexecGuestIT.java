package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
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
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.standalone.OutsideHalf.Mark;
import io.acswatch.standalone.OutsideHalf.SeenAlert;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything around a kexec, on a real kernel: in a guest the package's agent and VMs that hold
 * devices; outside a broker and the streams application. {@code ./acswatch e2e} runs it, and {@code
 * docs/agent.md} has the scenarios.
 *
 * <p>All scenarios share one guest, whose kernel replaces itself many times. A scenario that fails
 * leaves the next one a new guest.
 */
@Tag("guest")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KexecGuestIT {
  private static final String PORT_ONE = "0000:00:03.0";
  private static final String PORT_TWO = "0000:00:03.1";
  private static final Vm VM_ONE = new Vm("vm-one", "", "0000:01:00.0");
  private static final Vm VM_TWO =
      new Vm("vm-two", "4b1d4b0e-6a0c-4a36-9d3b-2f1a4d0c7a02", "0000:02:00.0");
  private static final Vm VM_THREE =
      new Vm("vm-three", "4b1d4b0e-6a0c-4a36-9d3b-2f1a4d0c7a03", "0000:03:00.0");
  private static final List<Vm> VMS = List.of(VM_ONE, VM_TWO, VM_THREE);

  /** Command lines for the next kernel, as files in the guest. */
  private static final String PLAIN = "/boot/options";

  private static final String MERGING = "/boot/options.merging";

  private static final Path REPORT = Path.of("target", "e2e");

  /** Capture files of recorded live updates, a directory for each; more where the corpus is. */
  private static final Path LIVE_UPDATES = Path.of("src/test/resources/liveupdate");

  /** A VM in the guest: QEMU with one device. */
  private record Vm(String name, String uuid, String device) {
    /** What the agent calls it. */
    String owner() {
      return uuid.isEmpty() ? name : uuid;
    }
  }

  private static final Mark START = new Mark(0, 0);

  private interface Body {
    void run() throws Exception;
  }

  private record Scenario(int number, String name, Body body) {
    boolean takesTheGuest() {
      return number != 11;
    }
  }

  private final List<Scenario> scenarios =
      List.of(
          new Scenario(1, "a kexec that changes nothing", this::quietKexec),
          new Scenario(2, "disable_acs_redir on the new command line", this::bitsLostByCommandLine),
          new Scenario(3, "setpci at run time", this::bitsLostAtRunTime),
          new Scenario(4, "broker away during the kexec", this::brokerAway),
          new Scenario(5, "reset instead of kexec", this::reset),
          new Scenario(6, "kexec loaded, unloaded; going down and back", this::noKexecAfterAll),
          new Scenario(7, "unplug and re-plug of a VM's device", this::unplugged),
          new Scenario(8, "kexec without notice, agent killed before", this::withoutNotice),
          new Scenario(9, "clock a year off, and back", this::clockAYearOff),
          new Scenario(10, "gate before the kexec of scenario 2", this::gate),
          new Scenario(11, "recorded live updates", this::recordedLiveUpdates));

  @TempDir static Path scratch;

  /** A guest for each kernel; runs take turns with them. */
  private final List<Path> kernels = new ArrayList<>();

  private OutsideHalf outside;
  private GuestMachine machine;
  private GuestMachine.Boot boot;
  private String options = "";
  private int guests;
  private int replays;
  private final GuestReport report = new GuestReport();
  private GuestReport.Figures figures;

  @BeforeAll
  void makeTheGuest() throws Exception {
    for (Path kernel : GuestMachine.kernels(scratch)) {
      Path guest = scratch.resolve(kernel.getFileName());
      GuestMachine.make(scratch, kernel, guest);
      kernels.add(guest);
    }
    outside = OutsideHalf.start(scratch);
  }

  @AfterAll
  void end() throws Exception {
    report.write(REPORT);
    if (machine != null) {
      machine.close();
    }
    if (outside != null) {
      outside.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> scenarios() {
    List<String> chosen = Arrays.asList(System.getProperty("e2e.scenarios", "").split("[ ,]+"));
    // Each kernel once at least.
    int times = Math.max(Integer.getInteger("e2e.times", 1), kernels.size());
    return IntStream.rangeClosed(1, times)
        .boxed()
        .flatMap(
            run ->
                scenarios.stream()
                    .filter(one -> isChosen(one, chosen))
                    .map(
                        one ->
                            DynamicTest.dynamicTest(
                                one.number() + " " + one.name(), () -> play(run, one))));
  }

  private static boolean isChosen(Scenario scenario, List<String> chosen) {
    return chosen.equals(List.of("")) || chosen.contains(Integer.toString(scenario.number()));
  }

  private void play(int run, Scenario scenario) throws Exception {
    long began = System.nanoTime();
    boolean seen = false;
    Path kernel = kernels.get((run - 1) % kernels.size());
    figures =
        report.begin(
            run,
            scenario.takesTheGuest() ? kernel.getFileName().toString() : "",
            scenario.number() + " " + scenario.name());
    try {
      if (scenario.takesTheGuest()) {
        ready(kernel);
      }
      Mark mark = outside.mark();
      scenario.body().run();
      figures.frames(outside.framesSince(mark));
      if (scenario.takesTheGuest()) {
        figures.cost(machine.ask("agent_cost").text());
      }
      seen = true;
    } catch (Throwable failed) {
      failed.printStackTrace();
      if (machine != null && scenario.takesTheGuest()) {
        System.err.println(machine.console());
        machine.close();
        machine = null;
      }
      outside.restoreBroker();
      throw failed;
    } finally {
      figures.end(seen, System.nanoTime() - began);
    }
  }

  // --- what happens in the guest
  // -------------------------------------------------------------------

  /** Brings it about that the guest runs with all bits, agent and VMs, and all of it is judged. */
  private void ready(Path guest) throws Exception {
    if (machine != null && !machine.isOf(guest)) {
      machine.close();
      machine = null;
    }
    if (machine == null) {
      machine = GuestMachine.start(scratch, guest, scratch.resolve("run" + ++guests));
      boot = machine.awaitBoot();
      machine.run(
          "printf 'collector.bootstrap.servers=%s\\ncollector.host.id=guest-%d\\n' >/etc/acswatch/collector.conf"
              .formatted(outside.serversForGuest(), guests));
      machine.run("touch /boot/agent");
      String broken = System.getProperty("e2e.break", "");
      if (broken.equals("no-boot-ids")) {
        machine.run("cat /proc/sys/kernel/random/boot_id >/boot/no-boot-ids");
      } else if (!broken.isEmpty()) {
        machine.run("touch /boot/" + broken);
      }
      load(PLAIN);
      jump(PLAIN);
    } else if (!options.equals(PLAIN)) {
      kexec(PLAIN);
    }
    startVms();
  }

  private void startVms() {
    startMissing(VMS);
    awaitOwners(START, VMS);
    outside.awaitJudged();
  }

  private void awaitOwners(Mark mark, List<Vm> vms) {
    outside.awaitFrame(
        mark,
        Snapshot.class,
        "snapshot with " + vms,
        snapshot -> isOfThisBoot(snapshot) && ownersOf(snapshot).equals(owners(vms)));
  }

  private void startMissing(List<Vm> vms) {
    for (Vm vm : vms) {
      if (machine.ask("[ -e /run/%s.pid ]".formatted(vm.name())).code() != 0) {
        start(vm);
      }
    }
  }

  private static Set<String> owners(List<Vm> vms) {
    return vms.stream().map(Vm::owner).collect(Collectors.toSet());
  }

  private void start(Vm vm) {
    machine.run(startLine(vm));
  }

  private static String startLine(Vm vm) {
    return "start_vm %s '%s' %s".formatted(vm.name(), vm.uuid(), vm.device());
  }

  private boolean isOfThisBoot(Snapshot snapshot) {
    return snapshot.boot().id().equals(boot.id());
  }

  private static Set<String> ownersOf(Snapshot snapshot) {
    return snapshot.owners().stream().map(OwnershipClaim::vm).collect(Collectors.toSet());
  }

  private void load(String optionsFile) {
    machine.run("kexec -l /boot/vmlinuz --command-line=\"$(cat %s)\"".formatted(optionsFile));
  }

  /** Nothing is written back or unmounted: what nobody has forced to disk is lost. */
  private void jump(String optionsFile) {
    machine.run("sync");
    machine.send("kexec -e --no-sync");
    boot = machine.awaitBoot();
    options = optionsFile;
  }

  /** A kexec as systemd does it. Gives the boot before. */
  private GuestMachine.Boot kexec(String optionsFile) {
    GuestMachine.Boot before = boot;
    loadAndTell(optionsFile);
    stopAgent();
    jump(optionsFile);
    return before;
  }

  private void loadAndTell(String optionsFile) {
    Mark mark = outside.mark();
    load(optionsFile);
    awaitStep(mark, KexecEvent.Step.LOADED);
  }

  private void awaitStep(Mark mark, KexecEvent.Step step) {
    outside.awaitFrame(
        mark,
        KexecEvent.class,
        "event " + step,
        event -> event.step() == step && event.boot().id().equals(boot.id()));
  }

  private void stopAgent() {
    String ended = machine.run("stop_agent");
    assertTrue(ended.contains("reader ended with 0"), ended);
  }

  // --- scenarios
  // -----------------------------------------------------------------------------------

  private void quietKexec() throws Exception {
    Mark mark = outside.mark();
    kexec(PLAIN);
    assertClass(mark, BootClass.KEXEC_PLAIN, "208");
    assertIsAsTheKernelSays(ofThisBoot(mark));
    startVms();
    assertIsAsTheKernelSays(ofThisBoot(mark));
    assertEquals(List.of(), raisedSince(mark));
  }

  private void bitsLostByCommandLine() throws Exception {
    Mark mark = outside.mark();
    GuestMachine.Boot before = kexec(MERGING);
    SeenAlert merged = awaitMerge(mark);
    assertMerged(merged.alert(), before, Boundary.KEXEC, Severity.CRITICAL);
    keep("disable-acs-redir", merged);
    assertClass(mark, BootClass.KEXEC_PLAIN, "208");
    assertIsAsTheKernelSays(ofThisBoot(mark));
    // Inside, the kernel lets one VM have the group.
    machine.run("to_vfio " + VM_TWO.device());
    start(VM_ONE);
    GuestMachine.Answer second = machine.ask(startLine(VM_TWO));
    assertEquals(1, second.code(), second.text());
    assertTrue(second.text().contains("Device or resource busy"), second.text());
    figures.note(second.text());
  }

  private void bitsLostAtRunTime() throws Exception {
    // Only a look at the few words that decide can see it within two intervals.
    machine.run("echo collector.glance.interval.ms=10000 >>/etc/acswatch/collector.conf");
    machine.run("echo collector.sweep.interval.ms=3600000 >>/etc/acswatch/collector.conf");
    Mark restarted = outside.mark();
    stopAgent();
    machine.run("start_agent");
    outside.awaitFrame(restarted, Heartbeat.class, "heartbeat", beat -> true);
    Set<Set<String>> groups = kernelGroups();

    Mark mark = outside.mark();
    long began = System.nanoTime();
    long clock = guestMillis();
    pokeBothPorts("0011");
    SeenAlert lost =
        outside.awaitAlert(
            mark,
            "PENDING_MERGE",
            alert ->
                alert.code() == AlertCode.PENDING_MERGE && alert.status() == AlertStatus.RAISED);
    figures.note("alert %.1f s after setpci, looks every 10 s".formatted(seconds(began, lost)));
    Snapshot first =
        outside.awaitFrame(mark, Snapshot.class, "snapshot", snapshot -> bitsAreGone(snapshot));
    assertTrue(
        first.takenAtMillis() - clock <= 2 * 10_000,
        () -> "seen after " + (first.takenAtMillis() - clock) + " ms");
    assertEquals(owners(List.of(VM_ONE, VM_TWO)), Set.copyOf(lost.alert().vms()));
    assertEquals(Boundary.RUNNING, lost.alert().interval().boundary());
    outside.awaitAlert(
        mark,
        "RUNTIME_ISOLATION_LOSS",
        alert ->
            alert.code() == AlertCode.RUNTIME_ISOLATION_LOSS
                && alert.interval().boundary() == Boundary.RUNNING);
    assertTrue(
        raisedSince(mark).stream().noneMatch(raised -> raised.startsWith("GROUP_")),
        () -> raisedSince(mark).toString());
    assertEquals(groups, kernelGroups());
    assertEquals(groups, addresses(first, SnapshotGroups.of(first, null).kernel()));

    writeOwners();
    GuestMachine.Answer noGo = machine.ask(PREFLIGHT);
    assertEquals(1, noGo.code(), noGo.text());
    assertEquals("no-go", noGo.text().lines().findFirst().orElse(""), noGo.text());

    Mark restored = outside.mark();
    pokeBothPorts("001d");
    outside.awaitAlert(
        restored,
        "end of PENDING_MERGE",
        alert ->
            alert.fingerprint().equals(lost.alert().fingerprint())
                && alert.status() == AlertStatus.RESOLVED);
    machine.run("sed -i '/glance\\|sweep/d' /etc/acswatch/collector.conf");
  }

  /** As a live update of a kernel that can preserve devices. */
  private static final String PREFLIGHT =
      "acswatch-collector preflight --mode live-update --model legacy-liveupdate --owners /run/owners";

  private void writeOwners() {
    machine.run(
        VMS.stream()
            .map(vm -> "owner\\t%s\\t%s\\torchestrator\\n".formatted(vm.device(), vm.owner()))
            .collect(Collectors.joining("", "printf '", "' >/run/owners")));
  }

  private void pokeBothPorts(String word) {
    for (String port : List.of(PORT_ONE, PORT_TWO)) {
      machine.run("setpci -s %s ECAP_ACS+6.w=%s".formatted(port, word));
    }
  }

  private static boolean bitsAreGone(Snapshot snapshot) {
    return Stream.of(PORT_ONE, PORT_TWO)
        .allMatch(
            port ->
                snapshot.functions().stream()
                    .filter(function -> function.address().toString().equals(port))
                    .anyMatch(function -> function.config().acs().control() == 0x11));
  }

  private long guestMillis() {
    return Long.parseLong(machine.run("date +%s")) * 1000;
  }

  private void brokerAway() throws Exception {
    // The VMs of which the alert is to tell come while nobody can be told.
    Mark stopped = outside.mark();
    machine.run("stop_vm vm-two");
    awaitOwners(stopped, List.of(VM_ONE, VM_THREE));
    outside.awaitJudged();
    Mark mark = outside.mark();
    outside.killBroker();
    String known = lastOnDisk("snapshot");
    start(VM_TWO);
    awaitOnDisk("snapshot", known);
    known = lastOnDisk("kexec_event");
    load(MERGING);
    awaitOnDisk("kexec_event", known);
    stopAgent();
    GuestMachine.Boot before = boot;
    jump(MERGING);
    assertEquals(List.of(), outside.alertsSince(mark));
    awaitOnDisk("snapshot", lastOnDisk("kexec_event"));
    long began = System.nanoTime();
    outside.startBroker();
    SeenAlert merged = awaitMerge(mark);
    assertMerged(merged.alert(), before, Boundary.KEXEC, Severity.CRITICAL);
    keep("broker-away", merged);
    figures.note("alert %.1f s after the broker's start".formatted(seconds(began, merged)));
    assertBeforeWasOnDisk(mark, merged.alert(), before, VMS);
    assertClass(mark, BootClass.KEXEC_PLAIN, "208");
    assertEquals(
        1, raisedSince(mark).stream().filter(a -> a.startsWith("GROUP_MERGED_CROSS_VM")).count());
  }

  /** The name of the newest frame of a type in the guest's spool; empty if there is none. */
  private String lastOnDisk(String type) {
    return machine
        .ask("ls /var/lib/acswatch/spool | grep -- '-%s.frame' | tail -n 1".formatted(type))
        .text();
  }

  private void awaitOnDisk(String type, String known) {
    Awaitility.await()
        .atMost(GuestMachine.LIMIT)
        .until(() -> lastOnDisk(type).compareTo(known) > 0);
  }

  private void reset() throws Exception {
    Mark mark = outside.mark();
    GuestMachine.Boot before = boot;
    machine.monitor("system_reset");
    boot = machine.awaitBoot();
    options = MERGING;
    SeenAlert merged = awaitMerge(mark);
    assertMerged(merged.alert(), before, Boundary.COLD_BOOT, Severity.HIGH);
    assertClass(mark, BootClass.COLD, "176");
    keep("reset", merged);
  }

  private void noKexecAfterAll() throws Exception {
    Mark mark = outside.mark();
    loadAndTell(PLAIN);
    machine.run("kexec -u");
    awaitStep(mark, KexecEvent.Step.UNLOADED);
    loadAndTell(PLAIN);
    stopAgent();
    machine.run("start_agent");
    awaitStep(mark, KexecEvent.Step.GOING_DOWN);
    awaitStep(mark, KexecEvent.Step.BACK);
    Mark back = outside.mark();
    machine.run("kexec -u");
    awaitStep(back, KexecEvent.Step.UNLOADED);
    assertEquals(
        List.of(),
        raisedSince(mark).stream().filter(a -> !a.startsWith("LIVE_UPDATE_ABORTED")).toList());
    assertEquals(
        List.of(),
        outside.alertsSince(mark).stream()
            .map(SeenAlert::alert)
            .filter(alert -> alert.status() != AlertStatus.RESOLVED)
            .filter(alert -> alert.interval().boundary().isBoot())
            .map(alert -> alert.status() + " " + alert.headline())
            .toList());
  }

  private void unplugged() throws Exception {
    boolean hasLibvirt = machine.ask("command -v libvirtd").code() == 0;
    figures.note(hasLibvirt ? "a domain of libvirt's" : "no libvirt");
    if (hasLibvirt) {
      Mark stopped = outside.mark();
      machine.run("stop_vm vm-three");
      awaitOwners(stopped, List.of(VM_ONE, VM_TWO));
      startAsDomain(VM_THREE);
    }
    Mark mark = outside.mark();
    machine.monitor("device_del plug");
    machine.run("stop_vm vm-three"); // the kernel waits for it
    SeenAlert missing =
        outside.awaitAlert(
            mark,
            "DEVICE_MISSING",
            alert ->
                alert.code() == AlertCode.DEVICE_MISSING && alert.status() == AlertStatus.RAISED);
    // Whose it was depends on whether the reader looked after the VM had ended.
    assertEquals(
        List.of(VM_THREE.device()),
        missing.alert().devices().stream().map(d -> d.address().toString()).toList());
    machine.monitor("device_add qemu-xhci,id=plug,bus=rp2,addr=0.0");
    Awaitility.await()
        .atMost(GuestMachine.LIMIT)
        .until(
            () ->
                machine.ask("[ -e /sys/bus/pci/devices/%s ]".formatted(VM_THREE.device())).code()
                    == 0);
    startVms();
    outside.awaitAlert(
        mark,
        "end of DEVICE_MISSING",
        alert ->
            alert.fingerprint().equals(missing.alert().fingerprint())
                && alert.status() == AlertStatus.RESOLVED);
    outside.awaitJudged();
    List<Snapshot> snapshots = ofThisBoot(mark);
    assertIsAsTheKernelSays(snapshots.subList(snapshots.size() - 1, snapshots.size()));
    assertEquals(Set.of(), openSince(mark));
  }

  /** Has libvirt start a VM, and waits until the agent has its word for it. */
  private void startAsDomain(Vm vm) {
    Mark mark = outside.mark();
    machine.run("start_domain %s %s %s".formatted(vm.name(), vm.uuid(), vm.device()));
    outside.awaitFrame(
        mark,
        Snapshot.class,
        "snapshot with a domain",
        snapshot ->
            snapshot.owners().stream()
                .anyMatch(
                    claim ->
                        claim.vm().equals(vm.owner())
                            && claim.source().startsWith("libvirt")
                            && claim.address().toString().equals(vm.device())));
    outside.awaitJudged();
  }

  private void withoutNotice() throws Exception {
    machine.run("kill -9 $sender; wait $sender; true");
    String known = lastOnDisk("snapshot");
    machine.run("stop_vm vm-three");
    awaitOnDisk("snapshot", known);
    machine.run("kill -9 $reader; wait $reader; true");
    Mark mark = outside.mark();
    GuestMachine.Boot before = boot;
    load(MERGING);
    // No sync: what is there is what the reader has forced to disk.
    machine.send("kexec -e --no-sync");
    boot = machine.awaitBoot();
    options = MERGING;
    SeenAlert merged = awaitMerge(mark);
    assertMerged(merged.alert(), before, Boundary.KEXEC, Severity.CRITICAL);
    assertBeforeWasOnDisk(mark, merged.alert(), before, List.of(VM_ONE, VM_TWO));
    keep("without-notice", merged);
    assertTrue(
        outside.since(mark, KexecEvent.class).noneMatch(e -> e.boot().id().equals(before.id())));
  }

  /** The snapshot before is one that nobody had seen yet, and that knew of these VMs. */
  private void assertBeforeWasOnDisk(
      Mark mark, IsolationAlert alert, GuestMachine.Boot before, List<Vm> vms) {
    List<Snapshot> survived =
        outside
            .since(mark, Snapshot.class)
            .filter(snapshot -> snapshot.boot().id().equals(before.id()))
            .filter(snapshot -> ownersOf(snapshot).equals(owners(vms)))
            .toList();
    assertTrue(
        survived.stream()
            .anyMatch(one -> one.takenAtMillis() == alert.interval().before().takenAtMillis()),
        () ->
            "before is of %d, on disk were those of %s"
                .formatted(
                    alert.interval().before().takenAtMillis(),
                    survived.stream().map(Snapshot::takenAtMillis).toList()));
  }

  private void clockAYearOff() throws Exception {
    machine.run("date -s @$(($(date +%s) + 31536000))");
    Mark mark = outside.mark();
    GuestMachine.Boot before = kexec(MERGING);
    SeenAlert merged = awaitMerge(mark);
    assertMerged(merged.alert(), before, Boundary.KEXEC, Severity.CRITICAL);
    keep("clock-a-year-off", merged);
    IsolationAlert.Interval interval = merged.alert().interval();
    long year = interval.before().takenAtMillis() - interval.after().takenAtMillis();
    assertTrue(year > 360L * 86_400_000, () -> "the clock was " + year + " ms off");
    // And off the other way, into a boot that heals.
    machine.run("date -s @$(($(date +%s) - 31536000))");
    Mark back = outside.mark();
    kexec(PLAIN);
    outside.awaitAlert(
        back,
        "end of the merge",
        alert ->
            alert.fingerprint().equals(merged.alert().fingerprint())
                && alert.status() == AlertStatus.RESOLVED);
    outside.awaitJudged();
    assertEquals(
        List.of(AlertStatus.RAISED, AlertStatus.RESOLVED),
        outside.alertsSince(mark).stream()
            .map(SeenAlert::alert)
            .filter(alert -> alert.fingerprint().equals(merged.alert().fingerprint()))
            .map(IsolationAlert::status)
            .filter(status -> status != AlertStatus.UPDATED)
            .toList());
  }

  private void gate() throws Exception {
    writeOwners();
    load(MERGING);
    GuestMachine.Answer refused = machine.ask(gateLine(MERGING) + " && kexec -e --no-sync");
    assertEquals(1, refused.code(), refused.text());
    assertTrue(
        refused.text().contains("acswatch-preflight-gate: no-go: refused (plain-kexec)"),
        refused.text());
    assertTrue(refused.text().contains("GROUP_MERGED_CROSS_VM"), refused.text());
    assertEquals(boot.id(), machine.run("cat /proc/sys/kernel/random/boot_id"));
    GuestMachine.Answer allowed = machine.ask(gateLine(PLAIN));
    assertEquals(0, allowed.code(), allowed.text());
    machine.run("kexec -u");
  }

  private static String gateLine(String optionsFile) {
    return "ACSWATCH_PREFLIGHT_OWNERS=/run/owners ACSWATCH_PREFLIGHT_TIMEOUT=240"
        + " /usr/lib/acswatch/hooks/acswatch-preflight-gate plain-kexec"
        + " --target-kernel \"$(uname -rv)\" --target-cmdline \"$(cat %s)\"".formatted(optionsFile);
  }

  /** Writes down when the alert came, and the two snapshots that it compares. */
  private void keep(String name, SeenAlert merged) throws IOException {
    figures.alert(boot, machine.agentNanos(), merged.nanos());
    report.keepCaptures(REPORT, name, outside.framesSince(START), merged.alert());
  }

  private SeenAlert awaitMerge(Mark mark) {
    return outside.awaitAlert(
        mark,
        "GROUP_MERGED_CROSS_VM",
        alert ->
            alert.code() == AlertCode.GROUP_MERGED_CROSS_VM
                && alert.status() == AlertStatus.RAISED);
  }

  // --- recorded live updates
  // -----------------------------------------------------------------------

  private void recordedLiveUpdates() throws Exception {
    int merges = 0;
    String again = "-" + ++replays; // what comes twice of one host is judged once
    for (Path directory : RecordedLiveUpdate.directories(LIVE_UPDATES)) {
      RecordedLiveUpdate recorded = RecordedLiveUpdate.read(directory, again);
      Mark mark = outside.mark();
      try (LaunchedProcess replay =
          LaunchedProcess.acswatch(scratch, recorded.replay(scratch, outside.servers()))) {
        replay.succeeded();
      }
      outside.awaitFrame(
          mark, Snapshot.class, "last capture", snapshot -> recorded.isLast(snapshot));
      outside.awaitJudged();
      List<IsolationAlert> raised =
          outside.alertsSince(mark).stream()
              .map(SeenAlert::alert)
              .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
              .filter(alert -> alert.status() == AlertStatus.RAISED)
              .toList();
      assertEquals(recorded.merges(), RecordedLiveUpdate.merges(raised), recorded.name());
      for (IsolationAlert alert : raised) {
        assertEquals(Severity.CRITICAL, alert.severity());
        assertEquals(Boundary.LIVE_UPDATE, alert.interval().boundary());
      }
      merges += raised.size();
    }
    assertTrue(merges > 0);
    figures.note(merges + " merges of recorded live updates");
  }

  // --- what must be seen
  // ---------------------------------------------------------------------------

  private List<String> raisedSince(Mark mark) {
    outside.awaitJudged();
    return outside.alertsSince(mark).stream()
        .map(SeenAlert::alert)
        .filter(alert -> alert.status() == AlertStatus.RAISED)
        .map(alert -> alert.code() + " " + alert.severity() + ": " + alert.headline())
        .toList();
  }

  /** The conditions that were raised since, and not resolved. */
  private Set<String> openSince(Mark mark) {
    Set<String> open = new TreeSet<>();
    for (SeenAlert seen : outside.alertsSince(mark)) {
      String name = seen.alert().code() + " " + seen.alert().fingerprint();
      if (seen.alert().status() == AlertStatus.RESOLVED) {
        open.remove(name);
      } else if (seen.alert().code().lifetime() == AlertCode.Lifetime.CONDITION) {
        open.add(name);
      }
    }
    return open;
  }

  private static double seconds(long began, SeenAlert alert) {
    return (alert.nanos() - began) / 1e9;
  }

  private void assertClass(Mark mark, BootClass bootClass, String loader) {
    String note =
        "boot class=%s confidence=HIGH evidence=loader type %s".formatted(bootClass, loader);
    Heartbeat heartbeat =
        outside.awaitFrame(
            mark,
            Heartbeat.class,
            "heartbeat of the new boot",
            beat -> beat.boot().id().equals(boot.id()));
    assertTrue(heartbeat.notes().contains(note), heartbeat.notes()::toString);
    assertEquals(
        Set.of(bootClass),
        outside
            .since(mark, Snapshot.class)
            .filter(this::isOfThisBoot)
            .map(Snapshot::bootClass)
            .collect(Collectors.toSet()));
  }

  private List<Snapshot> ofThisBoot(Mark mark) {
    return outside.since(mark, Snapshot.class).filter(this::isOfThisBoot).toList();
  }

  /** Each snapshot has the groups that the guest's own shell reads. */
  private void assertIsAsTheKernelSays(List<Snapshot> snapshots) {
    Set<Set<String>> kernel = kernelGroups();
    String commandLine = machine.run("cat /proc/cmdline");
    assertTrue(!snapshots.isEmpty());
    for (Snapshot snapshot : snapshots) {
      SnapshotGroups groups = SnapshotGroups.of(snapshot, null);
      assertEquals(kernel, addresses(snapshot, groups.kernel()));
      assertEquals(kernel, addresses(snapshot, groups.derived()));
      assertEquals(GroupsAgreement.SAME, groups.agreement()); // derived, and not taken over
      assertEquals(commandLine, snapshot.boot().commandLine());
    }
  }

  private Set<Set<String>> kernelGroups() {
    Map<String, Set<String>> groups = new TreeMap<>();
    for (String line : machine.run("groups_of_kernel").lines().toList()) {
      String[] words = line.strip().split(" ");
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

  private void assertMerged(
      IsolationAlert merged, GuestMachine.Boot before, Boundary boundary, Severity severity) {
    assertEquals("guest-" + guests, merged.host());
    assertEquals(severity, merged.severity());
    assertEquals(boundary, merged.interval().boundary());
    assertEquals(before.id(), merged.interval().before().boot().id());
    assertEquals(boot.id(), merged.interval().after().boot().id());
    assertEquals(Set.of(VM_ONE.owner(), VM_TWO.owner()), Set.copyOf(merged.vms()));
    assertEquals(
        Map.of(VM_ONE.device(), VM_ONE.owner(), VM_TWO.device(), VM_TWO.owner()),
        merged.devices().stream()
            .collect(Collectors.toMap(d -> d.address().toString(), d -> d.owner())));
    assertNotNull(merged.cause());
    assertEquals(
        Set.of(
            "root-port %s: 001d -> 0011 [RR, CR]".formatted(PORT_ONE),
            "root-port %s: 001d -> 0011 [RR, CR]".formatted(PORT_TWO)),
        Stream.concat(
                Stream.of(Objects.requireNonNull(merged.cause().register())),
                merged.cause().alsoChanged().stream())
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
}
