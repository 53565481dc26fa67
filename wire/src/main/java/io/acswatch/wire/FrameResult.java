package io.acswatch.wire;

import io.acswatch.pci.liveupdate.Snapshot;

/** What became of the bytes of one record: a snapshot, or the reason why not. */
public sealed interface FrameResult {
  /** The bytes were a sound frame. */
  record Accepted(Snapshot snapshot) implements FrameResult {}

  /**
   * The bytes were refused.
   *
   * @param reason one of few; fit for a metric label
   * @param offset bytes from the start of the frame to the field at fault
   * @param detail one line for people, with the value found and the one expected
   */
  record Rejected(RejectReason reason, int offset, String detail) implements FrameResult {
    @Override
    public String toString() {
      return "%s at offset %d: %s".formatted(reason.label(), offset, detail);
    }
  }
}
