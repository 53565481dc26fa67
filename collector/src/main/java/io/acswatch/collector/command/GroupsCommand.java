package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.command.text.GroupsText;
import io.acswatch.collector.command.text.GroupsTree;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.GroupsJson;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "groups",
    description = {
      "Prints the IOMMU groups of each capture: as the kernel reports them, as its rules give"
          + " them from the registers (derived), and as the hardware keeps them apart (strict)."
          + " Strict trusts root ports, and functions of one device, that have no ACS.",
      "Text output is the PCI tree with VM, ACS Control bits and group of each function.",
      "If derived differs from the kernel's groups the reason is printed: registers changed"
          + " since grouping, registers of that time are missing (see --before), bytes were not"
          + " read, or the rules of this kernel are unknown."
    })
final class GroupsCommand extends CliCommand {
  @Mixin private TicketOutput output = new TicketOutput();
  @Mixin private ColourOption colour = new ColourOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "CAPTURE",
      description = "Capture files; - is standard input.")
  private List<String> files = List.of();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      converter = ModelConverter.class,
      description =
          "Rules to derive by, instead of those of the capture's kernel: legacy-early-acs,"
              + " legacy-6.15, legacy-7.0, legacy-late-acs-regressed, legacy-liveupdate,"
              + " bus-isolation-v3 or acs-override.")
  private @Nullable GroupingModel model;

  @Option(
      names = "--before",
      paramLabel = "CAPTURE",
      description =
          "Last capture of the previous boot: kernels from 6.18.16 on group some functions by"
              + " the registers that a kexec found.")
  private @Nullable String before;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = out();
    if (output.isPage() && files.size() > 1) {
      throw wrongUsage("--html takes one capture");
    }
    Snapshot earlier = before == null ? null : Snapshot.of(CaptureInput.read(before));
    for (String file : files) {
      PostedHost host = CaptureInput.host(file);
      Capture capture = host.toCapture();
      Snapshot snapshot = Snapshot.of(capture);
      SnapshotGroups groups = SnapshotGroups.of(snapshot, model, earlier);
      if (output.isJson()) {
        out.println(
            TicketOutput.json(
                file,
                json -> {
                  GroupsJson.write(json, snapshot, groups);
                  Json.objects(json, "missing", host.missing(), ImportCommand::write);
                }));
      } else {
        StringBuilder text =
            new StringBuilder(GroupsText.of(file, snapshot, groups, !host.lacksGroups()));
        text.append(GroupsTree.of(snapshot, groups, output.ink(colour), ColourOption.hasLines()));
        text.append(ImportCommand.remarks(host.contradictions(), host.missing()));
        output.print(out, "acswatch groups " + file, text.toString());
        out.print(files.size() > 1 ? "\n" : "");
        output.page(earlier, snapshot, List.of(), null, text.toString());
      }
      flush();
    }
    return ExitCode.OK;
  }

  static final class ModelConverter implements ITypeConverter<GroupingModel> {
    @Override
    public GroupingModel convert(String label) {
      try {
        return GroupingModel.ofLabel(label);
      } catch (IllegalArgumentException unknown) {
        throw new TypeConversionException(String.valueOf(unknown.getMessage()));
      }
    }
  }
}
