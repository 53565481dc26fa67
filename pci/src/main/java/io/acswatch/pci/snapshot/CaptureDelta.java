package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What changed on a host since the capture before, within one boot. Together with that one it gives
 * the next: {@link #applyTo}.
 *
 * @param changed the next capture with only those functions that are new or differ; its scan order,
 *     owners and notes stand for something only where the flags below say so, else they are empty
 * @param baseSequence number of the capture it builds on: the last one before it, also if that only
 *     repeated an earlier one
 * @param removed functions that are no more, ascending
 * @param hasScanOrder {@code changed} holds the whole scan order; else it is that of the base
 * @param hasOwners {@code changed} holds all claims; else they are those of the base
 * @param hasNotes {@code changed} holds all notes; else they are those of the base
 */
public record CaptureDelta(
    Capture changed,
    long baseSequence,
    List<PciAddress> removed,
    boolean hasScanOrder,
    boolean hasOwners,
    boolean hasNotes) {
  /** Copies the list. */
  public CaptureDelta {
    removed = List.copyOf(removed);
  }

  /**
   * What leads from {@code base} to {@code next}.
   *
   * @throws IllegalArgumentException if they are not of one boot of one host
   */
  public static CaptureDelta between(Capture base, Capture next) {
    if (!base.host().equals(next.host()) || !base.boot().equals(next.boot())) {
      throw new IllegalArgumentException(
          "host=%s boot=%s, expected those of the base, %s and %s"
              .formatted(next.host(), next.boot().id(), base.host(), base.boot().id()));
    }
    Map<PciAddress, CapturedFunction> before = byAddress(base.functions());
    Map<PciAddress, CapturedFunction> after = byAddress(next.functions());
    List<PciAddress> removed =
        before.keySet().stream().filter(address -> !after.containsKey(address)).toList();
    List<CapturedFunction> changed = new ArrayList<>();
    boolean regrouped = !removed.isEmpty();
    Set<PciAddress> gone = new HashSet<>(removed);
    for (CapturedFunction function : after.values()) {
      CapturedFunction old = before.get(function.address());
      PciAddress pf = function.kernel().physicalFunction();
      // A VF has its place from its PF; without that one its own path counts again.
      boolean orphaned = pf != null && gone.contains(pf);
      if (old == null || orphaned || !old.isSameAs(function)) {
        changed.add(function);
      }
      regrouped |= old == null || isVf(old) != isVf(function);
    }
    boolean hasScanOrder = regrouped || !base.scanOrder().equals(next.scanOrder());
    boolean hasOwners = !base.owners().equals(next.owners());
    boolean hasNotes = !base.notes().equals(next.notes());
    return new CaptureDelta(
        new Capture(
            next.host(),
            next.phase(),
            next.boot(),
            next.takenAtMillis(),
            next.sequence(),
            next.kexecLoaded(),
            hasScanOrder ? next.scanOrder() : List.of(),
            changed,
            hasOwners ? next.owners() : List.of(),
            hasNotes ? next.notes() : List.of()),
        base.sequence(),
        removed,
        hasScanOrder,
        hasOwners,
        hasNotes);
  }

  private static Map<PciAddress, CapturedFunction> byAddress(
      Collection<CapturedFunction> functions) {
    Map<PciAddress, CapturedFunction> byAddress = new TreeMap<>();
    functions.forEach(function -> byAddress.put(function.address(), function));
    return byAddress;
  }

  private static boolean isVf(CapturedFunction function) {
    return function.kernel().isVirtualFunction();
  }

  /** True if nothing but time, sequence number and the phase is other than in the base. */
  public boolean isEmpty() {
    return changed.functions().isEmpty()
        && removed.isEmpty()
        && !hasScanOrder
        && !hasOwners
        && !hasNotes;
  }

  /** Why it cannot be applied to {@code base}, in words; null if it can. */
  public @Nullable String misfit(Capture base) {
    if (!changed.host().equals(base.host())) {
      return "host=" + changed.host() + ", expected " + base.host();
    }
    if (!changed.boot().id().equals(base.boot().id())) {
      return "boot=" + changed.boot().id() + ", expected " + base.boot().id();
    }
    return baseSequence == base.sequence()
        ? null
        : "baseSequence=" + baseSequence + ", expected " + base.sequence();
  }

  /**
   * The capture that {@code base} became.
   *
   * @throws IllegalArgumentException if it builds on another one; {@link #misfit} tells before
   */
  public Capture applyTo(Capture base) {
    String misfit = misfit(base);
    if (misfit != null) {
      throw new IllegalArgumentException(misfit);
    }
    Map<PciAddress, CapturedFunction> functions = byAddress(base.functions());
    removed.forEach(functions::remove);
    functions.putAll(byAddress(changed.functions()));
    return new Capture(
        changed.host(),
        changed.phase(),
        changed.boot(),
        changed.takenAtMillis(),
        changed.sequence(),
        changed.kexecLoaded(),
        hasScanOrder ? changed.scanOrder() : base.scanOrder(),
        new ArrayList<>(functions.values()),
        hasOwners ? changed.owners() : base.owners(),
        hasNotes ? changed.notes() : base.notes());
  }
}
