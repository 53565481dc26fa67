package io.acswatch.wire.frame;

/**
 * Why the bytes of a record were refused.
 *
 * @param reason one of few; fit for a metric label
 * @param offset bytes from the start of the frame to the field at fault
 * @param detail one line for people, with the value found and the one expected
 */
public record Rejected(RejectReason reason, int offset, String detail) {
  @Override
  public String toString() {
    return "%s at offset %d: %s".formatted(reason.label(), offset, detail);
  }
}
