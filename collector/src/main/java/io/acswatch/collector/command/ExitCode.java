package io.acswatch.collector.command;

/** Exit codes of all commands; part of the contract with scripts. */
public final class ExitCode {
  /** Done; nothing was found that anybody has to look at. */
  public static final int OK = 0;

  /** A finding of severity high or critical. */
  public static final int FINDING = 1;

  /** Wrong usage. */
  public static final int USAGE = 2;

  /** Input that is missing, unreadable or damaged, or a broker or file that cannot be written. */
  public static final int BAD_INPUT = 3;

  private ExitCode() {}
}
