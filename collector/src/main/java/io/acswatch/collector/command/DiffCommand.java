package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Ink;
import io.acswatch.collector.command.text.ChangeTree;
import io.acswatch.collector.command.text.ConsoleText;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.judge.TimeLimits;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.text.OwnersReader;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff}: the alerts that two captures of one host raise. */
@Command(
    name = "diff",
    description = {
      "Compares two captures of one host as the streams application does. Prints the alerts"
          + " that the second one raises or resolves.",
      "Text output ends with the changed part of the PCI tree: VMs, ACS Control bits and"
          + " groups.",
      "The exit code is 1 if an alert is high or critical."
    })
final class DiffCommand extends CliCommand {
  @Mixin private TicketOutput output = new TicketOutput();
  @Mixin private ColourOption colour = new ColourOption();

  @Parameters(index = "0", paramLabel = "BEFORE", description = "The earlier capture.")
  private String before = "";

  @Parameters(index = "1", paramLabel = "AFTER", description = "The later capture.")
  private String after = "";

  @Option(
      names = "--owners",
      paramLabel = "FILE",
      description =
          "Lines 'owner TAB address TAB vm TAB source': the owners before, by address in"
              + " BEFORE. They replace those in BEFORE.")
  private @Nullable Path owners;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      converter = GroupsCommand.ModelConverter.class,
      description = "Grouping rules to use for both, instead of those of each capture's kernel.")
  private @Nullable GroupingModel model;

  @Override
  public Integer call() throws IOException {
    if (before.equals(CaptureInput.STANDARD_INPUT) && after.equals(before)) {
      throw wrongUsage("standard input can be one of the two captures, not both");
    }
    PostedHost first = CaptureInput.host(before);
    PostedHost second = CaptureInput.host(after);
    Capture earlier = first.toCapture();
    Capture later = second.toCapture();
    if (owners != null) {
      earlier = earlier.withOwners(OwnersReader.read(owners));
    }
    List<IsolationAlert> alerts =
        alerts(judged(earlier), judged(later)).stream()
            .filter(alert -> !second.lacksGroups() || alert.code() != AlertCode.IOMMU_OFF)
            .toList();
    List<String> open = new ArrayList<>();
    first.undecided().forEach(one -> open.add(before + ": " + ImportCommand.line(one)));
    second.undecided().forEach(one -> open.add(after + ": " + ImportCommand.line(one)));
    PrintWriter out = out();
    StringBuilder text = new StringBuilder();
    Ink ink = output.ink(colour);
    for (IsolationAlert alert : alerts) {
      if (output.isJson()) {
        out.println(AlertJson.write(alert, AlertLinks.DEFAULT));
      }
      text.append(ConsoleText.alert(alert, ink)).append('\n');
    }
    if (alerts.isEmpty()) {
      text.append(open.isEmpty() ? "no findings\n" : "unknown: no findings in what is shown\n");
    }
    open.forEach(line -> text.append(line).append('\n'));
    text.append(
        ChangeTree.of(Snapshot.of(earlier), Snapshot.of(later), ink, ColourOption.hasLines()));
    if (!output.isJson()) {
      output.print(out, "acswatch diff " + before + " " + after, text.toString());
    }
    output.page(judged(earlier), judged(later), alerts, null, text.toString());
    flush();
    boolean urgent =
        alerts.stream()
            .filter(alert -> alert.status() != AlertStatus.RESOLVED)
            .anyMatch(alert -> alert.severity().isAtLeast(Severity.HIGH));
    return urgent ? ExitCode.FINDING : open.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private Snapshot judged(Capture capture) {
    Snapshot snapshot = Snapshot.of(capture);
    return model == null ? snapshot : snapshot.judgedBy(model);
  }

  /** The alerts of the second snapshot after the first, as of one host. */
  static List<IsolationAlert> alerts(Snapshot earlier, Snapshot later) {
    // Nothing follows the second snapshot, so nothing can be waited for.
    return Judgement.between(earlier, later, TimeLimits.NONE).alerts();
  }
}
