package io.acswatch.wire.facts;

import static io.acswatch.wire.facts.FactsLayout.*;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Packs the facts of a snapshot; {@link FactsLayout} draws them. */
public final class FactsWriter {
  private static final int LONGEST_NUMBER = 10;

  private final Map<String, Integer> strings = new LinkedHashMap<>();
  private long[] fields = new long[FIELDS];
  private long[] fieldsBefore = new long[FIELDS];
  private byte[] placeBefore = {};
  private byte[] out = new byte[4096];
  private int at;

  private FactsWriter() {}

  /** The packed facts; IllegalArgumentException if a number does not fit its field. */
  public static byte[] write(Snapshot snapshot) {
    FactsWriter facts = new FactsWriter();
    facts.putHeader(snapshot);
    facts.put(snapshot.functions().size());
    snapshot.functions().forEach(facts::putFunction);
    facts.put(snapshot.owners().size());
    snapshot.owners().forEach(facts::putOwner);
    facts.put(snapshot.groupedInOrder().size());
    snapshot.groupedInOrder().forEach(address -> facts.put(FunctionFields.address(address)));
    FactsWriter whole = new FactsWriter();
    whole.put(facts.strings.size());
    facts.strings.keySet().forEach(text -> whole.putText(text.getBytes(StandardCharsets.UTF_8)));
    whole.putBytes(facts.out, 0, facts.at);
    return Arrays.copyOf(whole.out, whole.at);
  }

  private void putHeader(Snapshot snapshot) {
    Boot boot = snapshot.boot();
    put((snapshot.kexecLoaded() ? KEXEC_LOADED : 0) | (snapshot.orderKnown() ? ORDER_KNOWN : 0));
    put(BOOT_CLASSES.indexOf(snapshot.bootClass()));
    put(Integer.toUnsignedLong(boot.loader().type()));
    put(Integer.toUnsignedLong(boot.loader().version()));
    put(number(snapshot.host()));
    put(number(boot.id()));
    put(number(boot.kernelRelease()));
    put(number(boot.kernelVersion()));
    put(number(boot.commandLine()));
    put(number(boot.notes().iommus()));
    put(number(boot.notes().liveUpdate()));
    put(number(boot.notes().previousBoot()));
  }

  private void putFunction(PciFunction function) {
    FunctionFields.set(fields, function, this::number);
    int mask = 0;
    for (int i = 0; i < FIELDS; i++) {
      mask |= fields[i] == fieldsBefore[i] ? 0 : 1 << i;
    }
    put(mask);
    for (int left = mask; left != 0; left &= left - 1) {
      put(fields[Integer.numberOfTrailingZeros(left)]);
    }
    long[] reused = fieldsBefore;
    fieldsBefore = fields;
    fields = reused;
    byte[] place = function.path().text().getBytes(StandardCharsets.UTF_8);
    int different = Arrays.mismatch(placeBefore, place);
    int kept = different < 0 ? place.length : different;
    put(kept);
    put(place.length - kept);
    putBytes(place, kept, place.length - kept);
    placeBefore = place;
  }

  private void putOwner(OwnershipClaim owner) {
    put(FunctionFields.address(owner.address()));
    put(number(owner.vm()));
    put(number(owner.source()));
  }

  private int number(int field, String text) {
    return number(text);
  }

  private int number(String text) {
    Integer known = strings.get(text);
    if (known == null) {
      known = strings.size();
      strings.put(text, known);
    }
    return known;
  }

  private void put(long number) {
    room(LONGEST_NUMBER);
    long left = number;
    for (; (left & ~0x7F) != 0; left >>>= 7) {
      out[at++] = (byte) (left | 0x80);
    }
    out[at++] = (byte) left;
  }

  private void putText(byte[] text) {
    put(text.length);
    putBytes(text, 0, text.length);
  }

  private void putBytes(byte[] bytes, int offset, int length) {
    room(length);
    System.arraycopy(bytes, offset, out, at, length);
    at += length;
  }

  private void room(int count) {
    if (count > out.length - at) {
      out = Arrays.copyOf(out, Math.max(Math.addExact(at, count), 2 * out.length));
    }
  }
}
