package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code decode}: configuration space of every function. */
@Command(
    name = "decode",
    description = "Decodes the configuration space of every function: header, capabilities, ACS.")
final class DecodeCommand extends CliCommand {
  @Mixin private OutputOption output = new OutputOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Captures, or what you have of hosts: text of lspci, a sosreport; - is standard input.")
  private List<String> files = List.of();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = out();
    FunctionDecoder decoder = new FunctionDecoder();
    for (String file : files) {
      PostedHost host = CaptureInput.host(file);
      List<CapturedFunction> functions = host.functions();
      if (!output.isJson() && files.size() > 1) {
        out.println(file + ":");
      }
      for (CapturedFunction function : functions) {
        DecodedFunction decoded =
            DecodedFunction.of(function, decoder, host.isInWords(function.address()));
        if (output.isJson()) {
          out.println(decoded.toJson(file));
        } else {
          out.print(decoded.toText());
        }
      }
      flush();
    }
    return ExitCode.OK;
  }
}
