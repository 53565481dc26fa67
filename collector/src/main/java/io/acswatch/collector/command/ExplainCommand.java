package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.command.text.ExplanationText;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.ExplanationJson;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: why functions are grouped as they are, and what keeps them apart. */
@Command(
    name = "explain",
    exitCodeList = {
      "0:explained",
      "2:wrong usage",
      "3:no such function, or input unreadable or damaged"
    },
    description = {
      "With one address: why the function is in its group, step by step, with the registers.",
      "With two: why they share a group; or what keeps them apart, and which single bit would"
          + " join them if lost.",
      "Without: the weak points of the host. These are ports and functions whose loss of a bit"
          + " would join two owners, most VMs first."
    })
final class ExplainCommand extends CliCommand {
  @Mixin private TicketOutput output = new TicketOutput();

  @Parameters(
      index = "0",
      paramLabel = "CAPTURE",
      description = "Capture file; - is standard input.")
  private String file = "";

  @Parameters(
      index = "1..*",
      arity = "0..2",
      paramLabel = "ADDRESS",
      converter = CaptureInput.AddressConverter.class,
      description = "[dddd:]bb:dd.f, at most two.")
  private List<PciAddress> addresses = List.of();

  @Mixin private OwnersOption owners = new OwnersOption();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      converter = GroupsCommand.ModelConverter.class,
      description = "Grouping rules to use instead of those of the capture's kernel.")
  private @Nullable GroupingModel model;

  @Option(
      names = "--before",
      paramLabel = "CAPTURE",
      description = "Last capture of the previous boot, whose registers may decide the groups.")
  private @Nullable String before;

  private String said = "";
  private List<String> contradictions = List.of();
  private List<PostedHost.Missing> undecided = List.of();

  @Override
  public Integer call() throws IOException {
    if (addresses.size() > 2) {
      throw wrongUsage("at most two addresses");
    }
    PostedHost host = CaptureInput.host(file);
    Capture capture = owners.in(host.toCapture());
    contradictions = host.contradictions();
    undecided = host.undecided();
    Snapshot earlier = before == null ? null : Snapshot.of(CaptureInput.read(before));
    Snapshot snapshot = Snapshot.of(capture);
    Explainer explainer = new Explainer(snapshot, model, earlier);
    List<Integer> functions =
        addresses.stream().map(address -> indexOf(explainer, address)).toList();
    switch (functions.size()) {
      case 0 -> weakPoints(explainer, !capture.owners().isEmpty());
      case 1 -> {
        Explanation one = explainer.explain(functions.get(0));
        print(
            json -> ExplanationJson.write(json, explainer.choice(), one),
            ExplanationText.of(explainer.choice(), one));
      }
      default -> {
        Explanation.Pair two = explainer.explain(functions.get(0), functions.get(1));
        print(
            json -> ExplanationJson.write(json, explainer.choice(), two),
            ExplanationText.of(explainer.choice(), two));
      }
    }
    output.page(earlier, snapshot, List.of(), addresses.isEmpty() ? null : addresses.get(0), said);
    flush();
    return ExitCode.OK;
  }

  private void show(String text) {
    said = text + ImportCommand.remarks(contradictions, undecided);
    output.print(out(), "acswatch explain " + file, said);
  }

  private int indexOf(Explainer explainer, PciAddress address) {
    return explainer
        .indexOf(address)
        .orElseThrow(
            () -> new CommandFailure(CaptureInput.nameOf(file) + ": has no function " + address));
  }

  private void weakPoints(Explainer explainer, boolean owned) {
    List<Explanation.WeakPoint> points = explainer.weakPoints();
    if (output.isJson()) {
      points.forEach(point -> print(json -> ExplanationJson.write(json, point), ""));
    } else {
      show(ExplanationText.of(explainer.choice(), points, owned));
    }
  }

  private void print(Json.Fields fields, String text) {
    if (!output.isJson()) {
      show(text);
      return;
    }
    out().println(TicketOutput.json(file, fields));
  }
}
