package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import java.util.ArrayList;
import java.util.List;

/**
 * How a boot came about, what speaks for it, and how sure that makes it.
 *
 * @param confidence how sure it is: high if the kernel says it outright, medium if state was handed
 *     over and the kernel log was not read, which alone says whether functions were adopted, low if
 *     nothing decides it
 * @param evidence what was seen that decides it, one line each
 */
public record BootOrigin(BootClass bootClass, Confidence confidence, List<String> evidence) {
  private static final List<String> SAY_SO =
      List.of(
          BootClass.CRASH_NOTE,
          Preservation.ADOPTED.sentence(),
          BootClass.HANDOVER_FOUND,
          BootClass.HANDOVER_NOTE,
          BootClass.BOOTED_FROM_KEXEC);

  public BootOrigin {
    evidence = List.copyOf(evidence);
  }

  /** Judges a boot by the same evidence as {@link BootClass#of(Boot, List)}. */
  public static BootOrigin of(Boot boot, List<String> notes) {
    BootClass bootClass = BootClass.of(boot, notes);
    List<String> evidence = new ArrayList<>();
    if (boot.commandLine().contains(BootClass.CRASH_HEADER)) {
      evidence.add(BootClass.CRASH_HEADER + " on the command line");
    }
    for (String sentence : SAY_SO) {
      notes.stream().filter(note -> note.contains(sentence)).findFirst().ifPresent(evidence::add);
    }
    if (bootClass == BootClass.KEXEC_KHO) {
      notes.stream().filter(n -> n.startsWith(Capture.KERNEL_LOG_UNREAD)).forEach(evidence::add);
    }
    evidence.add(
        boot.loader().type() == Boot.UNKNOWN_LOADER
            ? "the kernel names no loader, so a kexec by kexec_load leaves no sign"
            : "loader type " + boot.loader().type());
    return new BootOrigin(bootClass, confidence(bootClass, notes), evidence);
  }

  private static Confidence confidence(BootClass bootClass, List<String> notes) {
    return switch (bootClass) {
      case KEXEC_KHO -> Capture.holdKernelLog(notes) ? Confidence.HIGH : Confidence.MEDIUM;
      case COLD, KEXEC_PLAIN, LIVE_UPDATE, CRASH_KEXEC -> Confidence.HIGH;
      case UNKNOWN -> Confidence.LOW;
    };
  }
}
