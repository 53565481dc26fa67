package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import java.util.List;

/** How a boot came about. The place of a constant is its code in states: only add at the end. */
public enum BootClass {
  COLD,
  /** Kexec without state handed over. */
  KEXEC_PLAIN,
  /** Kexec with kexec handover (KHO) data. */
  KEXEC_KHO,
  /** Kexec in which at least one PCI function was handed over and adopted. */
  LIVE_UPDATE,
  /** A crash kernel: no boundary to be judged. */
  CRASH_KEXEC,
  /** No evidence: on Arm a kexec by {@code kexec_load} looks like a cold boot. */
  UNKNOWN;

  /** In a line of the log: this boot was handed data over. */
  public static final String HANDOVER_FOUND = "KHO: found kexec handover data";

  public static final String HANDOVER_NOTE = "handed over KHO data";

  /** The collector's note on {@code /proc/vmcore}, which is there in crash kernels only. */
  public static final String CRASH_NOTE = "this is a crash kernel";

  /**
   * In the device tree of a kernel that a file loaded for kexec ({@code kexec -s}), on Arm:
   * property of {@code chosen}. Source: linux {@code drivers/of/kexec.c}. The older {@code
   * kexec_load} leaves no sign there.
   */
  public static final String BOOTED_FROM_KEXEC = "linux,booted-from-kexec";

  /** In the command line of a crash kernel. */
  public static final String CRASH_HEADER = "elfcorehdr=";

  /**
   * Classifies a boot. {@code notes} may hold any lines; looked for are those of KHO and of PCI in
   * the kernel log, and the collector's own on what was handed over.
   *
   * <p>{@code /dev/liveupdate} and {@code debug/kho/out} only tell what a kernel can do, and "luo:
   * Retrieved live update data" is logged at every kexec of files between kernels that have LUO,
   * with nothing preserved too. So only a function that says it was preserved makes a live update.
   */
  public static BootClass of(Boot boot, List<String> notes) {
    if (boot.commandLine().contains(CRASH_HEADER) || mentions(notes, CRASH_NOTE)) {
      return CRASH_KEXEC;
    }
    if (mentions(notes, Preservation.ADOPTED.sentence())) {
      return LIVE_UPDATE;
    }
    if (mentions(notes, HANDOVER_FOUND) || mentions(notes, HANDOVER_NOTE)) {
      return KEXEC_KHO;
    }
    if (boot.loader().type() == Boot.KEXEC_LOADER) {
      return KEXEC_PLAIN;
    }
    if (boot.loader().type() != Boot.UNKNOWN_LOADER) {
      return COLD;
    }
    return mentions(notes, BOOTED_FROM_KEXEC) ? KEXEC_PLAIN : UNKNOWN;
  }

  private static boolean mentions(List<String> notes, String substring) {
    return notes.stream().anyMatch(line -> line.contains(substring));
  }

  /** True for every class in which a kernel started another one. */
  public boolean isKexec() {
    return this == KEXEC_PLAIN || this == KEXEC_KHO || this == LIVE_UPDATE || this == CRASH_KEXEC;
  }
}
