package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.iommu.RuleSet;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertText;
import io.acswatch.wire.json.KernelJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kernels}: which rules kernels follow, by the groups of the hosts that run them. */
@Command(
    name = "kernels",
    description = {
      "Prints which grouping rules each kernel follows, by the groups of its hosts: how many hosts"
          + " each rule set explains, and how many contradict it.",
      "The release of a distribution's kernel does not tell its rules. preflight --kernels reads"
          + " the output of --output json, so one host on a new kernel is enough for all others."
    })
final class KernelsCommand extends CliCommand {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() throws IOException {
    IsolationConfig config = options.config();
    PrintWriter out = out();
    try (TopicReader reader =
        TopicReader.open(config, config.topics().kernels(), TopicReader.BEGINNING)) {
      for (byte[] json : reader.table().values()) {
        if (output.isJson()) {
          out.println(new String(json, StandardCharsets.UTF_8));
        } else {
          print(out, KernelJson.read(json));
        }
      }
    }
    flush();
    return ExitCode.OK;
  }

  private static void print(PrintWriter out, KernelKnowledge kernel) throws InputException {
    String version = kernel.version().isEmpty() ? "" : "  " + kernel.version();
    out.println(AlertText.printable(kernel.release() + version));
    String unexplained =
        kernel.unexplained() == 0 ? "" : ", " + kernel.unexplained() + " follow no known rules";
    String apart =
        kernel.explaining().stream().map(RuleSet::model).distinct().count() > 1
            ? ", several models cannot be told apart"
            : "";
    out.println("  hosts: " + kernel.hosts() + unexplained + apart);
    for (KernelKnowledge.Told told : kernel.ruleSets()) {
      out.println(
          "  %-13s %s: explains %d, contradicted by %d, open %d"
              .formatted(
                  told.answer(),
                  told.rules().text(),
                  told.explained(),
                  told.contradicted(),
                  told.open()));
    }
  }
}
