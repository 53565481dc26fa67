package io.acswatch.collector.source;

import io.acswatch.collector.source.SourceTimings.Source;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads one whole host into a {@link Capture}. A function whose read fails is part of it with a
 * status that says so; a function that vanishes meanwhile is not. If devices came or went during
 * the scan, there is one more scan. A look that was given up may still end while the next one is
 * under way, and does it no harm.
 */
public final class HostReader {
  private static final String UEVENT_SEQUENCE = "/sys/kernel/uevent_seqnum";

  private final HostTree tree;
  private final Clock clock;
  private final BootSource boot;
  private final KexecSource kexec;
  private final PciSource pci;
  private final IommuGroupSource groups;
  private final ScanOrderSource scanOrder;
  private final ConfigReader config;
  private final LiveUpdateSource liveUpdate;
  private final MachineSource machine;
  private final KernelLogSource kernelLog;

  /** Of each thread its own, for one that was given up may still be in a read. */
  private final ThreadLocal<RegisterFiles> wordFiles;

  private final ReadGuard guard;
  private final UnaryOperator<String> previousBoot;
  private final SourceTimings timings = new SourceTimings();

  public HostReader(HostTree tree, Clock clock) {
    this(tree, clock, ReadGuard.none(), boot -> "");
  }

  /** A reader of a host; {@code previousBoot} knows the boot before a boot, or says "". */
  public HostReader(
      HostTree tree, Clock clock, ReadGuard guard, UnaryOperator<String> previousBoot) {
    this.tree = tree;
    this.clock = clock;
    this.guard = guard;
    this.previousBoot = previousBoot;
    boot = new BootSource(tree);
    kexec = new KexecSource(tree);
    config = new ConfigReader(tree);
    wordFiles = ThreadLocal.withInitial(() -> new RegisterFiles(tree, config));
    pci = new PciSource(tree, config, guard);
    groups = new IommuGroupSource(tree);
    scanOrder = new ScanOrderSource(tree);
    liveUpdate = new LiveUpdateSource(tree);
    machine = new MachineSource(tree, System.getenv("CREDENTIALS_DIRECTORY"));
    kernelLog = new KernelLogSource(tree);
  }

  public HostTree tree() {
    return tree;
  }

  public ReadGuard guard() {
    return guard;
  }

  public SourceTimings timings() {
    return timings;
  }

  public Clock clock() {
    return clock;
  }

  public String hostName() {
    return boot.hostName();
  }

  public long uptimeMillis() {
    return boot.uptimeMillis();
  }

  /** Dwords of configuration space that were read of functions since the start. */
  public long dwords() {
    return config.dwords();
  }

  /** Reads the host whole; fails if there is no PCI bus or no boot id below the root. */
  public Capture read(String host, long sequence, List<OwnershipClaim> owners) throws IOException {
    return read(host, sequence, owners, true);
  }

  /**
   * The same; unless {@code whole}, a function that was read before is read only where facts depend
   * on it, and whole if something differs there.
   */
  public Capture read(String host, long sequence, List<OwnershipClaim> owners, boolean whole)
      throws IOException {
    Scan scan = scan(whole);
    if (scan.moved()) {
      scan = scan(whole);
    }
    List<CapturedFunction> functions = scan.functions();
    Boot running = timings.of(Source.BOOT, boot::read);
    return new Capture(
        host,
        "",
        running,
        clock.millis(),
        sequence,
        KexecSource.isLoaded(tree),
        timings.of(Source.SCAN_ORDER, () -> scanOrder.read(functions)),
        functions,
        owners,
        notes(running, functions));
  }

  private List<String> notes(Boot running, List<CapturedFunction> functions) throws IOException {
    List<String> notes = new ArrayList<>(timings.of(Source.KEXEC, kexec::handoverNotes));
    Set<String> iommus = pci.iommus(functions);
    if (!iommus.isEmpty()) {
      notes.add(Boot.IOMMU_NOTE + String.join(" ", iommus));
    }
    LiveUpdateAbility ability = liveUpdate.ofRunning(running.id(), running.kernelRelease());
    if (!ability.equals(LiveUpdateAbility.UNKNOWN)) {
      notes.add(ability.note());
    }
    String before = previousBoot.apply(running.id());
    if (!before.isEmpty()) {
      notes.add(Boot.PREVIOUS_BOOT_NOTE + before);
    }
    String which = machine.note();
    if (!which.isEmpty()) {
      notes.add(which);
    }
    notes.addAll(kernelLog.notes());
    return notes;
  }

  private record Scan(List<CapturedFunction> functions, boolean moved) {}

  /** One pass over the bus; {@code moved} if devices or groups changed under it. */
  private Scan scan(boolean whole) throws IOException {
    String before = ueventSequence(tree);
    IommuGroupSource.Groups found = timings.of(Source.GROUPS, groups::read);
    List<CapturedFunction> functions = timings.of(Source.PCI, () -> pci.read(found, whole));
    boolean agree =
        functions.stream().allMatch(f -> found.agree(f.address().toString(), f.kernel().group()));
    return new Scan(functions, !agree || !before.equals(ueventSequence(tree)));
  }

  private static String ueventSequence(Texts texts) {
    return texts.textOr(UEVENT_SEQUENCE, "");
  }

  /** The few bytes that tell whether a snapshot is due: no scan, but the words that matter. */
  public HostGlance glance(List<WatchedRegister> watched) throws IOException {
    return timings.of(
        Source.GLANCE,
        () -> {
          RegisterFiles files = wordFiles.get();
          files.keepOnly(watched);
          List<Integer> words = new ArrayList<>(watched.size());
          for (WatchedRegister word : watched) {
            words.add(look(word, files));
          }
          return new HostGlance(
              boot.bootId(files.texts()),
              KexecSource.isLoaded(files.texts()),
              ueventSequence(files.texts()),
              words,
              kernelLog.seen());
        });
  }

  private int look(WatchedRegister word, RegisterFiles files) {
    String directory = PciSource.directory(word.address());
    if (!guard.begin(directory, false)) {
      return word.lastSeen();
    }
    try {
      int read = files.read(directory, word);
      return read < 0 ? word.lastSeen() : read;
    } finally {
      guard.end();
    }
  }

  /**
   * A word of configuration space to look at often.
   *
   * @param offset bytes from the start of its configuration space
   * @param lastSeen the word in the last snapshot; stands where it cannot be read without effects
   */
  public record WatchedRegister(PciAddress address, int offset, int lastSeen) {}
}
