package io.acswatch.wire.frame;

import java.util.Locale;

/** Why a frame was refused. Names are metric labels and header values: add, do not rename. */
public enum RejectReason {
  /** Less bytes than the fixed header has. */
  TOO_SHORT,
  BAD_MAGIC,
  UNKNOWN_VERSION,
  UNKNOWN_TYPE,
  /** The frame says that it is longer than the record. */
  TRUNCATED,
  /** The record goes on after the end of the frame. */
  TRAILING_BYTES,
  /** Lengths and counts in it do not agree with each other or exceed a limit. */
  BAD_LENGTH,
  /** The mask of a function names lines beyond its length or not those that are there. */
  BAD_MASK,
  /** A string is not UTF-8, or there is none of the number that is referred to. */
  BAD_STRING,
  BAD_STATUS,
  BAD_ADDRESS,
  DUPLICATE_ADDRESS,
  /** Functions are not in ascending order of address. */
  BAD_ORDER,
  BAD_VALUE;

  /** Lower-case name, for metrics and record headers. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
