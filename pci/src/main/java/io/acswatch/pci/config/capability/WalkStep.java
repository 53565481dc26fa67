package io.acswatch.pci.config.capability;

/** What one step along a capability list found. */
public enum WalkStep {
  /** A capability; the walk stands on it. */
  CAPABILITY,
  END,
  /** The list ended at a header of zeros in its middle; a clean list ends at a pointer of zero. */
  UNCLEAN_END,
  /** The next header lies outside the bytes that were read. */
  TRUNCATED,
  /** The next header was visited before. */
  LOOPED,
  /** The pointer leads into a region where no capability can be. */
  MISPLACED,
  /** The next header is all ones: the device went away, or the pointer is wrong. */
  ALL_ONES
}
