package io.acswatch.cli;

import picocli.CommandLine.Option;

public final class OutputOption {
  public enum Output {
    TEXT,
    /** For programs: one JSON object per line. */
    JSON
  }

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "text for people (default), or json: one object per line.")
  private Output output = Output.TEXT;

  public boolean isJson() {
    return output == Output.JSON;
  }
}
