package io.acswatch.wire;

import static io.acswatch.wire.FactsLayout.*;

/**
 * Packs the places of a frame's functions, in place: what {@link
 * io.acswatch.pci.hierarchy.DevicePath#ofSysfs} and the snapshot's builder make of sysfs paths,
 * without a string. Rows must be asked for in their order. Reused; allocates only to grow.
 */
final class FramePlaces {
  /** Longer paths do not come from a kernel: the caller goes the long way with them. */
  private static final int MAX_PATH = 4096;

  private static final int REMEMBERED_ROOTS = 64;
  private static final int SHORT_ADDRESS = 12;
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private final FrameSections frame;
  private final FrameOrder order;
  private final FactsStrings strings;
  private final byte[] path = new byte[MAX_PATH];
  private final byte[] address = new byte[16];
  private final int[] rootStart = new int[REMEMBERED_ROOTS];
  private final int[] rootLength = new int[REMEMBERED_ROOTS];
  private final int[] rootNumber = new int[REMEMBERED_ROOTS];
  private int[] siblingRank = new int[0];
  private int roots;
  private int lastRoot;
  private int lastParent;
  private boolean ranked;
  private int kind;
  private int number;
  private int vfIndex;
  private long componentAddress;

  FramePlaces(FrameSections frame, FrameOrder order, FactsStrings strings) {
    this.frame = frame;
    this.order = order;
    this.strings = strings;
  }

  /** Begins anew, for the frame that is bound. */
  void clear() {
    roots = 0;
    lastRoot = 0;
    lastParent = 0;
    ranked = false;
  }

  /** Kind of the place that was packed last. */
  int kind() {
    return kind;
  }

  /** Row or string of the place that was packed last. */
  int number() {
    return number;
  }

  /** Index of the VF that was packed last, else 0. */
  int vfIndex() {
    return vfIndex;
  }

  private void set(int newKind, int newNumber, int newVfIndex) {
    kind = newKind;
    number = newNumber;
    vfIndex = newVfIndex;
  }

  /**
   * Packs the place of a VF whose PF is a function of the frame.
   *
   * @param pf the PF
   * @param firstVf its offset to the first VF
   * @param stride and from one VF to the next
   * @return false if only the long way gives its place
   */
  boolean placeVf(FactsBuffer out, int function, int row, int pf, int firstVf, int stride) {
    int pfRow = order.rowOf(pf);
    if (pfRow >= row || kindOf(out, pfRow) == VF_OF_ROW) {
      return false;
    }
    int pfRid = frame.u16(frame.functionAt(pf) + FrameLayout.REQUESTER_ID_AT);
    int rid = frame.u16(frame.functionAt(function) + FrameLayout.REQUESTER_ID_AT);
    int distance = rid - pfRid - firstVf & 0xFFFF;
    boolean computed = firstVf != 0 && (stride == 0 ? distance == 0 : distance % stride == 0);
    if (computed) {
      set(VF_OF_ROW, pfRow, stride == 0 ? 0 : distance / stride);
    } else {
      rankSiblings();
      set(VF_OF_ROW, pfRow, siblingRank[function]);
    }
    return true;
  }

  /** Counts each PF's VFs in order of address, for PFs whose registers do not tell. */
  private void rankSiblings() {
    if (ranked) {
      return;
    }
    ranked = true;
    int count = frame.functionCount;
    if (siblingRank.length < 2 * count) {
      siblingRank = new int[4 * count];
    }
    for (int i = 0; i < count; i++) {
      siblingRank[count + i] = 0;
    }
    for (int i = 0; i < count; i++) {
      int pf = order.isVirtual(i) ? physicalFunction(i) : FrameOrder.NONE;
      siblingRank[i] = pf == FrameOrder.NONE ? 0 : siblingRank[count + pf]++;
    }
  }

  /** The function that is the PF of this VF, or {@link FrameOrder#NONE}. */
  int physicalFunction(int function) {
    int entry = frame.functionAt(function);
    return order.find(
        frame.i32(entry + FrameLayout.PHYSFN_DOMAIN_AT),
        frame.u16(entry + FrameLayout.PHYSFN_REQUESTER_ID_AT),
        0);
  }

  private static int kindOf(FactsBuffer out, int row) {
    return out.u8(HEADER_LENGTH + row * ROW_LENGTH + KIND_AT);
  }

  /**
   * Packs the place of a function by its own path.
   *
   * @return false if only the long way gives its place
   */
  boolean place(FactsBuffer out, int function, int row) {
    int entry = frame.functionAt(function);
    int text = frame.i32(entry + FrameLayout.SYSFS_PATH_AT);
    int start = frame.stringStart(text);
    int length = frame.stringEnd(text) - start;
    if (length == 0) {
      set(NOWHERE, 0, 0);
      return true;
    }
    if (length > MAX_PATH) {
      return false;
    }
    frame.input.read(frame.base + frame.stringBytesAt + start, path, 0, length);
    int slash = ownComponent(entry, length);
    if (slash > 0) {
      if (isFunction(slash) && placeBelowFunction(out, row, slash)) {
        return true;
      }
      if (isRootBus(lastSlash(slash) + 1, slash) && placeBelowRoot(start, slash)) {
        return true;
      }
    }
    return placeText(length);
  }

  /** Where the slash before the last component is if that is the function's address, else -1. */
  private int ownComponent(int entry, int length) {
    int domain = frame.i32(entry + FrameLayout.DOMAIN_AT);
    int rid = frame.u16(entry + FrameLayout.REQUESTER_ID_AT);
    int digits = Math.max(4, (Integer.SIZE - Integer.numberOfLeadingZeros(domain) + 3) / 4);
    int size = digits + SHORT_ADDRESS - 4;
    int slash = length - size - 1;
    if (slash < 0 || path[slash] != '/') {
      return -1;
    }
    for (int i = 0; i < digits; i++) {
      address[i] = HEX[domain >>> 4 * (digits - 1 - i) & 0xF];
    }
    address[digits] = ':';
    address[digits + 1] = HEX[rid >>> 12];
    address[digits + 2] = HEX[rid >>> 8 & 0xF];
    address[digits + 3] = ':';
    address[digits + 4] = HEX[rid >>> 7 & 1];
    address[digits + 5] = HEX[rid >>> 3 & 0xF];
    address[digits + 6] = '.';
    address[digits + 7] = HEX[rid & 7];
    for (int i = 0; i < size; i++) {
      if (address[i] != path[slash + 1 + i]) {
        return -1;
      }
    }
    return slash;
  }

  private int lastSlash(int end) {
    int at = end - 1;
    while (at >= 0 && path[at] != '/') {
      at--;
    }
    return at;
  }

  /**
   * Reads the component that ends at {@code end}; true if it is an address as the kernel writes.
   */
  private boolean isFunction(int end) {
    int from = lastSlash(end) + 1;
    return isAddress(from, end);
  }

  /** True for an address; one that the kernel would write otherwise is none here. */
  private boolean isAddress(int from, int to) {
    int digits = to - from - (SHORT_ADDRESS - 4);
    if (digits < 4
        || digits > 8
        || path[to - 2] != '.'
        || path[to - 5] != ':'
        || path[to - 8] != ':'
        || (digits > 4 && path[from] == '0')) {
      return false;
    }
    long domain = hex(from, from + digits);
    long bus = hex(to - 7, to - 5);
    long device = hex(to - 4, to - 2);
    long last = hex(to - 1, to);
    if ((domain | bus | device | last) < 0
        || domain > Integer.MAX_VALUE
        || device > 31
        || last > 7) {
      return false;
    }
    componentAddress = domain << 16 | bus << 8 | device << 3 | last;
    return true;
  }

  /** The number that lower-case digits write; negative if there is another character. */
  private long hex(int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      int c = path[i];
      int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
      if (digit < 0) {
        return -1;
      }
      number = number << 4 | digit;
    }
    return number;
  }

  /** The bridge above stands in an earlier row and has the path up to {@code slash}. */
  private boolean placeBelowFunction(FactsBuffer out, int row, int slash) {
    int parent =
        order.find((int) (componentAddress >>> 16), (int) componentAddress & 0xFFFF, lastParent);
    if (parent == FrameOrder.NONE) {
      return false;
    }
    lastParent = parent;
    int parentRow = order.rowOf(parent);
    if (parentRow >= row) {
      return false;
    }
    int parentKind = kindOf(out, parentRow);
    int text = frame.i32(frame.functionAt(parent) + FrameLayout.SYSFS_PATH_AT);
    int start = frame.stringStart(text);
    if (parentKind == VF_OF_ROW
        || frame.stringEnd(text) - start != slash
        || !isPath(start, slash)) {
      return false;
    }
    if (parentKind == NOWHERE) {
      set(NOWHERE, 0, 0);
    } else {
      set(BELOW_ROW, parentRow, 0);
    }
    return true;
  }

  /** True if the string bytes from {@code start} on begin like the path. */
  private boolean isPath(int start, int length) {
    long at = frame.base + frame.stringBytesAt + start;
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      if (frame.input.readLong(at + i) != longOfPath(i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (frame.input.readByte(at + i) != path[i]) {
        return false;
      }
    }
    return true;
  }

  private long longOfPath(int at) {
    return FactsBuffer.i64(path, at);
  }

  private boolean isRootBus(int from, int to) {
    if (to - from < 4 || path[from] != 'p' || path[from + 1] != 'c' || path[from + 2] != 'i') {
      return false;
    }
    int colon = from;
    while (colon < to && path[colon] != ':') {
      colon++;
    }
    return colon == to - 3;
  }

  private boolean placeBelowRoot(int start, int slash) {
    int known = knownRoot(slash);
    if (known >= 0) {
      set(BELOW_ROOT, known, 0);
      return true;
    }
    if (!writePlace(slash, true)) {
      strings.forget();
      return false;
    }
    int fresh = strings.end();
    lastRoot = roots < REMEMBERED_ROOTS ? roots++ : 0;
    rootStart[lastRoot] = start;
    rootLength[lastRoot] = slash;
    rootNumber[lastRoot] = fresh;
    set(BELOW_ROOT, fresh, 0);
    return true;
  }

  private int knownRoot(int length) {
    if (roots > 0 && isRoot(lastRoot, length)) {
      return rootNumber[lastRoot];
    }
    for (int i = 0; i < roots; i++) {
      if (isRoot(i, length)) {
        lastRoot = i;
        return rootNumber[i];
      }
    }
    return -1;
  }

  private boolean isRoot(int index, int length) {
    return rootLength[index] == length && isPath(rootStart[index], length);
  }

  private boolean placeText(int length) {
    if (!writePlace(length, false)) {
      strings.forget();
      // An address in other letters is one too, if not for us: only the long way knows.
      set(NOWHERE, 0, 0);
      return isPlainlyNowhere(length);
    }
    set(TEXT, strings.end(), 0);
    return true;
  }

  /** True if no component is a root bus, so that whatever the others are there is no place. */
  private boolean isPlainlyNowhere(int length) {
    for (int from = 0; from <= length; ) {
      int to = componentEnd(from, length);
      if (isRootBus(from, to) || !isAscii(from, to)) {
        return false;
      }
      from = to + 1;
    }
    return true;
  }

  private int componentEnd(int from, int length) {
    int to = from;
    while (to < length && path[to] != '/') {
      to++;
    }
    return to;
  }

  private boolean isAscii(int from, int to) {
    for (int i = from; i < to; i++) {
      if (path[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Writes the place of a path; false, with a part of it written, if it has none that we read. */
  private boolean writePlace(int length, boolean ofRoot) {
    boolean begun = false;
    boolean endsInFunction = false;
    for (int from = 0; from <= length; ) {
      int to = componentEnd(from, length);
      if (!isAscii(from, to)) {
        return false;
      }
      if (isRootBus(from, to)) {
        write(begun, from, to);
        begun = true;
        endsInFunction = false;
      } else if (begun) {
        if (!isAddress(from, to)) {
          return false;
        }
        write(true, to - 4, to);
        endsInFunction = true;
      }
      from = to + 1;
    }
    return begun && endsInFunction != ofRoot;
  }

  private void write(boolean separated, int from, int to) {
    FactsBuffer texts = strings.texts();
    if (separated) {
      texts.appendByte('/');
    }
    int at = texts.append(to - from);
    System.arraycopy(path, from, texts.bytes(), at, to - from);
  }
}
