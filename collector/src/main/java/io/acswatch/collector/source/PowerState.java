package io.acswatch.collector.source;

/**
 * What {@code power/runtime_status} and {@code power_state} say.
 *
 * <p>Source: linux {@code drivers/base/power/sysfs.c}, {@code runtime_status_show}; {@code
 * drivers/pci/pci-sysfs.c}, {@code power_state_show}.
 */
final class PowerState {
  private PowerState() {}

  /** The function is up, and so is all above it. */
  static boolean isActive(String runtimeStatus) {
    return runtimeStatus.equals("active");
  }

  /** The function sleeps, or is about to. */
  static boolean isSuspended(String runtimeStatus) {
    return runtimeStatus.equals("suspended") || runtimeStatus.equals("suspending");
  }

  /** The function has no power. */
  static boolean isCold(String powerState) {
    return powerState.equals("D3cold");
  }
}
