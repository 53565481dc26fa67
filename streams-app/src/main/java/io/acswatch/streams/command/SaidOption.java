package io.acswatch.streams.command;

import io.acswatch.wire.json.AlertCommand;
import io.acswatch.wire.json.AlertMark;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who says something of alerts, why, and until when. */
final class SaidOption {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; consumers read it.")
  private String reason = "";

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "Who says so; default is the name you are logged in with.")
  private String author = System.getProperty("user.name", "");

  @Option(names = "--for", paramLabel = "TIME", description = "How long: 30m, 2h, 7d.")
  private @Nullable String length;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = TimeOption.Converter.class,
      description = "Until when instead: a day, or an instant.")
  private @Nullable TimeOption until;

  @Option(names = "--lift", description = "What was said of the same alerts counts no more.")
  private boolean lift;

  boolean lift() {
    return lift;
  }

  /** The command; refuses what the streams application would refuse. */
  AlertCommand command(AlertCommand.Action action, String fingerprint, String code) {
    String why = lift && reason.isEmpty() ? "lifted" : reason;
    require("--reason", why, AlertCommand.MAX_REASON);
    require("--author", author, AlertCommand.MAX_AUTHOR);
    return new AlertCommand(
        lift ? AlertCommand.Action.LIFT : action,
        fingerprint,
        code,
        author,
        why,
        lift ? AlertMark.WHILE_OPEN : untilMillis(Instant.now()));
  }

  /** When it is to end; refuses an end that is over. */
  long untilMillis(Instant now) {
    if (length != null && until != null) {
      throw refused("--for or --until, not both");
    }
    if (length != null) {
      return now.plus(duration()).toEpochMilli();
    }
    if (until != null && !until.at().isAfter(now)) {
      throw refused("--until=" + until.at() + " is over");
    }
    return until == null ? AlertMark.WHILE_OPEN : until.at().toEpochMilli();
  }

  private Duration duration() {
    try {
      return TimeOption.parseDuration(length);
    } catch (RuntimeException notALength) {
      throw refused("--for: " + notALength.getMessage());
    }
  }

  private void require(String option, String text, int characters) {
    if (text.isBlank() || text.length() > characters) {
      throw refused(
          "%s has %d characters, expected 1 to %d".formatted(option, text.length(), characters));
    }
  }

  ParameterException refused(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }
}
