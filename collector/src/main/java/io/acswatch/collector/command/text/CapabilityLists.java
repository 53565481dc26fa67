package io.acswatch.collector.command.text;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.WalkStep;
import io.acswatch.pci.hierarchy.ConfigFacts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The capability lists of one function, in the order of their chains.
 *
 * @param standard entries of the standard list
 * @param standardEnd what the standard list ended with; null if nothing was read
 * @param extended entries of the extended list
 * @param extendedEnd what the extended list ended with; null if the function has no extended space,
 *     or none that was read
 */
public record CapabilityLists(
    List<Entry> standard,
    @Nullable WalkStep standardEnd,
    List<Entry> extended,
    @Nullable WalkStep extendedEnd) {
  /**
   * One capability.
   *
   * @param version 4 bits; 0 in the standard list, which has none
   */
  public record Entry(int id, int version, int offset) {}

  public static CapabilityLists of(ConfigSpace space, ConfigFacts facts) {
    List<Entry> standard = new ArrayList<>();
    List<Entry> extended = new ArrayList<>();
    if (!facts.hasHeader()) {
      return new CapabilityLists(standard, null, extended, null);
    }
    CapabilityWalk walk = CapabilityWalk.standard().wrap(space);
    WalkStep step = walk.advance();
    for (; step == WalkStep.CAPABILITY; step = walk.advance()) {
      standard.add(new Entry(walk.id(), 0, walk.offset()));
    }
    WalkStep extendedStep = null;
    if (facts.claimedType().isPcie()
        && facts.status() != ReadStatus.EXT_ALIASED
        && space.length() > ConfigSpace.CONVENTIONAL_LENGTH) {
      CapabilityWalk extendedWalk = CapabilityWalk.extended().wrap(space);
      extendedStep = extendedWalk.advance();
      for (; extendedStep == WalkStep.CAPABILITY; extendedStep = extendedWalk.advance()) {
        extended.add(new Entry(extendedWalk.id(), extendedWalk.version(), extendedWalk.offset()));
      }
    }
    return new CapabilityLists(standard, step, extended, extendedStep);
  }
}
