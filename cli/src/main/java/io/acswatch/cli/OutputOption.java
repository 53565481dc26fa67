package io.acswatch.cli;

import picocli.CommandLine.Option;

/** The option {@code --output} of all commands that print data. */
public final class OutputOption {
  public enum Output {
    /** For people. */
    TEXT,
    /** For programs: one JSON object per line. */
    JSON
  }

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "text for people (default), or json: one object per line.")
  private Output output = Output.TEXT;

  /** True for JSON, one object per line. */
  public boolean isJson() {
    return output == Output.JSON;
  }
}
