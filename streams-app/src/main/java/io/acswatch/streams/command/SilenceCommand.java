package io.acswatch.streams.command;

import io.acswatch.client.Alert;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.json.AlertCommand;
import io.acswatch.wire.json.AlertMark;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code silence}: says that nobody wants to hear of alerts for a while. */
@Command(
    name = "silence",
    description = {
      "Silences alerts of hosts, those that are open and those to come, until a time: all of them, or"
          + " those of some codes, or single ones. They are judged and kept as ever, and marked; `alerts"
          + " --unhandled` and the Alertmanager bridge leave them out."
    })
final class SilenceCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private SaidOption said = new SaidOption();

  @Option(names = "--host", paramLabel = "ID", description = "Of this host; may be repeated.")
  private List<String> hosts = List.of();

  @Option(names = "--code", paramLabel = "CODE", description = "Of this code; may be repeated.")
  private List<String> codes = List.of();

  @Option(
      names = "--fingerprint",
      paramLabel = "FINGERPRINT",
      description = "This open alert, or its first digits; may be repeated.")
  private List<String> fingerprints = List.of();

  @Override
  public Integer call() throws AppException, InterruptedException {
    check();
    IsolationConfig config = options.config(Map.of());
    List<Alert> alerts =
        fingerprints.isEmpty() ? List.of() : OpenAlertLookup.find(config, fingerprints);
    try (CommandSender sender = new CommandSender(config)) {
      for (Alert alert : alerts) {
        say(sender, alert.host(), alert.fingerprint(), "");
      }
      for (String host : hosts) {
        for (String code : codes.isEmpty() ? List.of("") : codes) {
          say(sender, host, "", code);
        }
      }
    }
    return StreamsMain.OK;
  }

  private void check() {
    if (hosts.isEmpty() == fingerprints.isEmpty() || (hosts.isEmpty() && !codes.isEmpty())) {
      throw said.refused("expected --host ID, with --code or without, or --fingerprint");
    }
    for (String code : codes) {
      if (Arrays.stream(AlertCode.values()).noneMatch(known -> known.name().equals(code))) {
        throw said.refused("--code=" + code + " is no code; `acswatch alerts` shows them");
      }
    }
    said.command(AlertCommand.Action.SILENCE, "", "");
    if (!said.lift() && said.untilMillis(Instant.now()) == AlertMark.WHILE_OPEN) {
      throw said.refused("--for or --until is missing: no silence is for ever");
    }
  }

  private void say(CommandSender sender, String host, String fingerprint, String code)
      throws AppException, InterruptedException {
    AlertCommand command = said.command(AlertCommand.Action.SILENCE, fingerprint, code);
    sender.say(host, command);
    PrintWriter out = spec.commandLine().getOut();
    String what = fingerprint.isEmpty() ? (code.isEmpty() ? "all alerts" : code) : fingerprint;
    String end = said.lift() ? "" : " until " + Instant.ofEpochMilli(command.untilMillis());
    out.println((said.lift() ? "lifted " : "silenced ") + host + " " + what + end);
    out.flush();
  }
}
