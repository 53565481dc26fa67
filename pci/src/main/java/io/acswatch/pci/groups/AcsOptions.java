package io.acswatch.pci.groups;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel command line orders for ACS Control registers: {@code pci=disable_acs_redir=},
 * {@code pci=config_acs=}, {@code pci=noats}, and whether it switches the IOMMU off.
 *
 * <p>Devices are named as {@code [dddd:]bb:dd.f[/dd.f]*}, a path downwards from an address, or as
 * {@code pci:vvvv:dddd[:ssss:ssss]}; several are separated by semicolons. In config_acs each has
 * its bits before an {@code @}; the rightmost character is bit 0, {@code x} keeps what the boot
 * found.
 *
 * <p>Source: linux {@code Documentation/admin-guide/kernel-parameters.txt}; {@code
 * drivers/pci/pci.c}, {@code __pci_config_acs}.
 */
public final class AcsOptions {
  private static final int REDIRECT =
      AcsCapability.REQUEST_REDIRECT
          | AcsCapability.COMPLETION_REDIRECT
          | AcsCapability.EGRESS_CONTROL;

  /** Seven bits at most are ordered; those above may only be left alone. */
  private static final Pattern CONFIG_BITS = Pattern.compile("[xX]*[01xX]{0,7}");

  private static final String HEX = "[0-9a-fA-F]";

  /** Vendor, device, and both ids of the subsystem; what else may follow is not looked at. */
  private static final Pattern IDS =
      Pattern.compile("pci:(X{1,4}):(X{1,4})(?::(X{1,4}):(X{1,4}))?.*".replace("X", HEX));

  /** Domain, bus, device, function, and the steps down from there. */
  private static final Pattern PLACE =
      Pattern.compile("(?:(X{1,8}):)?(X{1,2}):(X{1,2})\\.(X)((?:/X{1,2}\\.X)*)".replace("X", HEX));

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

  public static AcsOptions of(String commandLine) {
    return of(commandLine, Machine.UNKNOWN);
  }

  public static AcsOptions of(String commandLine, Machine machine) {
    AcsOptions options = new AcsOptions();
    for (String word : CommandLine.words(commandLine)) {
      if (word.startsWith(CommandLine.PCI)) {
        options.pciOption(word.substring(CommandLine.PCI.length()));
      } else if ((word.startsWith("iommu=")
              || word.startsWith("intel_iommu=")
              || word.startsWith("amd_iommu="))
          && machine.understands(word.substring(0, word.indexOf('=')))) {
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
    if (part.startsWith("noats")) {
      noAts = true;
    } else if (part.startsWith("disable_acs_redir=")) {
      redirectOff.clear(); // the last one on the command line counts
      for (String device : devices(part)) {
        if (!isReadable(device)) {
          break;
        }
        redirectOff.add(new Order(device, REDIRECT, 0));
      }
    } else if (part.startsWith("config_acs=")) {
      config.clear();
      config.addAll(configOrders(devices(part)));
    }
  }

  private static String[] devices(String part) {
    return part.substring(part.indexOf('=') + 1).split(";");
  }

  private static List<Order> configOrders(String[] texts) {
    List<Order> orders = new ArrayList<>();
    for (String text : texts) {
      int at = text.indexOf('@');
      if (at < 0
          || !CONFIG_BITS.matcher(text.substring(0, at)).matches()
          || !isReadable(text.substring(at + 1))) {
        break;
      }
      orders.add(configOrder(text.substring(0, at), text.substring(at + 1)));
    }
    return orders;
  }

  /** The kernel stops reading at the first device it does not understand. */
  private static boolean isReadable(String device) {
    return IDS.matcher(device).matches() || PLACE.matcher(device).matches();
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

  public boolean switchesIommuOff() {
    return iommuOff;
  }

  public boolean switchesIommuOn() {
    return iommuOn && !iommuOff;
  }

  public boolean switchesLiveUpdateOn() {
    return Boolean.TRUE.equals(liveUpdate);
  }

  public boolean switchesHandoverOn() {
    return Boolean.TRUE.equals(handover);
  }

  /** True if live updates are switched off in so many words; without KHO there are none either. */
  public boolean switchesLiveUpdateOff() {
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
  public int apply(HostHierarchy hierarchy, int index, int found, int control, boolean clearsOnly) {
    Order off = naming(redirectOff, hierarchy, index);
    int result = off == null ? control : (clearsOnly ? control : found) & ~off.mask();
    Order order = clearsOnly ? null : naming(config, hierarchy, index);
    return order == null ? result : found & ~order.mask() | order.flags();
  }

  /**
   * The same for a root port of Intel's that has Control as a dword: whichever option names it, the
   * kernel does no more than clear the redirect controls there, and leaves what it switched on.
   */
  int applyToDwords(HostHierarchy hierarchy, int index, int control, boolean clearsOnly) {
    boolean named =
        naming(redirectOff, hierarchy, index) != null
            || !clearsOnly && naming(config, hierarchy, index) != null;
    return named ? control & ~REDIRECT : control;
  }

  /** True if {@code config_acs} names the function and leaves some bits as the boot found them. */
  public boolean keepsWhatWasFound(HostHierarchy hierarchy, int index, int bits) {
    Order order = naming(config, hierarchy, index);
    return order != null && (bits & ~order.mask()) != 0;
  }

  /** The first order that names the function: no later one counts. */
  private static @Nullable Order naming(List<Order> orders, HostHierarchy hierarchy, int index) {
    for (Order order : orders) {
      if (matches(order.device(), hierarchy, index)) {
        return order;
      }
    }
    return null;
  }

  private static boolean matches(String device, HostHierarchy hierarchy, int index) {
    PciFunction function = hierarchy.function(index);
    Matcher ids = IDS.matcher(device);
    if (ids.matches()) {
      return isOrAny(ids.group(1), function.ids().vendor())
          && isOrAny(ids.group(2), function.ids().device())
          && (ids.group(3) == null
              || isOrAny(ids.group(3), function.config().header().subsystemVendor())
                  && isOrAny(ids.group(4), function.config().header().subsystemDevice()));
    }
    Matcher place = PLACE.matcher(device);
    return place.matches() && isAt(place, hierarchy, index);
  }

  private static boolean isAt(Matcher place, HostHierarchy hierarchy, int index) {
    String[] steps = place.group(5).split("/");
    int at = index;
    for (int step = steps.length - 1; step > 0; step--) {
      String[] numbers = steps[step].split("\\.");
      if (hierarchy.function(at).address().devfn() != devfn(numbers[0], numbers[1])) {
        return false;
      }
      at = hierarchy.bridgeAbove(at);
      if (at == HostHierarchy.NONE) {
        return false;
      }
    }
    PciAddress address = hierarchy.function(at).address();
    int domain = place.group(1) == null ? 0 : hex(place.group(1));
    return address.domain() == domain
        && address.bus() == hex(place.group(2))
        && address.devfn() == devfn(place.group(3), place.group(4));
  }

  private static int devfn(String device, String function) {
    return (hex(device) & 0x1F) << 3 | hex(function) & 7;
  }

  private static int hex(String digits) {
    return Integer.parseUnsignedInt(digits, 16);
  }

  private static boolean isOrAny(String hex, int value) {
    int wanted = hex(hex);
    return wanted == value || wanted == 0;
  }
}
