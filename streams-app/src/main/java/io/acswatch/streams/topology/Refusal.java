package io.acswatch.streams.topology;

import java.util.Locale;

/**
 * Why a record was refused, apart from the {@linkplain io.acswatch.wire.frame.RejectReason reasons
 * that lie in its bytes}. Names are metric labels and header values: add, do not rename.
 */
public enum Refusal {
  NULL_KEY,
  NULL_VALUE,
  /** The key is not the host id in the frame, or the frame names no host. */
  HOST_MISMATCH,
  /** Keys of the host are trusted, and none of them has signed this. */
  BAD_SIGNATURE,
  /** A record on the commands topic is no command. */
  BAD_COMMAND,
  /** The frame is sound; what would be remembered of its host does not fit into a record. */
  TOO_LARGE,
  /** The frame is sound; judging it failed. A fault of acswatch's own, in the log. */
  JUDGEMENT_FAILED;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
