package io.acswatch.wire;

import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Snapshot;

/** What became of the bytes of one record: what they say, or the reason why nothing. */
public sealed interface FrameResult {
  /** A sound snapshot. */
  record Accepted(Snapshot snapshot) implements FrameResult {}

  /** A sound heartbeat. */
  record AcceptedHeartbeat(Heartbeat heartbeat) implements FrameResult {}

  /** A sound kexec event. */
  record AcceptedKexecEvent(KexecEvent event) implements FrameResult {}

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
