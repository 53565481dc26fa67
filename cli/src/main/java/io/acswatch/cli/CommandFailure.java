package io.acswatch.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command; the message is the whole line that the user reads. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something outside is not as it must be; the message names it and says why. */
  public CommandFailure(String message) {
    this(ExitCode.FAILED, message, null);
  }

  public CommandFailure(String message, Throwable cause) {
    this(ExitCode.FAILED, message, cause);
  }

  /** The user said something that cannot be done; the message says what was expected. */
  public static CommandFailure wrongUsage(String message) {
    return new CommandFailure(ExitCode.USAGE, message, null);
  }

  public int exitCode() {
    return exitCode;
  }

  public static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
