package io.acswatch.collector.source;

import io.acswatch.pci.snapshot.Capture;
import java.util.List;

/**
 * A fast look at a host; if two of them differ, something happened between.
 *
 * @param ueventSequence {@code /sys/kernel/uevent_seqnum}; moves when any device comes or goes
 * @param kernelLog notes on what the kernel log says of live updates
 */
public record HostGlance(
    String bootId,
    boolean kexecLoaded,
    String ueventSequence,
    List<Integer> controlWords,
    List<String> kernelLog) {
  public HostGlance {
    controlWords = List.copyOf(controlWords);
    kernelLog = List.copyOf(kernelLog);
  }

  public HostGlance withKernelLogOf(List<String> notes) {
    List<String> log = notes.stream().filter(Capture::isOfKernelLog).toList();
    return new HostGlance(bootId, kexecLoaded, ueventSequence, controlWords, log);
  }

  /** True if the two differ in more than uevents, which most often have nothing to do with PCI. */
  public boolean isUrgentAfter(HostGlance earlier) {
    return !bootId.equals(earlier.bootId)
        || kexecLoaded != earlier.kexecLoaded
        || !controlWords.equals(earlier.controlWords)
        || !kernelLog.equals(earlier.kernelLog);
  }
}
