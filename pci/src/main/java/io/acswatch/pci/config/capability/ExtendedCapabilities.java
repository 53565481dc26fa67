package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.Arrays;

/**
 * Walks the list of extended capabilities, offsets 0x100 to 0xFFF.
 *
 * <pre>
 *   offset  | id (16) | version (4) | next (12) | body ...
 * </pre>
 *
 * <p>Any bytes give an answer in at most 960 steps, never an exception or a hang. Pointers may lead
 * backwards as long as no offset repeats. Placeholders of id 0 that lead on are capabilities like
 * any other. A walker is reused; not thread-safe, keeps a reference to the caller's bytes.
 *
 * <p>Whether there is an extended space at all is the caller's question: a conventional function,
 * or one whose extended space mirrors its first 256 bytes, has none.
 *
 * <p>Source: PCIe Base Spec 6.3 §7.6.3; linux {@code drivers/pci/pci.c}, {@code
 * pci_find_next_ext_capability}.
 */
public final class ExtendedCapabilities {
  private static final int FIRST_OFFSET = 0x100;
  private static final int HEADER_LENGTH = 4;
  private static final int ID_MASK = 0xFFFF;

  private final long[] seen = new long[16]; // one bit per 4-byte slot of 4096 bytes
  private ConfigSpace space;
  private int next;
  private int offset;
  private int header;
  private boolean wentBack;

  /** A walker over nothing; {@link #wrap} binds it. */
  public ExtendedCapabilities() {
    this(new ArrayConfigSpace());
  }

  /** A walker at the start of the list of {@code space}. */
  public ExtendedCapabilities(ConfigSpace space) {
    this.space = space;
    wrap(space);
  }

  /** Goes to the start of the list; a space of 256 bytes or less has an empty one. */
  public ExtendedCapabilities wrap(ConfigSpace space) {
    if (this.space != space) {
      this.space = space;
    }
    offset = 0;
    header = 0;
    wentBack = false;
    next = space.length() > FIRST_OFFSET ? FIRST_OFFSET : 0;
    return this;
  }

  /**
   * Bytes from the start of {@code space} to its first extended capability of this kind, 0 if it
   * has none that a walk would come to. Needs no walker.
   */
  public static int offsetOf(int wanted, ConfigSpace space) {
    int last = space.length() - HEADER_LENGTH;
    int at = FIRST_OFFSET;
    int turnedTo = 0;
    int turns = 0;
    int untilNextMark = 1;
    while (at >= FIRST_OFFSET && at <= last) {
      int header = space.u32(at);
      if (header == 0 || header == -1) {
        return 0;
      }
      if ((header & ID_MASK) == wanted) {
        return at;
      }
      int next = header >>> 20 & ~3;
      // A loop leads back somewhere each time round. Of the places that were led back to one is
      // kept, and another one after twice as many: the list comes to it again (Brent 1980).
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
    // As long as a list ascends nothing can come again, and nothing has to be looked up.
    if (next <= offset || wentBack) {
      if (!wentBack) {
        markAscent();
      }
      if (isSeen(next)) {
        return WalkStep.LOOPED;
      }
      mark(next);
    }
    int found = space.u32(next);
    if (found == 0 || found == -1) {
      // At 0x100 both mean that there are no extended capabilities; further on the list is broken.
      if (next == FIRST_OFFSET) {
        return WalkStep.END;
      }
      return found == 0 ? WalkStep.UNCLEAN_END : WalkStep.ALL_ONES;
    }
    offset = next;
    header = found;
    next = header >>> 20 & ~3;
    return WalkStep.CAPABILITY;
  }

  /** Marks all offsets up to here, by going the ascending way to here once more. */
  private void markAscent() {
    wentBack = true;
    Arrays.fill(seen, 0);
    for (int at = FIRST_OFFSET; at < offset; at = space.u32(at) >>> 20 & ~3) {
      mark(at);
    }
    mark(offset);
  }

  private void mark(int entry) {
    seen[entry >>> 8] |= 1L << (entry >>> 2);
  }

  private boolean isSeen(int entry) {
    return (seen[entry >>> 8] & 1L << (entry >>> 2)) != 0;
  }

  /** Moves to the first capability of this kind from here on; returns its offset, or 0. */
  public int find(int wanted) {
    while (advance() == WalkStep.CAPABILITY) {
      if (id() == wanted) {
        return offset;
      }
    }
    return 0;
  }

  /** Id of the capability the walk stands on, 16 bits. */
  public int id() {
    return header & ID_MASK;
  }

  /** Version of the capability the walk stands on, 4 bits. */
  public int version() {
    return header >>> 16 & 0xF;
  }

  /** Bytes from the start of the space to the capability the walk stands on; 0x100 to 0xFFC. */
  public int offset() {
    return offset;
  }
}
