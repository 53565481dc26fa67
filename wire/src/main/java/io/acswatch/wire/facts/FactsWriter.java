package io.acswatch.wire.facts;

import static io.acswatch.wire.facts.FactsLayout.*;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Packs the facts of a snapshot; {@link FactsLayout} draws them. */
public final class FactsWriter {
  private static final int BYTES_OF_FUNCTION = 32;

  private final PackedOutput out;
  private long[] fields = new long[FIELDS];
  private long[] fieldsBefore = new long[FIELDS];
  private byte[] placeBefore = {};

  private FactsWriter(int functions) {
    out = new PackedOutput(BYTES_OF_FUNCTION * (functions + 4));
  }

  /** The packed facts; IllegalArgumentException if a number does not fit its field. */
  public static byte[] write(Snapshot snapshot) {
    FactsWriter facts = new FactsWriter(snapshot.functions().size());
    facts.putHeader(snapshot);
    facts.out.put(snapshot.functions().size());
    snapshot.functions().forEach(facts::putFunction);
    facts.out.put(snapshot.owners().size());
    snapshot.owners().forEach(facts::putOwner);
    facts.out.put(snapshot.groupedInOrder().size());
    snapshot.groupedInOrder().forEach(grouped -> facts.out.put(FunctionFields.address(grouped)));
    return facts.out.bytes();
  }

  private void putHeader(Snapshot snapshot) {
    Boot boot = snapshot.boot();
    out.put(
        (snapshot.kexecLoaded() ? KEXEC_LOADED : 0) | (snapshot.orderKnown() ? ORDER_KNOWN : 0));
    out.put(BOOT_CLASSES.indexOf(snapshot.bootClass()));
    out.put(Integer.toUnsignedLong(boot.loader().type()));
    out.put(Integer.toUnsignedLong(boot.loader().version()));
    out.put(snapshot.host());
    out.put(boot.id());
    out.put(boot.kernelRelease());
    out.put(boot.kernelVersion());
    out.put(boot.commandLine());
    out.put(boot.notes().iommus());
    out.put(boot.notes().liveUpdate());
    out.put(boot.notes().previousBoot());
    out.put(boot.notes().machine());
  }

  private void putFunction(PciFunction function) {
    FunctionFields.set(fields, function, this::number);
    int mask = 0;
    for (int i = 0; i < FIELDS; i++) {
      mask |= fields[i] == fieldsBefore[i] ? 0 : 1 << i;
    }
    out.put(mask);
    for (int left = mask; left != 0; left &= left - 1) {
      out.put(fields[Integer.numberOfTrailingZeros(left)]);
    }
    long[] reused = fieldsBefore;
    fieldsBefore = fields;
    fields = reused;
    byte[] place = function.path().text().getBytes(StandardCharsets.UTF_8);
    int different = Arrays.mismatch(placeBefore, place);
    int kept = different < 0 ? place.length : different;
    out.put(kept);
    out.put(place.length - kept);
    out.put(place, kept, place.length - kept);
    placeBefore = place;
  }

  private void putOwner(OwnershipClaim owner) {
    out.put(FunctionFields.address(owner.address()));
    out.put(owner.vm());
    out.put(owner.source());
  }

  private int number(int field, String text) {
    return out.number(text);
  }
}
