package io.acswatch.collector.agent;

import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.CapturedFunction;
import io.acswatch.pci.config.ConfigSpace;
import java.util.List;

/** Compares captures of one host by what they say, not by when they were taken. */
final class CaptureChange {
  private CaptureChange() {}

  /** True if both show the same boot, functions, bytes, groups and owners. */
  static boolean isSame(Capture a, Capture b) {
    if (!a.boot().equals(b.boot())
        || a.kexecLoaded() != b.kexecLoaded()
        || !a.owners().equals(b.owners())
        || a.functions().size() != b.functions().size()) {
      return false;
    }
    List<CapturedFunction> others = b.functions();
    for (int i = 0; i < others.size(); i++) {
      if (!isSame(a.functions().get(i), others.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(CapturedFunction a, CapturedFunction b) {
    return a.address().equals(b.address())
        && a.sysfsPath().equals(b.sysfsPath())
        && a.readStatus() == b.readStatus()
        && a.ids().equals(b.ids())
        && a.kernel().equals(b.kernel())
        && a.removable().equals(b.removable())
        && isSame(a.config(), b.config());
  }

  private static boolean isSame(ConfigSpace a, ConfigSpace b) {
    if (a.length() != b.length()) {
      return false;
    }
    for (int offset = 0; offset < a.length(); offset++) {
      if (a.u8(offset) != b.u8(offset)) {
        return false;
      }
    }
    return true;
  }
}
