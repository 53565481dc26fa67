package io.acswatch.pci.hierarchy;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The hierarchy of the functions of one host: the bridge above each, the functions on its bus, its
 * type as the kernel corrects it, and whether the kernel treats it as multi-function.
 *
 * <p>A function is named by its index in the list the hierarchy was made from; that list is in the
 * order in which the kernel found the functions. SR-IOV makes a bus without a bridge where VFs
 * overflow; that bus is skipped: the bridge of a VF is the bridge of its PF.
 */
public final class HostHierarchy {
  /** Index that stands for no function: the bridge above a root bus. */
  public static final int NONE = -1;

  // A domain has 31 bits and a bus 8: 25 are left for the index.
  private static final int INDEX_BITS = 25;
  private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;

  private final List<PciFunction> functions;
  private final Map<DevicePath, Integer> indexOfPath;
  private final int[] bridgeAbove;
  private final int[] vmdEndpoint;
  private final PortType[] types;
  private final boolean[] multifunction;
  private final int[][] busMates;

  private HostHierarchy(List<PciFunction> functions) {
    int size = functions.size();
    this.functions = List.copyOf(functions);
    indexOfPath = new HashMap<>(size * 2);
    for (int i = 0; i < size; i++) {
      indexOfPath.putIfAbsent(functions.get(i).path(), i);
    }
    bridgeAbove = new int[size];
    vmdEndpoint = new int[size];
    types = new PortType[size];
    multifunction = new boolean[size];
    for (int i = 0; i < size; i++) {
      DevicePath path = functions.get(i).path();
      bridgeAbove[i] = bridgeOf(i, path);
      vmdEndpoint[i] = indexOf(path.vmdEndpoint());
    }
    for (int i = 0; i < size; i++) {
      correctType(i);
      multifunction[i] = isMultifunction(functions.get(i));
    }
    busMates = busMates();
  }

  /**
   * The bridge above a function: most often that of the function before it, or that one itself. It
   * looks only further up in the order, where bridges are known already: input may name a function
   * before its bridge.
   */
  private int bridgeOf(int index, DevicePath path) {
    int length = path.bridgeLength();
    if (length == 0) {
      return NONE;
    }
    boolean eachOnce = indexOfPath.size() == functions.size();
    int above;
    for (int at = index - 1; eachOnce && at != NONE; at = above < at ? above : NONE) {
      above = bridgeAbove[at];
      DevicePath place = functions.get(at).path();
      if (place.text().length() == length && path.isBelow(place)) {
        return at;
      }
    }
    return bridgeTo(functions.get(index), path.bridge());
  }

  /**
   * The bridge at a place. A rescan can renumber a bus above devices that are in use, and find them
   * once more. Of two bridges at one place, this is the one that leads to the bus.
   */
  private int bridgeTo(PciFunction function, @Nullable DevicePath place) {
    int first = indexOf(place);
    if (first != NONE && indexOfPath.size() < functions.size()) {
      for (int i = first; i < functions.size(); i++) {
        PciFunction other = functions.get(i);
        if (other.path().equals(place)
            && other.config().secondaryBus() == function.address().bus()) {
          return i;
        }
      }
    }
    return first;
  }

  private HostHierarchy(HostHierarchy other, List<PciFunction> functions) {
    this.functions = List.copyOf(functions);
    indexOfPath = other.indexOfPath;
    bridgeAbove = other.bridgeAbove;
    vmdEndpoint = other.vmdEndpoint;
    types = other.types;
    multifunction = other.multifunction;
    busMates = other.busMates;
  }

  public static HostHierarchy of(List<PciFunction> functions) {
    return new HostHierarchy(functions);
  }

  /** The hierarchy of other functions; usually the same functions at another time. */
  public HostHierarchy withFunctions(List<PciFunction> others) {
    boolean same = others.size() == functions.size();
    for (int i = 0; same && i < functions.size(); i++) {
      same = hangAlike(functions.get(i), others.get(i));
    }
    return same ? new HostHierarchy(this, others) : new HostHierarchy(others);
  }

  /** True if two functions are the same in everything that a hierarchy depends on. */
  private static boolean hangAlike(PciFunction a, PciFunction b) {
    return a == b
        || a.address().equals(b.address())
            && a.path().equals(b.path())
            && a.config().claimedType() == b.config().claimedType()
            && a.config().multiFunctionBit() == b.config().multiFunctionBit()
            && a.config().secondaryBus() == b.config().secondaryBus()
            && a.kernel().ariEnabled() == b.kernel().ariEnabled()
            && a.isVirtualFunction() == b.isVirtualFunction();
  }

  /** True if each function is where the one of the same index is in the other hierarchy. */
  public boolean hasPlacesOf(HostHierarchy other) {
    return indexOfPath == other.indexOfPath && indexOfPath.size() == functions.size();
  }

  /**
   * The kernel corrects two impossible claims of switch ports by what lies above (linux {@code
   * drivers/pci/probe.c}, {@code set_pcie_port_type}). The climb ends: a bridge's place is shorter
   * than the place of what lies below it.
   */
  private PortType correctType(int index) {
    PortType known = types[index];
    if (known != null) {
      return known;
    }
    PortType claimed = functions.get(index).config().claimedType();
    PortType corrected = claimed;
    int bridge = bridgeAbove[index];
    if (bridge != NONE) {
      PortType above = correctType(bridge);
      if (claimed == PortType.DOWNSTREAM_PORT
          && (above.isDownstreamFacing() || above == PortType.PCI_TO_PCIE_BRIDGE)) {
        corrected = PortType.UPSTREAM_PORT;
      } else if (claimed == PortType.UPSTREAM_PORT && above == PortType.UPSTREAM_PORT) {
        corrected = PortType.DOWNSTREAM_PORT;
      }
    }
    types[index] = corrected;
    return corrected;
  }

  /**
   * The kernel's notion: the header bit of function 0, forced on for every function above it, never
   * for a VF (linux {@code drivers/pci/probe.c}, {@code pci_scan_slot}).
   */
  private static boolean isMultifunction(PciFunction function) {
    if (function.isVirtualFunction()) {
      return false;
    }
    PciAddress address = function.address();
    int functionNumber = function.kernel().ariEnabled() ? address.devfn() : address.function();
    return functionNumber > 0 || function.config().multiFunctionBit();
  }

  private int[][] busMates() {
    int size = functions.size();
    // Bus above, index below: sorted, the functions of a bus lie side by side in their order.
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      PciAddress address = functions.get(i).address();
      order[i] = ((long) address.domain() << 8 | address.bus()) << INDEX_BITS | i;
    }
    Arrays.sort(order);
    int[][] mates = new int[size][];
    for (int from = 0, to; from < size; from = to) {
      to = from + 1;
      while (to < size && order[to] >>> INDEX_BITS == order[from] >>> INDEX_BITS) {
        to++;
      }
      int[] bus = new int[to - from];
      for (int i = from; i < to; i++) {
        bus[i - from] = (int) (order[i] & INDEX_MASK);
        mates[bus[i - from]] = bus;
      }
    }
    return mates;
  }

  public int size() {
    return functions.size();
  }

  public PciFunction function(int index) {
    return functions.get(index);
  }

  /** Index of the function at a place, or {@link #NONE}. */
  public int indexOf(@Nullable DevicePath path) {
    return path == null ? NONE : indexOfPath.getOrDefault(path, NONE);
  }

  /** Index of the bridge that leads to this function's bus, or {@link #NONE} on a root bus. */
  public int bridgeAbove(int index) {
    return bridgeAbove[index];
  }

  /** Index of its PF, bridge or VMD endpoint, as a tree shows it; {@link #NONE} on a root bus. */
  public int shownBelow(int index) {
    DevicePath path = functions.get(index).path();
    if (path.isVirtualFunction()) {
      int physical = indexOf(path.physicalFunction());
      if (physical != NONE) {
        return physical;
      }
    }
    return bridgeAbove[index] == NONE ? indexOf(path.vmdEndpoint()) : bridgeAbove[index];
  }

  /** These functions and all bridges above them, each once. */
  public List<Integer> functionsAbove(Collection<Integer> indices) {
    return indices.stream().flatMap(index -> upwards(index).boxed()).distinct().toList();
  }

  /** The function itself and the bridges above it, up to the root. */
  public IntStream upwards(int index) {
    return IntStream.iterate(index, i -> i != NONE, this::bridgeAbove);
  }

  public PortType type(int index) {
    return types[index];
  }

  /** True if the kernel takes the function for one of a multi-function device. */
  public boolean isMultifunction(int index) {
    return multifunction[index];
  }

  /** The function whose requester id this one's requests carry: its VMD endpoint, or itself. */
  public int realDmaDevice(int index) {
    return vmdEndpoint[index] == NONE ? index : vmdEndpoint[index];
  }

  /** Number of functions on the same bus, this one included. */
  public int busMateCount(int index) {
    return busMates[index].length;
  }

  /** Index of one of the functions on the same bus, in the kernel's order. */
  public int busMate(int index, int position) {
    return busMates[index][position];
  }

  public boolean areInSameSlot(int a, int b) {
    return functions.get(a).address().isInSameSlotAs(functions.get(b).address());
  }
}
