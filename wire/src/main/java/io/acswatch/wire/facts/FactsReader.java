package io.acswatch.wire.facts;

import static io.acswatch.wire.facts.FactsLayout.*;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the snapshot that packed facts stand for; {@link FactsLayout} draws them. */
public final class FactsReader {
  private static final int U16 = 0xFFFF;

  private final PackedInput in;
  private final long[] fields = new long[FIELDS];
  private final long[] fieldsOfLike = new long[FIELDS];
  private final @Nullable Snapshot like;
  private byte[] place = {};
  private int placeLength;

  private FactsReader(byte[] bytes, int offset, int length, @Nullable Snapshot like) {
    in = new PackedInput(bytes, offset, length);
    this.like = like;
  }

  /**
   * The snapshot of the facts in {@code length} bytes from {@code offset}; keeps no reference to
   * them.
   *
   * @param like another snapshot, most likely of the same host: functions that are equal are not
   *     made again, but taken from there; null for none
   * @throws IllegalArgumentException or IndexOutOfBoundsException if the facts are damaged
   */
  public static Snapshot read(
      byte[] bytes,
      int offset,
      int length,
      long takenAtMillis,
      long sequence,
      @Nullable Snapshot like) {
    return new FactsReader(bytes, offset, length, like).snapshot(takenAtMillis, sequence);
  }

  private Snapshot snapshot(long takenAtMillis, long sequence) {
    int flags = (int) in.number();
    int bootClass = (int) in.number();
    Boot.Loader loader = new Boot.Loader((int) in.number(), (int) in.number());
    String host = in.string();
    Boot boot =
        new Boot(
            in.string(),
            in.string(),
            in.string(),
            in.string(),
            loader,
            new Boot.Notes(in.string(), in.string(), in.string(), in.string()),
            "");
    int functionCount = in.count(3);
    List<PciFunction> functions = new ArrayList<>(functionCount);
    for (int i = 0; i < functionCount; i++) {
      functions.add(function(i));
    }
    int ownerCount = in.count(3);
    List<OwnershipClaim> owners = new ArrayList<>(ownerCount);
    for (int i = 0; i < ownerCount; i++) {
      owners.add(owner(i));
    }
    int groupedCount = in.count(1);
    List<PciAddress> groupedInOrder = new ArrayList<>(groupedCount);
    for (int i = 0; i < groupedCount; i++) {
      groupedInOrder.add(address(in.number()));
    }
    in.close();
    return new Snapshot(
        host,
        boot,
        BOOT_CLASSES.get(bootClass),
        takenAtMillis,
        sequence,
        (flags & KEXEC_LOADED) != 0,
        (flags & ORDER_KNOWN) != 0,
        functions,
        owners,
        groupedInOrder);
  }

  private PciFunction function(int index) {
    int mask = (int) in.number();
    if (mask >>> FIELDS != 0) {
      throw new IllegalArgumentException("a function of the facts has a field more");
    }
    for (int left = mask; left != 0; left &= left - 1) {
      fields[Integer.numberOfTrailingZeros(left)] = in.number();
    }
    int kept = (int) in.number();
    int rest = in.count(1);
    if (kept < 0 || kept > placeLength) {
      throw new IllegalArgumentException("a place of the facts keeps " + kept + " bytes");
    }
    if (kept + rest > place.length) {
      place = Arrays.copyOf(place, 2 * (kept + rest));
    }
    in.copy(place, kept, rest);
    placeLength = kept + rest;
    if (like != null && index < like.functions().size()) {
      PciFunction known = like.functions().get(index);
      if (isSame(known)) {
        return known;
      }
    }
    return new PciFunction(
        address(fields[ADDRESS]),
        new DevicePath(new String(place, 0, placeLength, StandardCharsets.UTF_8)),
        new PciIds(high(IDS), low(IDS), (int) fields[CLASS]),
        config(),
        kernel());
  }

  private OwnershipClaim owner(int index) {
    long address = in.number();
    String vm = in.string();
    String source = in.string();
    if (like != null && index < like.owners().size()) {
      OwnershipClaim known = like.owners().get(index);
      if (FunctionFields.address(known.address()) == address
          && known.vm().equals(vm)
          && known.source().equals(source)) {
        return known;
      }
    }
    return new OwnershipClaim(address(address), vm, source);
  }

  private boolean isSame(PciFunction known) {
    FunctionFields.set(fieldsOfLike, known, this::numberIfSame);
    return Arrays.equals(fields, fieldsOfLike) && isPlace(known.path().text());
  }

  private long numberIfSame(int field, String text) {
    return in.string(fields[field]).equals(text) ? fields[field] : -1;
  }

  /** False of a place that is not ASCII. */
  private boolean isPlace(String text) {
    boolean same = text.length() == placeLength;
    for (int i = 0; same && i < placeLength; i++) {
      same = text.charAt(i) == place[i];
    }
    return same;
  }

  private ConfigFacts config() {
    return new ConfigFacts(
        READ_STATUSES.get((int) fields[STATUS]),
        (int) fields[LENGTH],
        new ConfigFacts.Header(
            high(HEADER),
            low(HEADER),
            high(SUBSYSTEM),
            low(SUBSYSTEM),
            has(HAS_MEMORY_BAR),
            (int) fields[BUS_NUMBERS],
            (int) fields[CHIPSET_BASE]),
        PORT_TYPES.get((int) fields[PORT_TYPE]),
        has(HAS_ACS)
            ? new AcsRegisters(
                (int) fields[ACS_OFFSET],
                high(ACS_REGISTERS),
                low(ACS_REGISTERS),
                (int) fields[ACS_SECOND_DWORD])
            : null,
        new ConfigFacts.Features(
            has(EGRESS_OPEN),
            has(ATS_ENABLED),
            has(VFS_ENABLED),
            high(VF_LAYOUT),
            low(VF_LAYOUT),
            fields[SERIAL_NUMBER]),
        (int) fields[ODDITIES]);
  }

  private KernelView kernel() {
    return new KernelView(
        (int) fields[GROUP] - 1,
        in.string(fields[GROUP_TYPE]),
        in.string(fields[DRIVER]),
        new KernelView.Sriov(
            has(HAS_PHYSFN) ? address(fields[PHYSICAL_FUNCTION]) : null,
            high(VF_COUNTS),
            low(VF_COUNTS)),
        has(ARI_ENABLED),
        has(REMOVABLE),
        PRESERVATIONS.get((int) fields[FLAGS] >>> PRESERVATION_SHIFT));
  }

  private boolean has(int flag) {
    return (fields[FLAGS] & flag) != 0;
  }

  private int high(int field) {
    return (int) (fields[field] >>> Short.SIZE) & U16;
  }

  private int low(int field) {
    return (int) fields[field] & U16;
  }

  private static PciAddress address(long number) {
    return new PciAddress((int) (number >>> Short.SIZE), (int) number & U16);
  }
}
