package io.acswatch.streams.command;

import io.acswatch.client.Alert;
import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.json.AlertCommand;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ack}: says that somebody deals with an alert. */
@Command(
    name = "ack",
    description = {
      "Acknowledges open alerts: somebody has seen them and deals with them. It ends when the alert is"
          + " resolved or becomes more severe, and with --for or --until at that time.",
      "Everybody who reads the alerts sees who did, and why; the alert stays as open as it is."
    })
final class AckCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private SaidOption said = new SaidOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "FINGERPRINT",
      description = "Of the alerts, or the first digits as `alerts` shows them.")
  private List<String> fingerprints = List.of();

  @Override
  public Integer call() throws AppException, InterruptedException {
    said.command(AlertCommand.Action.ACKNOWLEDGE, "", ""); // before anything is looked up
    IsolationConfig config = options.config(Map.of());
    List<Alert> alerts = OpenAlertLookup.find(config, fingerprints);
    try (CommandSender sender = new CommandSender(config)) {
      for (Alert alert : alerts) {
        sender.say(
            alert.host(), said.command(AlertCommand.Action.ACKNOWLEDGE, alert.fingerprint(), ""));
        spec.commandLine()
            .getOut()
            .printf(
                "%s %s %s %s%n",
                said.lift() ? "lifted" : "acknowledged",
                alert.fingerprint(),
                alert.host(),
                alert.code());
        spec.commandLine().getOut().flush();
      }
    }
    return StreamsMain.OK;
  }
}
