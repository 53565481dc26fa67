package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;

/**
 * Walks the list of standard capabilities: the chain of one-byte pointers below offset 0x100.
 *
 * <pre>
 *   offset  | id (8) | next (8) | body ...
 * </pre>
 *
 * <p>Any bytes give an answer in at most 48 steps, never an exception or a hang. A walker is
 * reused: {@link #wrap}, then {@link #advance} until it returns something else than {@link
 * WalkStep#CAPABILITY}. Not thread-safe, keeps a reference to the caller's bytes.
 *
 * <p>Source: PCI Local Bus Spec 3.0 §6.7; linux {@code drivers/pci/pci.c}, {@code
 * __pci_find_next_cap_ttl}.
 */
public final class StandardCapabilities {
  /** Most entries a list can have: (256 - 64) bytes in steps of four. */
  public static final int MAX_ENTRIES = 48;

  private static final int STATUS = 0x06;
  private static final int STATUS_CAPABILITY_LIST = 1 << 4;
  private static final int HEADER_TYPE = 0x0E;
  private static final int HEADER_TYPE_LAYOUT = 0x7F;
  private static final int CARDBUS_LAYOUT = 2;
  private static final int FIRST_POINTER = 0x34;
  private static final int CARDBUS_FIRST_POINTER = 0x14;
  private static final int FIRST_OFFSET = 0x40;
  private static final int HEADER_LENGTH = 2;
  private static final int POINTER_MASK = 0xFC;
  private static final int ID_MASK = 0xFF;
  private static final int ALL_ONES_ID = 0xFF;

  private ConfigSpace space;
  private int next;
  private int offset;
  private int id;
  private long seen; // one bit per 4-byte slot of the 256 bytes

  /** A walker over nothing; {@link #wrap} binds it. */
  public StandardCapabilities() {
    this(new ArrayConfigSpace());
  }

  /** A walker at the start of the list of {@code space}. */
  public StandardCapabilities(ConfigSpace space) {
    this.space = space;
    wrap(space);
  }

  /** Goes to the start of the list of {@code space}; an absent list is an empty one. */
  public StandardCapabilities wrap(ConfigSpace space) {
    if (this.space != space) {
      this.space = space;
    }
    offset = 0;
    id = 0;
    seen = 0;
    next = firstPointer(space);
    return this;
  }

  /**
   * Bytes from the start of {@code space} to its first capability of this kind, 0 if it has none
   * that a walk would come to. Needs no walker.
   */
  public static int offsetOf(int wanted, ConfigSpace space) {
    int last = space.length() - HEADER_LENGTH;
    int at = firstPointer(space);
    // Most lists lead upwards: hops are enough to end one that does not.
    for (int hop = 0; hop < MAX_ENTRIES && at >= FIRST_OFFSET && at <= last; hop++) {
      int entry = space.u16(at);
      if ((entry & ID_MASK) == wanted) {
        return at;
      }
      if ((entry & ID_MASK) == ALL_ONES_ID) {
        return 0;
      }
      at = entry >>> 8 & POINTER_MASK;
    }
    return 0;
  }

  private static int firstPointer(ConfigSpace space) {
    if (space.length() < ConfigSpace.UNPRIVILEGED_LENGTH
        || (space.u16(STATUS) & STATUS_CAPABILITY_LIST) == 0) {
      return 0;
    }
    boolean cardBus = (space.u8(HEADER_TYPE) & HEADER_TYPE_LAYOUT) == CARDBUS_LAYOUT;
    return space.u8(cardBus ? CARDBUS_FIRST_POINTER : FIRST_POINTER) & POINTER_MASK;
  }

  /** Moves on. Anything but {@link WalkStep#CAPABILITY} ends the walk and is returned for ever. */
  public WalkStep advance() {
    if (next == 0) {
      return WalkStep.END;
    }
    if (next < FIRST_OFFSET) {
      return WalkStep.MISPLACED;
    }
    if (next > space.length() - HEADER_LENGTH) {
      return WalkStep.TRUNCATED;
    }
    long slot = 1L << (next >>> 2);
    if ((seen & slot) != 0) {
      return WalkStep.LOOPED;
    }
    int entry = space.u16(next);
    if ((entry & ID_MASK) == ALL_ONES_ID) {
      return WalkStep.ALL_ONES;
    }
    seen |= slot;
    offset = next;
    id = entry & ID_MASK;
    next = entry >>> 8 & POINTER_MASK;
    return WalkStep.CAPABILITY;
  }

  /** Moves to the first capability of this kind from here on; returns its offset, or 0. */
  public int find(int wanted) {
    while (advance() == WalkStep.CAPABILITY) {
      if (id == wanted) {
        return offset;
      }
    }
    return 0;
  }

  /** Id of the capability the walk stands on. */
  public int id() {
    return id;
  }

  /** Bytes from the start of the space to the capability the walk stands on; 0x40 to 0xFC. */
  public int offset() {
    return offset;
  }
}
