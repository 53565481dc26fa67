package io.acswatch.wire.json;

/**
 * That somebody has seen an alert, or does not want to hear of it.
 *
 * @param author who
 * @param reason why
 * @param atMillis since when, milliseconds since 1970
 * @param untilMillis until when, milliseconds since 1970; {@link #WHILE_OPEN} for as long as the
 *     alert is open
 */
public record AlertMark(String author, String reason, long atMillis, long untilMillis) {
  /** No end of its own. */
  public static final long WHILE_OPEN = 0;

  /** True if it no longer counts at that time. */
  public boolean hasEnded(long nowMillis) {
    return untilMillis != WHILE_OPEN && untilMillis <= nowMillis;
  }
}
