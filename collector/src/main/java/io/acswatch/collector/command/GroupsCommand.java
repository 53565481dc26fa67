package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.collector.command.text.GroupsText;
import io.acswatch.collector.command.text.GroupsTree;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.GroupsJson;
import io.acswatch.wire.json.Json;
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

/** {@code groups}: the three partitions of a capture. */
@Command(
    name = "groups",
    description = {
      "Prints the IOMMU groups of each capture: those the kernel reports, those its rules make of"
          + " the registers (derived), and what the hardware keeps apart (strict). Of root ports"
          + " and functions of one device that have no ACS, strict assumes that they do.",
      "As text it is the PCI tree with the VM, the ACS Control bits and the group of each function.",
      "Where derived differs from what the kernel reports it says why: registers changed since the"
          + " groups were formed, the words of that moment are not in the capture (--before may have"
          + " them), bytes were not read, or the kernel follows rules that are not known here."
    })
final class GroupsCommand extends CliCommand {
  @Mixin private OutputOption output = new OutputOption();
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
          "The last capture of the boot before: kernels from 6.18.16 on group some functions by the"
              + " words that a kexec found.")
  private @Nullable String before;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = out();
    Snapshot earlier = before == null ? null : Snapshot.of(CaptureInput.read(before));
    for (String file : files) {
      Capture capture = CaptureInput.read(file);
      Snapshot snapshot = Snapshot.of(capture);
      SnapshotGroups groups = SnapshotGroups.of(snapshot, model, earlier);
      if (output.isJson()) {
        out.println(
            Json.object(
                json -> {
                  json.writeStringField("source", file);
                  GroupsJson.write(json, snapshot, groups);
                }));
      } else {
        out.print(GroupsText.of(file, snapshot, groups));
        out.print(GroupsTree.of(snapshot, groups, colour.ink(), ColourOption.hasLines()));
        out.print(files.size() > 1 ? "\n" : "");
      }
      flush();
    }
    return ExitCode.OK;
  }

  /** Reads a model by its label. */
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
