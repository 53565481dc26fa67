package io.acswatch.benchmarks.figure;

import io.acswatch.collector.command.ExitCode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bench plot}: a figure of the documentation. */
@Command(
    name = "plot",
    description = {
      "Draws a table as SVG: columns of numbers with commas between, over the first of them; a"
          + " first line with their names, and before it '# title: WORDS'."
    })
public final class PlotCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "CSV", description = "The table.")
  private Path table = Path.of("");

  @Parameters(index = "1", paramLabel = "SVG", description = "The file to write.")
  private Path figure = Path.of("");

  @Override
  public Integer call() throws IOException {
    Files.writeString(figure, draw(table));
    return ExitCode.OK;
  }

  /** The SVG of a table. */
  static String draw(Path table) throws IOException {
    try {
      return LinePlot.svg(Series.parse(Files.readAllLines(table)));
    } catch (FileSystemException unreadable) {
      throw unreadable;
    } catch (IOException refused) {
      throw new IOException(table + ": " + refused.getMessage(), refused);
    }
  }
}
