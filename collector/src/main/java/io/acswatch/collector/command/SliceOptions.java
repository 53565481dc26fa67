package io.acswatch.collector.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.collector.agent.ProducerSettings;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of which topic {@code replay} copies. */
final class SliceOptions {
  private static final Pattern OFFSETS = Pattern.compile("(\\d{1,9}):(\\d{1,18})?-(\\d{1,18})?");

  @Option(
      names = "--from-topic",
      required = true,
      paramLabel = "TOPIC",
      description = "Topic to copy from, for example acswatch.frames.")
  private String topic = "";

  @Option(
      names = "--since",
      paramLabel = "INSTANT",
      description = "Only what the broker took then or later, 2026-11-23T20:39:00Z.")
  private @Nullable Instant since;

  @Option(
      names = "--until",
      paramLabel = "INSTANT",
      description = "Only what the broker took before.")
  private @Nullable Instant until;

  @Option(
      names = "--offsets",
      paramLabel = "PARTITION:FROM-TO",
      description =
          "Only these of this partition, both included, either may be left out; may be repeated.")
  private List<String> offsets = List.of();

  @Option(
      names = "--only-host",
      paramLabel = "ID",
      description = "Only records with this key; may be repeated.")
  private List<String> hosts = List.of();

  /** Copies the slice to the frames topic of {@code target}; gives the number of records. */
  long copy(String bootstrapServers, TopicNames target, Duration timeout)
      throws IOException, InterruptedException {
    if (topic.equals(target.frames())) {
      throw CommandFailure.wrongUsage(
          "--from-topic=" + topic + " is where it would go to; say another --topic-prefix");
    }
    Map<Integer, FrameSlice.Range> ranges = ranges();
    Map<String, Object> settings =
        ProducerSettings.of(bootstrapServers, "acswatch-replay", timeout, Map.of());
    try (FrameSlice slice = FrameSlice.of(bootstrapServers, topic, timeout);
        SliceCopy copy = new SliceCopy(settings, target.frames())) {
      slice.between(since, until);
      if (!ranges.isEmpty()) {
        slice.only(ranges);
      }
      slice.forEach(
          record -> {
            if (hosts.isEmpty() || hosts.contains(key(record))) {
              copy.copy(record);
            }
          });
      return copy.finish();
    }
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  private Map<Integer, FrameSlice.Range> ranges() {
    Map<Integer, FrameSlice.Range> ranges = new HashMap<>();
    for (String text : offsets) {
      Matcher range = OFFSETS.matcher(text);
      if (!range.matches()) {
        throw CommandFailure.wrongUsage(
            "--offsets=" + text + ", expected PARTITION:FROM-TO, for example 0:100-250");
      }
      long from = range.group(2) == null ? 0 : Long.parseLong(range.group(2));
      long to = range.group(3) == null ? Long.MAX_VALUE : Long.parseLong(range.group(3)) + 1;
      ranges.put(Integer.parseInt(range.group(1)), new FrameSlice.Range(from, to));
    }
    return ranges;
  }
}
