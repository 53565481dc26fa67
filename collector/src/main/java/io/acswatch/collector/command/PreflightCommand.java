package io.acswatch.collector.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.command.text.ConsoleText;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.LiveUpdateSource;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.preflight.KexecAnswer;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code preflight}: what a live update or an ordinary kexec now would do. */
@Command(
    name = "preflight",
    description = {
      "Predicts what a kexec now would do to the isolation of the VMs on this host, or on the"
          + " host of a capture. It answers for a live update and for an ordinary kexec.",
      "go: no alert of severity high or critical would follow. no-go: one would, or the kernel"
          + " would refuse to preserve a VM's device. unknown: the answer depends on what cannot"
          + " be seen.",
      "Without owners (--owners, or owner lines in CAPTURE) the answer is go only if every"
          + " assignment of owners gives go."
    },
    exitCodeList = {
      "0:go",
      "1:no-go",
      "2:wrong usage",
      "3:unknown, or the input is unreadable or damaged"
    })
final class PreflightCommand extends CliCommand {
  @Mixin private OutputOption output = new OutputOption();
  @Mixin private ColourOption colour = new ColourOption();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CAPTURE",
      description =
          "A capture, or what you have of the host: text of lspci, a sosreport; - is standard"
              + " input. Default is this host.")
  private @Nullable String file;

  @Mixin private OwnersOption owners = new OwnersOption();

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = ModeConverter.class,
      description =
          "live-update or plain-kexec; default is both. The live update's answer counts if the"
              + " next kernel can preserve devices.")
  private Preflight.@Nullable Mode mode;

  @Option(
      names = "--target-kernel",
      paramLabel = "R",
      description =
          "Next kernel: its release (uname -r); better 'uname -rv' or 'Debian 6.1.174-1', since"
              + " 6.1.0-49-amd64 hides the patch level; or a model of 'groups --model'. Default"
              + " is the running kernel.")
  private @Nullable String targetKernel;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      converter = GroupsCommand.ModelConverter.class,
      description = "Grouping rules of the next kernel, instead of those of its release.")
  private @Nullable GroupingModel model;

  @Option(
      names = "--target-cmdline",
      paramLabel = "C",
      description = "Command line of the next kernel; default is the present one.")
  private @Nullable String targetCommandLine;

  @Option(
      names = "--target-config",
      paramLabel = "FILE",
      description =
          "Build configuration of the next kernel, which tells whether it can preserve PCI"
              + " devices. Without CAPTURE the default is /boot/config-R.")
  private @Nullable Path targetConfig;

  @Option(
      names = "--kernels",
      paramLabel = "FILE|URL",
      description =
          "What hosts that run kernels tell of their rules: output of 'kernels --output json', or the"
              + " address of the streams application. Brokers that are named are asked for the same.")
  private @Nullable String kernels;

  @Mixin private BrokerOptions broker = new BrokerOptions();

  private List<KernelKnowledge> known = List.of();
  private LiveUpdateAbility ability = LiveUpdateAbility.UNKNOWN;
  private List<PostedHost.Missing> undecided = List.of();
  private boolean lacksGroups;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Without CAPTURE: read DIR/sys and DIR/proc instead of /sys and /proc.")
  private Path root = Path.of("/");

  @Override
  public Integer call() throws IOException {
    Capture host = owners.in(file == null ? thisHost() : posted(file));
    known = kernelsKnown();
    ability = ability(Snapshot.of(host));
    KexecAnswer both =
        mode == null
            ? KexecAnswer.of(
                Snapshot.of(host), targetCommandLine, ability, kind -> foretold(host, kind))
            : null;
    Preflight.Result result = both == null ? foretold(host, mode) : both.verdict();
    PrintWriter out = out();
    out.print(output.isJson() ? json(result, both) + "\n" : text(result, both));
    flush();
    return switch (result.outcome()) {
      case GO -> ExitCode.OK;
      case NO_GO -> ExitCode.FINDING;
      case UNKNOWN -> ExitCode.FAILED;
    };
  }

  private Capture posted(String input) throws IOException {
    PostedHost posted = CaptureInput.host(input);
    undecided = posted.undecided();
    lacksGroups = posted.lacksGroups();
    return posted.toCapture();
  }

  private Preflight.Result foretold(Capture capture, Preflight.Mode kind) {
    Preflight.Result result =
        capture.owners().isEmpty() ? foretellForAnyOwners(capture, kind) : foretell(capture, kind);
    if (undecided.isEmpty()) {
      return result;
    }
    // What a posted text does not show may be what decides: it takes a whole host for a go.
    List<String> reasons = new ArrayList<>(result.reasons());
    undecided.forEach(one -> reasons.add(ImportCommand.line(one)));
    List<IsolationAlert> findings =
        result.findings().stream()
            .filter(alert -> !lacksGroups || alert.code() != AlertCode.IOMMU_OFF)
            .toList();
    return new Preflight.Result(
        result.outcome() == Preflight.Outcome.GO ? Preflight.Outcome.UNKNOWN : result.outcome(),
        reasons,
        findings,
        result.model());
  }

  private Preflight.Result foretell(Capture capture, Preflight.Mode kind) {
    return Preflight.of(
        Snapshot.of(capture),
        kind,
        targetRelease(),
        targetCommandLine,
        askedModel(),
        known,
        ability);
  }

  private @Nullable String targetRelease() {
    return GroupingModel.named(targetKernel).isEmpty() ? targetKernel : null;
  }

  private @Nullable GroupingModel askedModel() {
    return model == null ? GroupingModel.named(targetKernel).orElse(null) : model;
  }

  /** Whether the kernel to come can preserve devices: what it is asked of, or shows itself. */
  private LiveUpdateAbility ability(Snapshot present) throws IOException {
    if (targetConfig != null) {
      String text = Files.readString(targetConfig, StandardCharsets.ISO_8859_1);
      LiveUpdateAbility told = LiveUpdateAbility.ofConfig(targetConfig.toString(), text);
      if (told.equals(LiveUpdateAbility.UNKNOWN)) {
        throw new InputException(
            targetConfig.toString(), "is no build configuration of a kernel: no CONFIG_PCI in it");
      }
      return told;
    }
    LiveUpdateAbility shown = Preflight.ability(present, targetRelease(), askedModel());
    String release = targetRelease();
    return shown.equals(LiveUpdateAbility.UNKNOWN) && file == null && release != null
        ? new LiveUpdateSource(new HostTree(root)).ofInstalled(release.split(" ")[0])
        : shown;
  }

  private List<KernelKnowledge> kernelsKnown() throws IOException {
    List<KernelKnowledge> found = new ArrayList<>();
    if (kernels != null) {
      found.addAll(KernelsInput.of(kernels));
    }
    CollectorConfig config =
        KafkaClients.config(broker.settings(CollectorConfig.KEYS, CollectorConfig.FAMILY));
    if (!config.bootstrapServers().isEmpty()) {
      found.addAll(KernelsInput.ofBrokers(config));
    }
    return found;
  }

  /**
   * Where nobody is known to own anything, a go must hold whoever does: it is asked for as if each
   * group were a VM's, and what that VM would suffer makes the answer unknown.
   */
  private Preflight.Result foretellForAnyOwners(Capture capture, Preflight.Mode kind) {
    Preflight.Result known = foretell(capture, kind);
    if (known.outcome() != Preflight.Outcome.GO) {
      return known;
    }
    Preflight.Result supposed = foretell(capture.withOwners(oneVmPerGroup(capture)), kind);
    if (supposed.outcome() == Preflight.Outcome.GO) {
      return known;
    }
    List<String> reasons = new ArrayList<>();
    reasons.add("No owners are known, and it depends on them. If each group now were a VM's:");
    reasons.addAll(supposed.reasons());
    return new Preflight.Result(
        Preflight.Outcome.UNKNOWN, reasons, known.findings(), known.model());
  }

  /** Claims on the endpoints of each group in its name; each for itself if there are no groups. */
  private static List<OwnershipClaim> oneVmPerGroup(Capture capture) {
    Snapshot snapshot = Snapshot.of(capture);
    boolean groups = snapshot.hasReportedGroups();
    List<OwnershipClaim> claims = new ArrayList<>();
    for (PciFunction function : snapshot.functions()) {
      if (!function.isBridge() && function.kernel().hasGroup() == groups) {
        String vm = groups ? "group " + function.kernel().group() : function.address().toString();
        claims.add(new OwnershipClaim(function.address(), vm, "supposed"));
      }
    }
    return claims;
  }

  private Capture thisHost() throws IOException {
    HostReader reader = new HostReader(new HostTree(root), Clock.systemUTC());
    return reader.read(reader.hostName(), reader.uptimeMillis(), OwnershipReader.claimsOf(reader));
  }

  private String json(Preflight.Result result, @Nullable KexecAnswer both) throws IOException {
    return Json.object(
        json -> {
          json.writeStringField("verdict", result.outcome().label());
          json.writeStringField("model", result.model().model().label());
          json.writeStringField("model_reason", result.model().reason());
          json.writeStringField("preserves_devices", ability.answer().word());
          json.writeStringField("preserves_devices_reason", ability.evidence());
          Json.texts(json, "reasons", result.reasons());
          if (both != null) {
            kind(json, "as_live_update", both.update());
            kind(json, "as_ordinary_kexec", both.plain());
          }
          Json.objects(
              json,
              "findings",
              result.findings(),
              (out, alert) -> AlertJson.writeTo(out, alert, AlertLinks.DEFAULT));
        });
  }

  private static void kind(JsonGenerator json, String name, Preflight.Result result)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("verdict", result.outcome().label());
    Json.texts(json, "reasons", result.reasons());
    json.writeEndObject();
  }

  private String text(Preflight.Result result, @Nullable KexecAnswer both) {
    ConsoleText text = new ConsoleText().line(result.outcome().label());
    if (both == null || result != both.update() && result != both.plain()) {
      result.reasons().forEach(reason -> text.wrapped("  ", 4, reason));
    }
    if (both != null) {
      kind(text, "as a live update", both.update());
      kind(text, "as an ordinary kexec", both.plain());
    }
    text.wrapped(
        "  ",
        4,
        "model of the kernel to come: %s (%s)"
            .formatted(result.model().model().label(), result.model().reason()));
    String why = ability.evidence().isEmpty() ? "" : " (" + ability.evidence() + ")";
    text.wrapped(
        "  ", 4, "the kernel to come preserves PCI devices: " + ability.answer().word() + why);
    StringBuilder all = new StringBuilder(text.toString());
    for (IsolationAlert alert : result.findings()) {
      all.append('\n').append(ConsoleText.alert(alert, colour.ink()));
    }
    return all.toString();
  }

  private static void kind(ConsoleText text, String name, Preflight.Result result) {
    text.line("  " + name + ": " + result.outcome().label());
    result.reasons().forEach(reason -> text.wrapped("    ", 6, reason));
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
