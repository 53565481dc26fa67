package io.acswatch.collector.command;

/** Ends a command with exit code 3; the message is the whole line that the user reads. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure with this message, which names what failed and why. */
  public CommandFailure(String message) {
    super(message);
  }
}
