package io.acswatch.wire.frame;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Makes captures that no host would show, but that every format must carry. */
public final class RandomCaptures {
  private static final int[] LENGTHS = {0, 1, 63, 64, 65, 128, 256, 257, 1000, 4095, 4096};

  /** Control characters and separators that are no line break of the formats are among them. */
  private static final int[] CODE_POINTS = {
    'a', '/', ' ', ':', 0x7F, 0xE9, 0x20AC, 0x1F600, 0, 0x0B, 0x0C, 0x1B, 0x85, 0x2028, 0xFEFF
  };

  private final SplittableRandom random;

  private RandomCaptures(SplittableRandom random) {
    this.random = random;
  }

  /** The capture of a seed. */
  public static Capture next(long seed) {
    return new RandomCaptures(new SplittableRandom(seed)).capture();
  }

  private Capture capture() {
    TreeSet<PciAddress> addresses = new TreeSet<>();
    int count = 1 + random.nextInt(40);
    while (addresses.size() < count) {
      addresses.add(address());
    }
    List<PciAddress> order = new ArrayList<>(addresses);
    List<CapturedFunction> functions = new ArrayList<>();
    for (PciAddress address : addresses) {
      functions.add(function(address));
    }
    List<OwnershipClaim> owners = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      owners.add(new OwnershipClaim(address(), "vm-" + text(), text()));
    }
    List<String> notes = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      notes.add("note " + text());
    }
    if (random.nextBoolean()) {
      notes.add(Boot.IOMMU_NOTE + "dmar" + random.nextInt(9));
    }
    if (random.nextBoolean()) {
      notes.add(Boot.LIVE_UPDATE_NOTE + text());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      notes.add(Capture.KERNEL_LOG_PREFIX + text());
    }
    return new Capture(
        maybe(text()),
        maybe(text()),
        new Boot("boot " + text(), "release " + text(), maybe(text()), text(), loader(), loader()),
        random.nextBoolean() ? 0 : random.nextLong(1L << 42),
        random.nextBoolean() ? 0 : random.nextLong(1L << 60),
        random.nextBoolean(),
        random.nextBoolean() ? List.of() : order,
        functions,
        owners,
        notes);
  }

  private CapturedFunction function(PciAddress address) {
    int group = random.nextInt(-1, 5);
    return new CapturedFunction(
        address,
        maybe("/sys/devices/" + text()),
        config(),
        ReadStatus.values()[random.nextInt(ReadStatus.values().length)],
        new PciIds(random.nextInt(1 << 16), random.nextInt(1 << 16), random.nextInt(1 << 24)),
        new KernelView(
            group,
            group == KernelView.NO_GROUP ? "" : "type " + group,
            maybe("driver" + text()),
            new KernelView.Sriov(
                random.nextBoolean() ? address() : null,
                random.nextInt(3) * 0x7FFF,
                random.nextInt(3) * 0x7FFF),
            random.nextBoolean(),
            false,
            Preservation.NONE),
        maybe("fixed"));
  }

  private ConfigSpace config() {
    byte[] bytes = new byte[LENGTHS[random.nextInt(LENGTHS.length)]];
    for (int touched = random.nextInt(20); touched > 0 && bytes.length > 0; touched--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return new ArrayConfigSpace(bytes);
  }

  private PciAddress address() {
    int domain = random.nextInt(4) == 0 ? random.nextInt(0x10010) : 0;
    return new PciAddress(domain, random.nextInt(1 << 16));
  }

  private int loader() {
    return random.nextInt(-1, 256);
  }

  private String maybe(String text) {
    return random.nextBoolean() ? text : "";
  }

  /** A text without tabs and line breaks, and not the hyphen that stands for nothing. */
  private String text() {
    int[] points =
        IntStream.range(0, 2 + random.nextInt(30))
            .map(i -> CODE_POINTS[random.nextInt(CODE_POINTS.length)])
            .toArray();
    return new String(points, 0, points.length);
  }
}
