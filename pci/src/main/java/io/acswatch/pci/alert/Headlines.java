package io.acswatch.pci.alert;

/** Turns of phrase that headlines share. */
public final class Headlines {
  private Headlines() {}

  public static String after(Boundary boundary) {
    return switch (boundary) {
      case COLD_BOOT -> "after a cold boot";
      case KEXEC -> "after a kexec";
      case KEXEC_HANDOVER -> "after a kexec with handover";
      case LIVE_UPDATE -> "after a live update";
      case BOOT -> "after a boot";
      case REGROUPING -> "after a regrouping in the running kernel";
      case RUNNING -> "in the running kernel";
    };
  }
}
