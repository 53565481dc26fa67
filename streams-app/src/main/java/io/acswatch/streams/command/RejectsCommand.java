package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.cli.Program;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.topology.Refusal;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertText;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rejects}: lists refused records, shows one, sends them again. */
@Command(
    name = "rejects",
    description = {
      "Lists refused records, one line each: partition and offset, time, host, reason.",
      "--show prints one with its bytes and marks the wrong field. --replay sends them unchanged"
          + " to the frames topic again, for a streams application that understands them now.",
      "Not judged again: frames of a boot that is older than the current one of their host. They"
          + " are counted (acswatch_frames_passed_over_total)."
    })
final class RejectsCommand extends CliCommand {
  private static final Pattern PLACE = Pattern.compile("(\\d{1,9})@(\\d{1,18})");
  private static final int ROWS = 16;

  static final class Action {
    @Option(
        names = "--show",
        paramLabel = "PARTITION@OFFSET",
        description = "Print this record with its bytes.")
    private @Nullable String show;

    @Option(names = "--replay", description = "Send the listed records to the frames topic again.")
    private boolean replay;
  }

  @Mixin private ConfigOptions options = new ConfigOptions();
  @ArgGroup private Action action = new Action();

  @Option(
      names = "--host",
      paramLabel = "ID",
      description = "Only records with this key; may be repeated.")
  private List<String> hosts = List.of();

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "Only with this reason, for example unknown_type; may be repeated.")
  private List<String> reasons = List.of();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Only since then: 30m, 2h or 7d ago, a day, or an instant; default all.")
  private @Nullable Instant since;

  @Option(
      names = "--again",
      description = "With --replay: also records that this version sent again before.")
  private boolean again;

  @Option(
      names = "--all-bytes",
      description = "With --show: print all bytes, not only the wrong ones.")
  private boolean allBytes;

  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() throws IOException {
    IsolationConfig config = options.config();
    Matcher place = action.show == null ? null : PLACE.matcher(action.show);
    if (place != null && !place.matches()) {
      throw wrongUsage("--show=" + action.show + ", expected PARTITION@OFFSET as listed");
    }
    try (TopicReader reader = TopicReader.open(config, config.topics().rejects(), start())) {
      if (place != null) {
        show(reader, place);
      } else if (action.replay) {
        replay(config, reader);
      } else {
        each(reader, this::list);
      }
    } finally {
      flush();
    }
    return ExitCode.OK;
  }

  private long start() {
    return since == null ? TopicReader.BEGINNING : since.toEpochMilli();
  }

  /** Those that were there at the start and are asked for; those of one host in their order. */
  private void each(TopicReader reader, Consumer<Reject> use) {
    while (!reader.hasReachedEnd()) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
        Reject reject = new Reject(record);
        boolean asked =
            (hosts.isEmpty() || hosts.contains(reject.host()))
                && (reasons.isEmpty() || reasons.contains(reject.reason()));
        if (asked && reader.wasThere(record)) {
          use.accept(reject);
        }
      }
    }
  }

  private void list(Reject reject) {
    out().println(output.isJson() ? json(reject) : line(reject));
  }

  private static String line(Reject reject) {
    return "%-8s %s %s %s %s: %s%s"
        .formatted(
            reject.place(),
            Instant.ofEpochMilli(reject.record().timestamp()),
            reject.host().isEmpty() ? "-" : shown(reject.host()),
            reject.length() + " bytes",
            AlertText.printable(reject.reason()),
            AlertText.printable(reject.detail()),
            reject.replayedBy().isEmpty() ? "" : " (sent again by " + reject.replayedBy() + ")");
  }

  /** The key, which a stranger may have made as long as the record. */
  private static String shown(String host) {
    return host.length() <= FrameLimits.MAX_HOST
        ? AlertText.printable(host)
        : AlertText.printable(host.substring(0, FrameLimits.MAX_HOST))
            + "... (%d characters)".formatted(host.length());
  }

  private static String json(Reject reject) {
    return Json.object(
        json -> {
          json.writeNumberField("partition", reject.record().partition());
          json.writeNumberField("offset", reject.record().offset());
          Json.time(json, "refused", reject.record().timestamp());
          json.writeStringField("host", reject.host());
          json.writeStringField("reason", reject.reason());
          json.writeNumberField("at", reject.offset());
          json.writeStringField("detail", reject.detail());
          json.writeStringField("origin", reject.origin());
          json.writeNumberField("bytes", reject.length());
          json.writeStringField("cut", reject.cut());
          json.writeStringField("replayed_by", reject.replayedBy());
        });
  }

  private void show(TopicReader reader, Matcher place) {
    int partition = Integer.parseInt(place.group(1));
    long offset = Long.parseLong(place.group(2));
    if (partition < reader.partitions()) {
      reader.seek(partition, offset);
      while (!reader.hasReachedEnd()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
          if (record.partition() == partition && record.offset() == offset) {
            show(new Reject(record));
            return;
          }
        }
      }
    }
    throw new CommandFailure("no reject at " + action.show + "; the list says where they are");
  }

  private void show(Reject reject) {
    PrintWriter out = out();
    out.println("reject  " + reject.place());
    out.println("host    " + shown(reject.host()));
    out.println("came    " + AlertText.printable(reject.origin()));
    out.println("reason  " + AlertText.printable(reject.reason()));
    out.println("        " + AlertText.printable(reject.detail()));
    if (!reject.cut().isEmpty()) {
      out.println("cut     " + AlertText.printable(reject.cut()));
    }
    if (!reject.replayedBy().isEmpty()) {
      out.println("sent    again, by acswatch " + AlertText.printable(reject.replayedBy()));
    }
    out.println("bytes   " + reject.length());
    if (reject.length() > 0) {
      out.print(
          Hexdump.of(
              reject.record().value(),
              reject.offset(),
              AlertText.printable(reject.reason()),
              allBytes ? Integer.MAX_VALUE / 2 : ROWS));
    }
  }

  /** One by one: a list that ends in the middle says exactly how far it came. */
  private void replay(IsolationConfig config, TopicReader reader) {
    String frames = config.topics().frames();
    String version = Program.versionOf(IsolationApp.class);
    AtomicInteger sent = new AtomicInteger();
    try (TopicSender sender = new TopicSender(config, frames)) {
      each(
          reader,
          reject -> {
            String why = whyNot(reject, version, again);
            sent.addAndGet(why.isEmpty() ? 1 : 0);
            out()
                .println(
                    reject.place()
                        + (why.isEmpty()
                            ? " -> " + sender.send(reject.toSendAgain(frames, version))
                            : " left out: " + why));
            flush();
          });
    }
    if (sent.get() > 0) {
      remark(TopicNames.OLD_FRAMES_SENT);
    }
  }

  private static String whyNot(Reject reject, String version, boolean again) {
    if (reject.reason().equals(Refusal.BAD_COMMAND.label())) {
      return "it is no frame but a command; give that again";
    }
    if (!reject.cut().isEmpty()) {
      return "only its beginning was kept; it is at " + reject.origin();
    }
    return reject.replayedBy().equals(version) && !again
        ? "this version has sent it before, and it was refused again"
        : "";
  }
}
