package io.acswatch.wire;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Makes of a capture what its host may look like a moment later, in the same boot. */
public final class RandomChanges {
  private final SplittableRandom random;
  private final Capture base;

  private RandomChanges(Capture base, long seed) {
    this.base = base;
    random = new SplittableRandom(seed);
  }

  /** The capture after {@code base}, by a seed: functions come, go, change and become VFs. */
  public static Capture after(Capture base, long seed) {
    return new RandomChanges(base, seed).after();
  }

  private Capture after() {
    Capture other = RandomCaptures.next(random.nextLong());
    List<CapturedFunction> functions = new ArrayList<>();
    for (CapturedFunction function : base.functions()) {
      int fate = random.nextInt(8);
      if (fate > 0) {
        functions.add(fate == 1 ? changed(function) : function);
      }
    }
    for (CapturedFunction function : other.functions()) {
      boolean known =
          base.functions().stream().anyMatch(f -> f.address().equals(function.address()));
      if (!known && random.nextInt(8) == 0) {
        functions.add(function);
      }
    }
    functions.sort(Comparator.comparing(CapturedFunction::address));
    List<PciAddress> order = functions.stream().map(CapturedFunction::address).toList();
    return new Capture(
        base.host(),
        base.phase(),
        base.boot(),
        base.takenAtMillis() + 1,
        base.sequence() + 1,
        random.nextBoolean(),
        random.nextInt(4) == 0 ? List.of() : base.scanOrder().isEmpty() ? List.of() : order,
        functions,
        random.nextInt(4) == 0 ? other.owners() : base.owners(),
        random.nextInt(4) == 0 ? other.notes() : base.notes());
  }

  private CapturedFunction changed(CapturedFunction function) {
    KernelView kernel = function.kernel();
    return new CapturedFunction(
        function.address(),
        function.sysfsPath(),
        random.nextBoolean() ? function.config() : poked(function.config()),
        function.readStatus(),
        function.ids(),
        new KernelView(
            random.nextInt(-1, 5),
            kernel.groupType(),
            kernel.driver(),
            random.nextInt(3) == 0 ? anyPhysicalFunction(function) : kernel.physicalFunction(),
            kernel.enabledVfs(),
            kernel.totalVfs(),
            random.nextBoolean()),
        function.removable());
  }

  private PciAddress anyPhysicalFunction(CapturedFunction vf) {
    // Only even ones are PFs, and only odd ones become VFs: there are no VFs of VFs.
    List<PciAddress> candidates =
        base.functions().stream()
            .map(CapturedFunction::address)
            .filter(address -> address.requesterId() % 2 == 0)
            .toList();
    return candidates.isEmpty() || vf.address().requesterId() % 2 == 0
        ? null
        : candidates.get(random.nextInt(candidates.size()));
  }

  private ConfigSpace poked(ConfigSpace space) {
    byte[] bytes = space.toByteArray();
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= 1;
    }
    ArrayConfigSpace dense = new ArrayConfigSpace(bytes);
    return random.nextBoolean() ? dense : LineSparseConfigSpace.copyOf(dense);
  }
}
