package io.acswatch.streams.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.TopicReport;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "topics",
    description = {
      "Creates missing topics, with their partitions and settings, and prints how existing ones"
          + " differ. It never changes an existing topic."
    })
final class TopicsCommand extends CliCommand {

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--check",
      description = "Create nothing; exit code 1 if a topic is missing or differs.")
  private boolean check;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "Partitions of each topic; default 8 for new topics, any number for existing ones.")
  private @Nullable Integer partitions;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      description = "Replicas of each topic; default is the brokers'.")
  private @Nullable Short replicationFactor;

  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() throws IOException {
    refuseBelowOne("--partitions", partitions);
    refuseBelowOne("--replication-factor", replicationFactor);
    IsolationConfig config = options.config();
    Topics.Layout layout =
        new Topics.Layout(Optional.ofNullable(partitions), Optional.ofNullable(replicationFactor));
    List<TopicReport> reports =
        check ? Topics.check(config, layout) : Topics.create(config, layout);
    PrintWriter out = out();
    for (TopicReport report : reports) {
      out.println(output.isJson() ? json(report) : text(report));
    }
    flush();
    boolean asExpected = reports.stream().allMatch(TopicReport::isAsExpected);
    return check && !asExpected ? ExitCode.FINDING : ExitCode.OK;
  }

  private void refuseBelowOne(String option, @Nullable Number number) {
    if (number != null && number.intValue() < 1) {
      throw wrongUsage(option + "=" + number + ", expected 1 or more");
    }
  }

  private static String label(TopicReport report) {
    return report.action().name().toLowerCase(Locale.ROOT);
  }

  private static String text(TopicReport report) {
    StringBuilder text = new StringBuilder("%-8s %s".formatted(label(report), report.topic()));
    report
        .differences()
        .forEach(
            difference ->
                text.append(
                    "%n         %s is %s, expected %s"
                        .formatted(
                            difference.setting(), difference.found(), difference.expected())));
    return text.toString();
  }

  private static String json(TopicReport report) {
    return Json.object(
        json -> {
          json.writeStringField("topic", report.topic());
          json.writeStringField("action", label(report));
          Json.objects(json, "differences", report.differences(), TopicsCommand::write);
        });
  }

  private static void write(JsonGenerator json, TopicReport.Difference difference)
      throws IOException {
    json.writeStringField("setting", difference.setting());
    json.writeStringField("expected", difference.expected());
    json.writeStringField("found", difference.found());
  }
}
