package io.acswatch.pci.liveupdate;

import io.acswatch.pci.capture.Boot;
import java.util.List;

/** How a boot came about, by the evidence in it. */
public enum BootClass {
  /** Firmware and a boot loader. */
  COLD,
  /** Kexec without state handed over. */
  KEXEC_PLAIN,
  /** Kexec with kexec handover (KHO) data. */
  KEXEC_KHO,
  /** Kexec with live update (LUO) data. */
  LIVE_UPDATE,
  /** A crash kernel: no boundary to be judged. */
  CRASH_KEXEC,
  /** No evidence, as on Arm without KHO. */
  UNKNOWN;

  private static final String LIVE_UPDATE_RETRIEVED = "Retrieved live update data";
  private static final String HANDOVER_FOUND = "KHO: found kexec handover data";
  private static final String HANDOVER_NOTE = "handed over KHO data";
  private static final String CRASH_HEADER = "elfcorehdr=";

  /**
   * Classifies a boot. {@code kernelLog} may hold any lines; those of KHO and LUO are looked for,
   * and the collector's note on setup data of the handover, since {@code /dev/liveupdate} and
   * {@code debug/kho/out} only tell what a kernel can do.
   */
  public static BootClass of(Boot boot, List<String> kernelLog) {
    if (boot.commandLine().contains(CRASH_HEADER)) {
      return CRASH_KEXEC;
    }
    if (mentions(kernelLog, LIVE_UPDATE_RETRIEVED)) {
      return LIVE_UPDATE;
    }
    if (mentions(kernelLog, HANDOVER_FOUND) || mentions(kernelLog, HANDOVER_NOTE)) {
      return KEXEC_KHO;
    }
    if (boot.isStartedByKexec()) {
      return KEXEC_PLAIN;
    }
    return boot.bootloaderType() == Boot.UNKNOWN_LOADER ? UNKNOWN : COLD;
  }

  private static boolean mentions(List<String> kernelLog, String substring) {
    return kernelLog.stream().anyMatch(line -> line.contains(substring));
  }

  /** True for every class in which a kernel started another one. */
  public boolean isKexec() {
    return this == KEXEC_PLAIN || this == KEXEC_KHO || this == LIVE_UPDATE || this == CRASH_KEXEC;
  }
}
