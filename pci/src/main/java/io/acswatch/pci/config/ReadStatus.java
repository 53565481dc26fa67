package io.acswatch.pci.config;

/**
 * How the bytes of a configuration space came about, and what may be concluded from them. The place
 * of a constant is its code in frames and states: add at the end, never move.
 */
public enum ReadStatus {
  COMPLETE,
  /** 64 or 128 bytes where the file has more: the reader lacked CAP_SYS_ADMIN. ACS is unknown. */
  TRUNCATED_UNPRIVILEGED,
  /** A PCI Express function of which only the first 256 bytes exist or were dumped. */
  EXT_UNAVAILABLE,
  /** Extended space repeats the first 256 bytes, so there is none. */
  EXT_ALIASED,
  /** Every byte reads 0xFF: the device is gone, disconnected or in D3cold. */
  ALL_ONES,
  /** Vendor 0x0001, rest 0xFF: not ready after a reset (RRS software visibility). */
  NOT_READY,
  /** A valid prefix, then 0xFF to the end: the device went away while it was read. */
  TORN_READ,
  /** Not read, so as not to wake a sleeping device. */
  ASLEEP,
  UNREADABLE;

  /**
   * True if the capabilities are known as far as the kernel itself can know them, an empty list
   * included. A sysfs file of 256 bytes means that the kernel reaches no further either.
   */
  public boolean isConclusive() {
    return this == COMPLETE || this == EXT_ALIASED || this == EXT_UNAVAILABLE;
  }
}
