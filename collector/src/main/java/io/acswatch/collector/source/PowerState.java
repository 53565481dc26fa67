package io.acswatch.collector.source;

import java.util.Set;

/**
 * What {@code power/runtime_status} and {@code power_state} say.
 *
 * <p>Source: linux {@code drivers/base/power/sysfs.c}, {@code runtime_status_show}; {@code
 * drivers/pci/pci-sysfs.c}, {@code power_state_show}.
 */
final class PowerState {
  private static final Set<String> ANSWERING = Set.of("D0", "D1", "D2", "D3hot");

  private PowerState() {}

  static boolean isActive(String runtimeStatus) {
    return runtimeStatus.equals("active");
  }

  static boolean isSuspended(String runtimeStatus) {
    return runtimeStatus.equals("suspended");
  }

  /** The function is about to sleep, how deep is not known yet. */
  static boolean isSuspending(String runtimeStatus) {
    return runtimeStatus.equals("suspending");
  }

  /** The function has power enough to answer reads of its configuration space. */
  static boolean answers(String powerState) {
    return ANSWERING.contains(powerState);
  }

  static boolean isCold(String powerState) {
    return powerState.equals("D3cold");
  }
}
