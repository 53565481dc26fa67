package io.acswatch.collector.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.CaptureWriter;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code import}: one capture from what there is of a host. */
@Command(
    name = "import",
    description = {
      "Makes one capture from what you have of one host: text of lspci (-vvv, -nn, -xxxx), lists of"
          + " IOMMU groups, kernel logs, captures, a sosreport or supportconfig as directory or"
          + " archive.",
      "On standard error it says from where each fact came, what contradicts, and what is missing"
          + " with the command that shows it. If two inputs describe one function, the one that"
          + " tells more counts."
    })
final class ImportCommand extends CliCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files or directories, all of one host; - is standard input.")
  private List<String> files = List.of();

  @Mixin private WholeFile file = new WholeFile();

  @Override
  public Integer call() throws IOException {
    PostedHost host = CaptureInput.host(files.toArray(String[]::new));
    Capture capture = host.toCapture();
    String text = CaptureWriter.toText(capture);
    file.write(out(), text);
    PrintWriter err = err();
    err.println(capture.functions().size() + " functions");
    host.origins().forEach(origin -> err.println("  " + origin));
    err.print(remarks(host.contradictions(), host.missing()));
    err.flush();
    return ExitCode.OK;
  }

  /** Lines on what contradicts and what is missing. */
  static String remarks(List<String> contradictions, List<PostedHost.Missing> missing) {
    StringBuilder lines = new StringBuilder();
    contradictions.forEach(one -> lines.append("contradiction: ").append(one).append('\n'));
    missing.forEach(one -> lines.append(line(one)).append('\n'));
    return lines.toString();
  }

  /** A line that says what is missing and how to learn it. */
  static String line(PostedHost.Missing missing) {
    return "missing: " + missing.what() + "; shown by: " + missing.command();
  }

  static void write(JsonGenerator json, PostedHost.Missing missing) throws IOException {
    json.writeStringField("what", missing.what());
    json.writeStringField("command", missing.command());
  }
}
