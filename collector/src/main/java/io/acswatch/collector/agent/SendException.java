package io.acswatch.collector.agent;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A frame could not be sent; the message is one line that says why. */
public final class SendException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean permanent;

  /** A failure; {@code permanent} if sending this frame again cannot help. */
  public SendException(String message, @Nullable Throwable cause, boolean permanent) {
    super(message, cause);
    this.permanent = permanent;
  }

  /** True if sending this frame again cannot help. */
  public boolean isPermanent() {
    return permanent;
  }
}
