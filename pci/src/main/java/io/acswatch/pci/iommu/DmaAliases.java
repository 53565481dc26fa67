package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Requester ids that requests of a function may carry on their way up, besides its own.
 *
 * <p>Source: linux {@code drivers/pci/search.c}, {@code pci_for_each_dma_alias}; {@code pci.c},
 * {@code pci_devs_are_dma_aliases}.
 */
final class DmaAliases {
  static final QuirkTable<String> QUIRKS =
      QuirkTable.ofResource(
          "dma-quirks.tsv",
          List.of("any", "subsystem=", "bridge-below-pcie"),
          DmaAliases::checkedEffect);
  private static final String ALIAS_FUNCTION = "alias-function=";
  private static final String ALIAS_DEVFN = "alias-devfn=";
  private static final String BRIDGE_ALIAS = "bridge-alias";
  private static final String BRIDGE_NO_ALIAS = "bridge-no-alias";
  private static final String TRANSLATION_ROOT = "translation-root";

  private final HostHierarchy hierarchy;
  private final @Nullable BitSet[] aliasDevfns;
  private final boolean[] noAlias;
  private final boolean[] translationRoot;

  DmaAliases(HostHierarchy hierarchy, KernelVersion kernel) {
    this.hierarchy = hierarchy;
    aliasDevfns = new BitSet[hierarchy.size()];
    noAlias = new boolean[hierarchy.size()];
    translationRoot = new boolean[hierarchy.size()];
    for (int i = 0; i < hierarchy.size(); i++) {
      PciFunction function = hierarchy.function(i);
      List<QuirkTable.Entry<String>> quirks =
          QUIRKS.matching(kernel, function.ids().vendor(), function.ids().device());
      for (int j = 0; j < quirks.size(); j++) { // makes no iterator: most have none
        if (holds(quirks.get(j).when(), i)) {
          apply(quirks.get(j).effect(), i);
        }
      }
    }
  }

  private static String checkedEffect(String text) {
    if (text.startsWith(ALIAS_FUNCTION)) {
      Integer.parseInt(text.substring(ALIAS_FUNCTION.length()));
    } else if (text.startsWith(ALIAS_DEVFN)) {
      addDevfns(text, new BitSet());
    } else if (!List.of(BRIDGE_ALIAS, BRIDGE_NO_ALIAS, TRANSLATION_ROOT).contains(text)) {
      throw new IllegalArgumentException("effect=\"" + text + "\", expected a known one");
    }
    return text;
  }

  private static void addDevfns(String effect, BitSet devfns) {
    for (String part : effect.substring(ALIAS_DEVFN.length()).split(",")) {
      int dash = part.indexOf('-');
      int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash), 16);
      int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1), 16);
      devfns.set(from, to + 1);
    }
  }

  private boolean holds(String when, int index) {
    if (when.startsWith("subsystem=")) {
      var config = hierarchy.function(index).config();
      return when.equals(
          "subsystem=%04x:%04x"
              .formatted(config.header().subsystemVendor(), config.header().subsystemDevice()));
    }
    // "bridge-below-pcie" is not checked: its lines have an effect that changes nothing
    // here.
    return true;
  }

  private void apply(String effect, int index) {
    if (effect.startsWith(ALIAS_FUNCTION)) {
      int function = Integer.parseInt(effect.substring(ALIAS_FUNCTION.length()));
      int devfn = hierarchy.function(index).address().devfn();
      if ((devfn & 7) != function) {
        aliasesOf(index).set(devfn & ~7 | function);
      }
    } else if (effect.startsWith(ALIAS_DEVFN)) {
      addDevfns(effect, aliasesOf(index));
    } else if (effect.equals(BRIDGE_NO_ALIAS)) {
      noAlias[index] = true;
    } else if (effect.equals(TRANSLATION_ROOT)) {
      translationRoot[index] = true;
    }
    // bridge-alias picks another requester id of the same bridge, which is the same function here.
  }

  private BitSet aliasesOf(int index) {
    BitSet devfns = aliasDevfns[index];
    if (devfns == null) {
      devfns = new BitSet(256);
      aliasDevfns[index] = devfns;
    }
    return devfns;
  }

  /**
   * The next function upwards whose requester id may be carried by requests that carry that of
   * {@code carrier}; {@link HostHierarchy#NONE} if there is none. The first is {@link
   * HostHierarchy#realDmaDevice}.
   */
  int nextCarrier(int carrier) {
    int bridge = hierarchy.bridgeAbove(carrier);
    while (bridge != HostHierarchy.NONE && !translationRoot[bridge]) {
      if (takesOverRequests(bridge)) {
        return bridge;
      }
      bridge = hierarchy.bridgeAbove(bridge);
    }
    return HostHierarchy.NONE;
  }

  /** True if requests from below leave the bridge under an id of its own. */
  private boolean takesOverRequests(int bridge) {
    return switch (hierarchy.type(bridge)) {
      case PCIE_TO_PCI_BRIDGE -> !noAlias[bridge];
      case PCI_TO_PCIE_BRIDGE, CONVENTIONAL, UNKNOWN -> true;
      default -> false;
    };
  }

  /** True if requests of one may carry the id of the other; both are on one bus. */
  boolean areAliases(int a, int b) {
    return lists(a, b)
        || lists(b, a)
        || hierarchy.realDmaDevice(a) == b
        || hierarchy.realDmaDevice(b) == a;
  }

  /** True if a function of its bus uses its id, or the other way round. */
  boolean sharesItsId(int index) {
    for (int i = 0; i < hierarchy.busMateCount(index); i++) {
      int mate = hierarchy.busMate(index, i);
      if (mate != index && areAliases(index, mate)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A function with a group whose id the requests of another may carry; itself if a bridge gives
   * it.
   */
  OptionalInt sharer(int index) {
    PciAddress address = hierarchy.function(index).address();
    int bridge = hierarchy.bridgeAbove(index);
    boolean renamed = bridge != HostHierarchy.NONE && takesOverRequests(bridge);
    if (renamed && address.devfn() == 0 && hierarchy.type(bridge) == PortType.PCIE_TO_PCI_BRIDGE) {
      return OptionalInt.of(index);
    }
    for (int i = 0; i < hierarchy.busMateCount(index); i++) {
      int mate = hierarchy.busMate(index, i);
      boolean shares = renamed || areAliases(index, mate);
      if (mate != index && shares && hierarchy.function(mate).kernel().hasGroup()) {
        return OptionalInt.of(mate);
      }
    }
    return OptionalInt.empty();
  }

  /** True if requests of the function may carry another id of its own bus. */
  boolean hasAlias(int index) {
    return aliasDevfns[index] != null;
  }

  private boolean lists(int a, int b) {
    BitSet devfns = aliasDevfns[a];
    return devfns != null && devfns.get(hierarchy.function(b).address().devfn());
  }
}
