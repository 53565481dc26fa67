package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.collector.command.text.ChangeTree;
import io.acswatch.collector.command.text.ConsoleText;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.judge.TimeLimits;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.text.OwnersReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
  @Mixin private OutputOption output = new OutputOption();
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
    Capture earlier = CaptureInput.read(before);
    Capture later = CaptureInput.read(after);
    if (owners != null) {
      earlier = earlier.withOwners(OwnersReader.read(owners));
    }
    List<IsolationAlert> alerts = alerts(judged(earlier), judged(later));
    PrintWriter out = out();
    for (IsolationAlert alert : alerts) {
      out.println(
          output.isJson()
              ? AlertJson.write(alert, AlertLinks.DEFAULT)
              : ConsoleText.alert(alert, colour.ink()));
    }
    if (!output.isJson()) {
      out.print(alerts.isEmpty() ? "no findings\n" : "");
      out.print(
          ChangeTree.of(
              Snapshot.of(earlier), Snapshot.of(later), colour.ink(), ColourOption.hasLines()));
    }
    flush();
    boolean urgent =
        alerts.stream()
            .filter(alert -> alert.status() != AlertStatus.RESOLVED)
            .anyMatch(alert -> alert.severity().isAtLeast(Severity.HIGH));
    return urgent ? ExitCode.FINDING : ExitCode.OK;
  }

  private Snapshot judged(Capture capture) {
    Snapshot snapshot = Snapshot.of(capture);
    return model == null ? snapshot : snapshot.judgedBy(model);
  }

  /** The alerts of the second snapshot after the first, as of one host. */
  static List<IsolationAlert> alerts(Snapshot earlier, Snapshot later) {
    HostState known = Judgement.apply(HostState.NONE, earlier).state();
    // Nothing follows the second snapshot, so nothing can be waited for.
    return Judgement.apply(known, later, TimeLimits.NONE).alerts();
  }
}
