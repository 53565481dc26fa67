package io.acswatch.collector.command;

import picocli.CommandLine.Option;

/** The option {@code --output} that all commands share which print data. */
public final class OutputOption {
  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text for people (default) or json, one object per line.")
  private OutputFormat format = OutputFormat.TEXT;

  /** True for JSON, one object per line. */
  public boolean isJson() {
    return format == OutputFormat.JSON;
  }
}
