package io.acswatch.collector.source;

import java.util.List;

/**
 * A fast look at a host; if two of them differ, something happened between.
 *
 * @param bootId the running boot
 * @param kexecLoaded an image for a kexec is loaded
 * @param ueventSequence {@code /sys/kernel/uevent_seqnum}; moves when any device comes or goes
 * @param controlWords ACS Control words, in the order they were asked for
 */
public record HostGlance(
    String bootId, boolean kexecLoaded, String ueventSequence, List<Integer> controlWords) {
  /** Copies the list. */
  public HostGlance {
    controlWords = List.copyOf(controlWords);
  }

  /** True if the two differ in more than uevents, which most often have nothing to do with PCI. */
  public boolean isUrgentAfter(HostGlance earlier) {
    return !bootId.equals(earlier.bootId)
        || kexecLoaded != earlier.kexecLoaded
        || !controlWords.equals(earlier.controlWords);
  }
}
