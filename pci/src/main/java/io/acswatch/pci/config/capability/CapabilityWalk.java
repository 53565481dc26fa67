package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.Arrays;

/**
 * Walks one of the two lists of capabilities: the standard one, a chain of one-byte pointers below
 * offset 0x100, or the extended one, offsets 0x100 to 0xFFF.
 *
 * <pre>
 *   standard   offset  | id (8) | next (8) | body ...
 *   extended   offset  | id (16) | version (4) | next (12) | body ...
 * </pre>
 *
 * <p>Any bytes give an answer in at most 48 steps, or 960, never an exception or a hang. Pointers
 * may lead backwards as long as no offset repeats. Extended placeholders of id 0 that lead on are
 * capabilities like any other. A walk is reused: {@link #wrap}, then {@link #advance} until it
 * returns something other than {@link WalkStep#CAPABILITY}. Not thread-safe, keeps a reference to
 * the caller's bytes.
 *
 * <p>Whether there is an extended space at all is the caller's question: a conventional function,
 * or one whose extended space mirrors its first 256 bytes, has none.
 *
 * <p>Source: PCI Local Bus Spec 3.0 §6.7, PCIe Base Spec 6.3 §7.6.3; linux {@code
 * drivers/pci/pci.c}, {@code __pci_find_next_cap_ttl} and {@code pci_find_next_ext_capability}.
 */
public final class CapabilityWalk {
  /** Most entries a standard list can have: (256 - 64) bytes in steps of four. */
  public static final int MAX_STANDARD = 48;

  private static final int STATUS = 0x06;
  private static final int STATUS_CAPABILITY_LIST = 1 << 4;
  private static final int HEADER_TYPE = 0x0E;
  private static final int HEADER_TYPE_LAYOUT = 0x7F;
  private static final int CARDBUS_LAYOUT = 2;
  private static final int FIRST_POINTER = 0x34;
  private static final int CARDBUS_FIRST_POINTER = 0x14;
  private static final int FIRST_STANDARD = 0x40;
  private static final int FIRST_EXTENDED = 0x100;
  private static final int STANDARD_LENGTH = 2;
  private static final int EXTENDED_LENGTH = 4;
  private static final int STANDARD_ID = 0xFF;
  private static final int EXTENDED_ID = 0xFFFF;

  private final boolean extended;
  private final long[] seen = new long[16]; // one bit per 4-byte slot of 4096 bytes
  private ConfigSpace space = new ArrayConfigSpace();
  private int next;
  private int offset;
  private int header;
  private boolean marks;

  private CapabilityWalk(boolean extended) {
    this.extended = extended;
  }

  public static CapabilityWalk standard() {
    return new CapabilityWalk(false);
  }

  public static CapabilityWalk extended() {
    return new CapabilityWalk(true);
  }

  /** Goes to the start of the list of {@code space}; an absent list is an empty one. */
  public CapabilityWalk wrap(ConfigSpace space) {
    if (this.space != space) {
      this.space = space;
    }
    offset = 0;
    header = 0;
    marks = !extended;
    seen[0] = 0;
    next = !extended ? firstPointer(space) : space.length() > FIRST_EXTENDED ? FIRST_EXTENDED : 0;
    return this;
  }

  /** Offset of the first standard capability of this kind; 0 if a walk reaches none. */
  public static int standardOffset(int wanted, ConfigSpace space) {
    int last = space.length() - STANDARD_LENGTH;
    int at = firstPointer(space);
    // Most lists ascend; counting hops is enough to end one that does not.
    for (int hop = 0; hop < MAX_STANDARD && at >= FIRST_STANDARD && at <= last; hop++) {
      int entry = space.u16(at);
      if ((entry & STANDARD_ID) == wanted) {
        return at;
      }
      if ((entry & STANDARD_ID) == STANDARD_ID) {
        return 0;
      }
      at = nextStandard(entry);
    }
    return 0;
  }

  /** The same for the first extended capability of this kind. */
  public static int extendedOffset(int wanted, ConfigSpace space) {
    int last = space.length() - EXTENDED_LENGTH;
    int at = FIRST_EXTENDED;
    int turnedTo = 0;
    int turns = 0;
    int untilNextMark = 1;
    while (at >= FIRST_EXTENDED && at <= last) {
      int header = space.u32(at);
      if (header == 0 || header == -1) {
        return 0;
      }
      if ((header & EXTENDED_ID) == wanted) {
        return at;
      }
      int next = nextExtended(header);
      // A loop leads back in each round. One target of a jump back is kept, and replaced by a later
      // one after twice as many jumps: the list reaches it again (Brent 1980).
      if (next <= at) {
        if (next == turnedTo) {
          return 0;
        }
        if (++turns == untilNextMark) {
          turnedTo = next;
          turns = 0;
          untilNextMark <<= 1;
        }
      }
      at = next;
    }
    return 0;
  }

  private static int firstPointer(ConfigSpace space) {
    if (space.length() < ConfigSpace.UNPRIVILEGED_LENGTH
        || (space.u16(STATUS) & STATUS_CAPABILITY_LIST) == 0) {
      return 0;
    }
    boolean cardBus = (space.u8(HEADER_TYPE) & HEADER_TYPE_LAYOUT) == CARDBUS_LAYOUT;
    return space.u8(cardBus ? CARDBUS_FIRST_POINTER : FIRST_POINTER) & 0xFC;
  }

  private static int nextStandard(int header) {
    return header >>> 8 & 0xFC;
  }

  private static int nextExtended(int header) {
    return header >>> 20 & ~3;
  }

  /** Takes one step. Any result but {@link WalkStep#CAPABILITY} ends the walk and is final. */
  public WalkStep advance() {
    if (next == 0) {
      return WalkStep.END;
    }
    if (next < (extended ? FIRST_EXTENDED : FIRST_STANDARD)) {
      return WalkStep.MISPLACED;
    }
    if (next > space.length() - (extended ? EXTENDED_LENGTH : STANDARD_LENGTH)) {
      return WalkStep.TRUNCATED;
    }
    // While an extended list ascends no offset can repeat, so nothing is looked up.
    if (!marks && next <= offset) {
      markAscent();
    }
    if (marks && (seen[next >>> 8] & 1L << (next >>> 2)) != 0) {
      return WalkStep.LOOPED;
    }
    int found = extended ? space.u32(next) : space.u16(next);
    if (extended && (found == 0 || found == -1) && next == FIRST_EXTENDED) {
      // At the start both mean that there are no extended capabilities; later the list is broken.
      return WalkStep.END;
    }
    if (extended && found == 0) {
      return WalkStep.UNCLEAN_END;
    }
    if (extended ? found == -1 : (found & STANDARD_ID) == STANDARD_ID) {
      return WalkStep.ALL_ONES;
    }
    offset = next;
    header = found;
    if (marks) {
      mark(offset);
    }
    next = extended ? nextExtended(found) : nextStandard(found);
    return WalkStep.CAPABILITY;
  }

  /** Marks all offsets up to here, by walking the ascending list once more. */
  private void markAscent() {
    marks = true;
    Arrays.fill(seen, 0);
    for (int at = FIRST_EXTENDED; at < offset; at = nextExtended(space.u32(at))) {
      mark(at);
    }
    mark(offset);
  }

  private void mark(int entry) {
    seen[entry >>> 8] |= 1L << (entry >>> 2);
  }

  /** Id of the capability the walk stands on: 8 bits, or 16 of an extended one. */
  public int id() {
    return header & (extended ? EXTENDED_ID : STANDARD_ID);
  }

  public int version() {
    return header >>> 16 & 0xF;
  }

  /** Bytes from the start of the space to the capability the walk stands on. */
  public int offset() {
    return offset;
  }
}
