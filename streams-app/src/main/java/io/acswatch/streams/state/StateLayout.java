package io.acswatch.streams.state;

/** Constants of the packed host state; {@link HostStateSerde} draws it. */
final class StateLayout {
  static final int VERSION_AT = 0;

  /** The one layout there is. */
  static final int VERSION = 2;

  static final int FLAGS_AT = 1;
  static final int REVISION_AT = 4;
  static final int CURRENT_TAKEN_AT = 8;
  static final int CURRENT_SEQUENCE_AT = 16;
  static final int BASELINE_TAKEN_AT = 24;
  static final int BASELINE_SEQUENCE_AT = 32;
  static final int CURRENT_LENGTH_AT = 40;
  static final int BASELINE_LENGTH_AT = 44;
  static final int PENDING_COUNT_AT = 48;
  static final int INTENDED_COUNT_AT = 52;
  static final int ALERT_COUNT_AT = 56;
  static final int BOOT_COUNT_AT = 60;
  static final int FORGOTTEN_AT = 64;
  static final int DIGEST_AT = 72;
  static final int HEADER_LENGTH = DIGEST_AT + 2 * Long.BYTES;

  static final int HAS_BASELINE = 1;
  static final int HAS_CURRENT = 1 << 1;

  /** Both have the same facts, which are stored once. */
  static final int BASELINE_IS_CURRENT = 1 << 2;

  /** A repetition of the last snapshot was judged and told nothing: no other one can. */
  static final int IS_SETTLED = 1 << 3;

  /** A boot is heard beside the current one. */
  static final int HAS_RIVAL = 1 << 4;

  /** Least length of an entry: two texts, and what is beside them. */
  static final int PENDING_LENGTH = 2 * Integer.BYTES + Long.BYTES + Integer.BYTES;

  static final int ASSIGNMENT_LENGTH = 2 * Integer.BYTES;

  static final int BOOT_LENGTH = 2 * Integer.BYTES + 2 * Long.BYTES;

  private StateLayout() {}
}
