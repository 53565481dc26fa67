package io.acswatch.pci.capture;

/**
 * One run of one kernel.
 *
 * @param id {@code /proc/sys/kernel/random/boot_id}; tells boots apart, says nothing about how
 * @param kernelRelease {@code uname -r}
 * @param kernelVersion {@code uname -v}; distributions hide the true stable number here
 * @param commandLine {@code /proc/cmdline}
 * @param bootloaderType {@code /proc/sys/kernel/bootloader_type}, {@link #UNKNOWN_LOADER} if there
 *     is no such file (Arm)
 * @param bootloaderVersion {@code /proc/sys/kernel/bootloader_version}, {@link #UNKNOWN_LOADER} if
 *     there is no such file
 */
public record Boot(
    String id,
    String kernelRelease,
    String kernelVersion,
    String commandLine,
    int bootloaderType,
    int bootloaderVersion) {
  /** No loader type was reported. */
  public static final int UNKNOWN_LOADER = -1;

  /** Loader type of a kernel that kexec started, on x86. */
  public static final int KEXEC_LOADER = 0xD0;

  /** True if the kernel says that kexec started it; a crash kernel included. */
  public boolean isStartedByKexec() {
    return bootloaderType == KEXEC_LOADER;
  }
}
