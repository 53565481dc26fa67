package io.acswatch.collector.command;

import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.pci.liveupdate.Preflight;
import io.acswatch.pci.liveupdate.Snapshot;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertText;
import io.acswatch.wire.text.OwnersReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code preflight}: what a live update or an ordinary kexec now would do. */
@Command(
    name = "preflight",
    description = {
      "Foretells what a live update (default) or an ordinary kexec now would do to the isolation of"
          + " the VMs on this host, or on the host of a capture.",
      "go: nothing of severity high or critical would come of it. no-go: it would, or the kernel"
          + " would refuse to preserve a VM's device. unknown: it depends on what cannot be seen."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0   go",
      "  1   no-go",
      "  2   wrong usage",
      "  3   unknown, or the input is unreadable or damaged"
    })
final class PreflightCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private OutputOption output = new OutputOption();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CAPTURE",
      description = "Capture file, - for standard input; default is this host.")
  private @Nullable String file;

  @Option(
      names = "--owners",
      paramLabel = "FILE",
      description = "Lines 'owner TAB address TAB vm TAB source'; they replace those in CAPTURE.")
  private @Nullable Path owners;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = ModeConverter.class,
      description = "live-update (default) or plain-kexec.")
  private Preflight.Mode mode = Preflight.Mode.LIVE_UPDATE;

  @Option(
      names = "--target-kernel",
      paramLabel = "R",
      description =
          "The kernel to come: its release (uname -r), or the name of a model as of 'groups"
              + " --model'; default is the present one.")
  private @Nullable String targetKernel;

  @Option(
      names = "--target-cmdline",
      paramLabel = "C",
      description = "Command line of the kernel to come; default is the present one.")
  private @Nullable String targetCommandLine;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Without CAPTURE: read DIR/sys and DIR/proc instead of /sys and /proc.")
  private Path root = Path.of("/");

  @Override
  public Integer call() throws IOException {
    Capture capture = file == null ? thisHost() : CaptureInput.read(file);
    if (owners != null) {
      capture = capture.withOwners(OwnersReader.read(owners));
    }
    GroupingModel model = modelNamed(targetKernel);
    Preflight.Result result =
        Preflight.of(
            Snapshot.of(capture),
            mode,
            model == null ? targetKernel : null,
            targetCommandLine,
            model);
    PrintWriter out = Streams.out(spec);
    if (output.isJson()) {
      out.println(json(result));
    } else {
      print(out, result);
    }
    out.flush();
    return switch (result.outcome()) {
      case GO -> ExitCode.OK;
      case NO_GO -> ExitCode.FINDING;
      case UNKNOWN -> ExitCode.BAD_INPUT;
    };
  }

  private Capture thisHost() throws IOException {
    HostReader reader = new HostReader(new HostTree(root), Clock.systemUTC());
    return reader.read(reader.hostName(), reader.uptimeMillis(), List.of());
  }

  private static @Nullable GroupingModel modelNamed(@Nullable String kernel) {
    for (GroupingModel model : GroupingModel.values()) {
      if (model.label().equals(kernel)) {
        return model;
      }
    }
    return null;
  }

  private static String verdict(Preflight.Result result) {
    return result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String json(Preflight.Result result) throws IOException {
    return JsonLines.object(
        json -> {
          json.writeStringField("verdict", verdict(result));
          json.writeStringField("model", result.model().model().label());
          json.writeStringField("model_reason", result.model().reason());
          JsonLines.strings(json, "reasons", result.reasons());
          json.writeArrayFieldStart("findings");
          for (IsolationAlert alert : result.findings()) {
            json.writeRawValue(AlertJson.write(alert));
          }
          json.writeEndArray();
        });
  }

  private void print(PrintWriter out, Preflight.Result result) {
    out.println(verdict(result));
    result.reasons().forEach(reason -> out.println("  " + reason));
    out.println(
        "  model of the kernel to come: %s (%s)"
            .formatted(result.model().model().label(), result.model().reason()));
    for (IsolationAlert alert : result.findings()) {
      out.println();
      out.print(AlertText.render(alert, false));
    }
  }

  /** Reads {@code live-update} and {@code plain-kexec}. */
  static final class ModeConverter implements ITypeConverter<Preflight.Mode> {
    @Override
    public Preflight.Mode convert(String text) {
      return switch (text) {
        case "live-update" -> Preflight.Mode.LIVE_UPDATE;
        case "plain-kexec" -> Preflight.Mode.PLAIN_KEXEC;
        default ->
            throw new TypeConversionException(
                "\"" + text + "\", expected live-update or plain-kexec");
      };
    }
  }
}
