package io.acswatch.cli;

/** Exit codes of all commands; part of the contract with scripts. */
public final class ExitCode {
  /** Done; nothing was found that anybody has to look at. */
  public static final int OK = 0;

  /** A finding of severity high or critical. */
  public static final int FINDING = 1;

  /** Wrong usage, settings included. */
  public static final int USAGE = 2;

  /** Input that is missing or damaged; a broker, file or port that cannot be used. */
  public static final int FAILED = 3;

  private ExitCode() {}
}
