package io.acswatch.collector.command;

import picocli.CommandLine.Option;

/** The option {@code --output} that all commands share which print data. */
final class OutputOption {
  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text for people (default) or json, one object per line.")
  private OutputFormat format = OutputFormat.TEXT;

  boolean isJson() {
    return format == OutputFormat.JSON;
  }
}
