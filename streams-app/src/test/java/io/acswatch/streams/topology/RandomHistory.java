package io.acswatch.streams.topology;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.streams.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** What a recorded host may live through, by a seed: captures in the order they are taken. */
final class RandomHistory {
  private static final List<String> HOSTS = List.of("kexec-000", "kexec-001", "kexec-002");
  private static final int STEPS = 12;

  private final SplittableRandom random;
  private final String host;
  private final String recorded;
  private Capture now;
  private int boots;
  private long sequence;
  private long millis = Frames.TAKEN_AT;

  private RandomHistory(long seed) {
    random = new SplittableRandom(seed);
    host = "host-" + seed;
    recorded = HOSTS.get(random.nextInt(HOSTS.size()));
    now = Frames.capture(recorded + "-before", host, 1);
  }

  static List<Capture> of(long seed) {
    return new RandomHistory(seed).captures();
  }

  private List<Capture> captures() {
    List<Capture> captures = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      if (step > 0) {
        change();
      }
      sequence += 1 + random.nextInt(3);
      millis += random.nextInt(4) == 0 ? 700_000 : 1_000 + random.nextInt(40_000);
      now = now.withHost(host, sequence, millis);
      captures.add(now);
    }
    return captures;
  }

  private void change() {
    switch (random.nextInt(10)) {
      case 0, 1 -> {} // a repetition
      case 2 -> forOne(this::withPokedAcs);
      case 3 -> forOne(f -> withGroup(f, any().kernel().group()));
      case 4 -> forOne(f -> with(f, f.kernel(), ReadStatus.UNREADABLE));
      case 5 -> now = with(now, now.functions(), owners(), now.notes(), now.kexecLoaded());
      case 6 -> remove(any().address());
      case 7 -> now = ofThisBoot(Frames.capture(recorded + "-before", host, 1));
      case 8 -> note();
      default -> boot();
    }
  }

  /** Everything as recorded after the kexec, or before it, in another boot. */
  private void boot() {
    boots++;
    sequence = 0;
    String moment = random.nextBoolean() ? "-after" : "-before";
    now = ofThisBoot(Frames.capture(recorded + moment, host, 1));
  }

  private Capture ofThisBoot(Capture capture) {
    return boots == 0 ? capture : Frames.inBoot("boot-" + boots, capture);
  }

  private void note() {
    List<String> notes = new ArrayList<>(now.notes());
    notes.add(
        random.nextBoolean()
            ? "dmesg: something else"
            : "dmesg: pci " + any().address() + ": will be preserved");
    now = with(now, now.functions(), now.owners(), notes, random.nextBoolean());
  }

  private CapturedFunction any() {
    return now.functions().get(random.nextInt(now.functions().size()));
  }

  private List<OwnershipClaim> owners() {
    List<OwnershipClaim> owners = new ArrayList<>(now.owners());
    if (!owners.isEmpty()) {
      owners.remove(random.nextInt(owners.size()));
    }
    owners.add(new OwnershipClaim(any().address(), "vm" + random.nextInt(9), "test"));
    return owners;
  }

  private void remove(PciAddress address) {
    List<CapturedFunction> left = new ArrayList<>(now.functions());
    left.removeIf(function -> function.address().equals(address));
    now = with(now, left, now.owners(), now.notes(), now.kexecLoaded());
  }

  private void forOne(UnaryOperator<CapturedFunction> change) {
    List<CapturedFunction> functions = new ArrayList<>(now.functions());
    int index = random.nextInt(functions.size());
    functions.set(index, change.apply(functions.get(index)));
    now = with(now, functions, now.owners(), now.notes(), now.kexecLoaded());
  }

  private CapturedFunction withPokedAcs(CapturedFunction function) {
    byte[] bytes = function.config().toByteArray();
    int acs = CapabilityWalk.extendedOffset(AcsCapability.ID, new ArrayConfigSpace(bytes));
    // Where there is none: the latency timer, of which no fact is made.
    int at = acs == 0 ? 0x0D : acs + AcsCapability.CONTROL_OFFSET;
    bytes[at] ^= (byte) (1 << random.nextInt(5));
    return new CapturedFunction(
        function.address(),
        function.sysfsPath(),
        new ArrayConfigSpace(bytes),
        function.readStatus(),
        function.ids(),
        function.kernel(),
        function.removable());
  }

  private static CapturedFunction withGroup(CapturedFunction function, int group) {
    KernelView kernel = function.kernel();
    return with(
        function,
        new KernelView(
            group,
            kernel.groupType(),
            kernel.driver(),
            kernel.sriov(),
            kernel.ariEnabled(),
            false,
            Preservation.NONE),
        function.readStatus());
  }

  private static CapturedFunction with(
      CapturedFunction function, KernelView kernel, ReadStatus status) {
    return new CapturedFunction(
        function.address(),
        function.sysfsPath(),
        function.config(),
        status,
        function.ids(),
        kernel,
        function.removable());
  }

  private static Capture with(
      Capture capture,
      List<CapturedFunction> functions,
      List<OwnershipClaim> owners,
      List<String> notes,
      boolean kexecLoaded) {
    List<PciAddress> order = new ArrayList<>(capture.scanOrder());
    order.retainAll(functions.stream().map(CapturedFunction::address).toList());
    return new Capture(
        capture.host(),
        capture.phase(),
        capture.boot(),
        capture.takenAtMillis(),
        capture.sequence(),
        kexecLoaded,
        order,
        functions,
        owners,
        notes);
  }
}
