package io.acswatch.pci.judge;

/**
 * Whether what is remembered of a host is how it is: deltas lead on from one snapshot to the next,
 * and one that is missing leaves everything after it without a base.
 *
 * @param lastSequence number of the last snapshot or delta of the boot that was taken in, 0 if
 *     unknown; later than that of the snapshot remembered if it only repeated that one
 * @param broken something was missed: nothing certain is known of the host until its next whole
 *     snapshot
 */
public record Continuity(long lastSequence, boolean broken) {
  /** Of a host of which nothing is known. */
  public static final Continuity NONE = new Continuity(0, false);

  /** After a whole snapshot, or a delta that led on. */
  static Continuity at(long sequence) {
    return new Continuity(sequence, false);
  }

  /** After something was missed. */
  Continuity interrupted() {
    return new Continuity(lastSequence, true);
  }
}
