package io.acswatch.pci.liveupdate;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel command line orders for ACS Control words: {@code pci=disable_acs_redir=}, {@code
 * pci=config_acs=}, {@code pci=noats}, and whether it switches the IOMMU off.
 *
 * <p>Devices are named as {@code [dddd:]bb:dd.f[/dd.f]*}, a path downwards from an address, or as
 * {@code pci:vvvv:dddd[:ssss:ssss]}; several are separated by semicolons. In config_acs each has
 * its bits before an {@code @}; the rightmost character is bit 0, {@code x} keeps what the boot
 * found.
 *
 * <p>Source: linux {@code Documentation/admin-guide/kernel-parameters.txt}; {@code
 * drivers/pci/pci.c}, {@code __pci_config_acs}.
 */
final class AcsOptions {
  private static final int REDIRECT =
      AcsCapability.REQUEST_REDIRECT
          | AcsCapability.COMPLETION_REDIRECT
          | AcsCapability.EGRESS_CONTROL;
  private static final String ID_PREFIX = "pci:";
  private static final String LIVE_UPDATE = "liveupdate=";
  private static final String HANDOVER = "kho=";

  /** Bits to set and to clear on the functions that a text matches. */
  private record Order(String device, int mask, int flags) {}

  private final List<Order> redirectOff = new ArrayList<>();
  private final List<Order> config = new ArrayList<>();
  private boolean noAts;
  private boolean iommuOff;
  private boolean iommuOn;
  private @Nullable Boolean liveUpdate;
  private @Nullable Boolean handover;

  private AcsOptions() {}

  static AcsOptions of(String commandLine) {
    AcsOptions options = new AcsOptions();
    for (String word : commandLine.split("\\s+")) {
      if (word.startsWith("pci=")) {
        for (String part : word.substring("pci=".length()).split(",")) {
          options.pciOption(part);
        }
      } else if (word.startsWith("iommu=")
          || word.startsWith("intel_iommu=")
          || word.startsWith("amd_iommu=")) {
        options.iommuOption(word.substring(word.indexOf('=') + 1));
      } else if (word.startsWith(LIVE_UPDATE)) {
        options.liveUpdate = truth(word.substring(LIVE_UPDATE.length()), options.liveUpdate);
      } else if (word.startsWith(HANDOVER)) {
        options.handover = truth(word.substring(HANDOVER.length()), options.handover);
      }
    }
    return options;
  }

  /** As the kernel's {@code kstrtobool} reads it; what it cannot read changes nothing. */
  private static @Nullable Boolean truth(String value, @Nullable Boolean otherwise) {
    String text = value.toLowerCase(Locale.ROOT);
    if (text.startsWith("y") || text.startsWith("t") || text.startsWith("1")) {
      return true;
    }
    if (text.startsWith("n") || text.startsWith("f") || text.startsWith("0")) {
      return false;
    }
    return text.startsWith("on") ? Boolean.TRUE : text.startsWith("of") ? Boolean.FALSE : otherwise;
  }

  private void pciOption(String part) {
    if (part.equals("noats")) {
      noAts = true;
    } else if (part.startsWith("disable_acs_redir=")) {
      for (String device : devices(part)) {
        redirectOff.add(new Order(device, REDIRECT, 0));
      }
    } else if (part.startsWith("config_acs=")) {
      for (String order : devices(part)) {
        int at = order.indexOf('@');
        if (at > 0) {
          config.add(configOrder(order.substring(0, at), order.substring(at + 1)));
        }
      }
    }
  }

  private static String[] devices(String part) {
    return part.substring(part.indexOf('=') + 1).split(";");
  }

  private static Order configOrder(String bits, String device) {
    int mask = 0;
    int flags = 0;
    for (int i = 0; i < bits.length(); i++) {
      int bit = 1 << bits.length() - 1 - i;
      char order = bits.charAt(i);
      if (order == '0' || order == '1') {
        mask |= bit;
        flags |= order == '1' ? bit : 0;
      }
    }
    return new Order(device, mask, flags);
  }

  private void iommuOption(String value) {
    for (String part : value.split(",")) {
      if (part.equals("off")) {
        iommuOff = true;
      } else if (part.equals("on") || part.equals("force")) {
        iommuOn = true;
      }
    }
  }

  boolean noAts() {
    return noAts;
  }

  boolean switchesIommuOff() {
    return iommuOff;
  }

  boolean switchesIommuOn() {
    return iommuOn && !iommuOff;
  }

  boolean switchesLiveUpdateOn() {
    return Boolean.TRUE.equals(liveUpdate);
  }

  boolean switchesHandoverOn() {
    return Boolean.TRUE.equals(handover);
  }

  /** True if live updates are switched off in so many words; without KHO there are none either. */
  boolean switchesLiveUpdateOff() {
    return Boolean.FALSE.equals(liveUpdate) || Boolean.FALSE.equals(handover);
  }

  /**
   * The Control word these options make of {@code control}.
   *
   * @param found the word the boot found; where options apply, all bits they do not name fall back
   *     to it
   * @param clearsOnly true for kernels before 6.11, whose disable_acs_redir only clears bits and
   *     which do not know config_acs
   */
  int apply(HostHierarchy hierarchy, int index, int found, int control, boolean clearsOnly) {
    int result = control;
    for (Order order : redirectOff) {
      if (matches(order.device(), hierarchy, index)) {
        result = (clearsOnly ? result : found) & ~order.mask();
        break;
      }
    }
    if (clearsOnly) {
      return result;
    }
    for (Order order : config) {
      if (matches(order.device(), hierarchy, index)) {
        result = found & ~order.mask() | order.flags();
        break;
      }
    }
    return result;
  }

  private static boolean matches(String device, HostHierarchy hierarchy, int index) {
    PciFunction function = hierarchy.function(index);
    if (device.startsWith(ID_PREFIX)) {
      String[] ids = device.substring(ID_PREFIX.length()).toLowerCase(Locale.ROOT).split(":");
      return ids.length >= 2
          && isOrAny(ids[0], function.ids().vendor())
          && isOrAny(ids[1], function.ids().device())
          && (ids.length < 4
              || isOrAny(ids[2], function.config().subsystemVendor())
                  && isOrAny(ids[3], function.config().subsystemDevice()));
    }
    String[] steps = device.split("/", -1);
    int at = index;
    for (int step = steps.length - 1; step > 0; step--) {
      String place = hierarchy.function(at).address().toString();
      if (!place.endsWith(":" + twoDigits(steps[step]))) {
        return false;
      }
      at = hierarchy.bridgeAbove(at);
      if (at == HostHierarchy.NONE) {
        return false;
      }
    }
    try {
      return hierarchy.function(at).address().equals(PciAddress.parse(steps[0]));
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  private static String twoDigits(String deviceAndFunction) {
    return deviceAndFunction.length() == 3 ? "0" + deviceAndFunction : deviceAndFunction;
  }

  private static boolean isOrAny(String hex, int value) {
    try {
      int wanted = Integer.parseUnsignedInt(hex, 16);
      return wanted == value || wanted == 0;
    } catch (NumberFormatException notHex) {
      return false;
    }
  }
}
