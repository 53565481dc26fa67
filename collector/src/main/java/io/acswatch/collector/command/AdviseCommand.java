package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.command.text.AdviceText;
import io.acswatch.pci.advise.Advice;
import io.acswatch.pci.advise.Advisor;
import io.acswatch.pci.advise.Together;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.AdviceJson;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code advise}: how functions that share a group come apart. */
@Command(
    name = "advise",
    description = {
      "Says how functions that share an IOMMU group come apart: which function joins them and why,"
          + " and what would change it, cheapest first. Each way is tried by the forecast that"
          + " preflight uses.",
      "Without ADDRESS: each group that holds devices of several VMs, or several devices. With one:"
          + " that function apart from its group. With more: these apart from each other."
    },
    exitCodeList = {
      "0:advised",
      "2:wrong usage",
      "3:no such function, or input unreadable or damaged"
    })
final class AdviseCommand extends CliCommand {
  @Mixin private TicketOutput output = new TicketOutput();

  @Parameters(
      index = "0",
      paramLabel = "HOST",
      description =
          "A capture, or what you have of the host: text of lspci, a sosreport; - is standard"
              + " input.")
  private String file = "";

  @Parameters(
      index = "1..*",
      paramLabel = "ADDRESS",
      converter = CaptureInput.AddressConverter.class,
      description = "[dddd:]bb:dd.f.")
  private List<PciAddress> addresses = List.of();

  @Option(
      names = "--together",
      description =
          "With two ADDRESSes: which ports keep them from reaching each other directly, what ends"
              + " it, and which isolation is lost.")
  private boolean together;

  @Mixin private OwnersOption owners = new OwnersOption();

  @Option(
      names = "--before",
      paramLabel = "CAPTURE",
      description = "Last capture of the previous boot, whose registers may decide the groups.")
  private @Nullable String before;

  @Override
  public Integer call() throws IOException {
    if (together && addresses.size() != 2) {
      throw wrongUsage("--together takes two addresses");
    }
    PostedHost host = CaptureInput.host(file);
    Capture capture = owners.in(host.toCapture());
    Snapshot earlier = before == null ? null : Snapshot.of(CaptureInput.read(before));
    Snapshot present = Snapshot.of(capture);
    if (present.functions().isEmpty()) {
      throw new CommandFailure(CaptureInput.nameOf(file) + ": no function is in it");
    }
    Advisor advisor = new Advisor(present, earlier);
    for (PciAddress address : addresses) {
      if (!advisor.has(address)) {
        throw new CommandFailure(CaptureInput.nameOf(file) + ": has no function " + address);
      }
    }
    PrintWriter out = out();
    StringBuilder text = new StringBuilder();
    if (together) {
      Together answer = advisor.together(addresses.get(0), addresses.get(1));
      if (output.isJson()) {
        out.println(TicketOutput.json(file, json -> AdviceJson.write(json, answer)));
      }
      text.append(AdviceText.of(addresses.get(0), addresses.get(1), answer));
    } else {
      List<Advice> all = addresses.isEmpty() ? advisor.all() : List.of(advisor.apart(addresses));
      for (Advice advice : all) {
        if (output.isJson()) {
          out.println(TicketOutput.json(file, json -> AdviceJson.write(json, advice)));
        }
        text.append(text.isEmpty() ? "" : "\n").append(AdviceText.of(advice));
      }
      if (all.isEmpty()) {
        text.append(
            advisor.lacksGroups()
                ? "Which functions share a group is not known.\n"
                : "No group holds devices of several VMs, or several devices.\n");
      }
    }
    text.append(ImportCommand.remarks(host.contradictions(), host.missing()));
    if (!output.isJson()) {
      output.print(out, "acswatch advise " + file, text.toString());
    }
    output.page(
        earlier,
        present,
        List.of(),
        addresses.isEmpty() ? null : addresses.get(0),
        text.toString());
    flush();
    return ExitCode.OK;
  }
}
