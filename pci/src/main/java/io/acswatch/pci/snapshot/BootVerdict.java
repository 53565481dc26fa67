package io.acswatch.pci.snapshot;

import io.acswatch.pci.iommu.Boot;
import java.util.ArrayList;
import java.util.List;

/**
 * How a boot came about, what speaks for it, and how sure that makes it.
 *
 * @param bootClass the class
 * @param confidence how sure it is
 * @param evidence what was seen that decides it, one line each
 */
public record BootVerdict(BootClass bootClass, Confidence confidence, List<String> evidence) {
  private static final List<String> SAY_SO =
      List.of(
          BootClass.CRASH_NOTE,
          BootClass.LIVE_UPDATE_RETRIEVED,
          BootClass.LIVE_UPDATE_NOTE,
          BootClass.HANDOVER_FOUND,
          BootClass.HANDOVER_NOTE);

  /** How sure a class is. */
  public enum Confidence {
    /** The kernel says it outright. */
    HIGH,
    /** The kernel before is known to have done its part; this one's is taken for granted. */
    MEDIUM,
    /** Nothing decides it. */
    LOW
  }

  /** Copies the list. */
  public BootVerdict {
    evidence = List.copyOf(evidence);
  }

  /** Judges a boot by the same evidence as {@link BootClass#of(Boot, List)}. */
  public static BootVerdict of(Boot boot, List<String> notes) {
    BootClass bootClass = BootClass.of(boot, notes);
    List<String> evidence = new ArrayList<>();
    if (boot.commandLine().contains(BootClass.CRASH_HEADER)) {
      evidence.add(BootClass.CRASH_HEADER + " on the command line");
    }
    notes.stream().filter(note -> SAY_SO.stream().anyMatch(note::contains)).forEach(evidence::add);
    evidence.add(
        boot.bootloaderType() == Boot.UNKNOWN_LOADER
            ? "the kernel names no loader"
            : "loader type " + boot.bootloaderType());
    return new BootVerdict(bootClass, confidence(bootClass, notes), evidence);
  }

  private static Confidence confidence(BootClass bootClass, List<String> notes) {
    return switch (bootClass) {
      case LIVE_UPDATE -> {
        boolean logged =
            notes.stream().anyMatch(note -> note.contains(BootClass.LIVE_UPDATE_RETRIEVED));
        yield logged ? Confidence.HIGH : Confidence.MEDIUM;
      }
      case COLD, KEXEC_PLAIN, KEXEC_KHO, CRASH_KEXEC -> Confidence.HIGH;
      case UNKNOWN -> Confidence.LOW;
    };
  }
}
