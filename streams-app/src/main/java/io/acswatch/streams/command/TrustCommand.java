package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.OutputOption;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.topology.TrustedKeys;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.json.AlertText;
import io.acswatch.wire.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trust}: says whose signature the frames of a host must have. */
@Command(
    name = "trust",
    description = {
      "Trusts the public key of a host. From then on the streams application takes no frame of this"
          + " host that the key has not signed; others go to the rejects as bad_signature.",
      "Without --key it shows the key that signed the host's frames of the last ten minutes."
          + " Compare it with what 'acswatch-collector check' prints on the host before you say yes."
    })
final class TrustCommand extends CliCommand {
  /** Two intervals of snapshots. */
  private static final Duration RECENT = Duration.ofMinutes(10);

  static final class Action {
    @Option(
        names = "--key",
        paramLabel = "KEY",
        description =
            "A public key as 'acswatch-collector check' prints it; - reads it from standard input."
                + " Give several while the host changes its key. They replace those before.")
    private List<String> keys = List.of();

    @Option(
        names = "--remove",
        description = "Trust no key of this host: its frames are taken unsigned again.")
    private boolean remove;

    @Option(names = "--list", description = "List hosts and their trusted keys.")
    private boolean list;
  }

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Parameters(arity = "0..1", paramLabel = "HOST", description = "Id of the host.")
  private @Nullable String host;

  @ArgGroup private Action action = new Action();
  @Mixin private ConfirmOption confirmation = new ConfirmOption();
  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() throws IOException {
    if (action.list == (host != null)) {
      throw wrongUsage(action.list ? "--list takes no host" : "HOST is missing");
    }
    IsolationConfig config = options.config();
    if (action.list) {
      list(config);
    } else if (host != null) {
      trust(config, ConfigOptions.host(host));
    }
    flush();
    return ExitCode.OK;
  }

  private void list(IsolationConfig config) throws InputException {
    Map<String, byte[]> table;
    try (TopicReader reader =
        TopicReader.open(config, config.topics().hostKeys(), TopicReader.BEGINNING)) {
      table = reader.table();
    }
    for (Map.Entry<String, byte[]> entry : table.entrySet()) {
      List<String> keys = TrustedKeys.read(entry.getValue()).keys();
      if (output.isJson()) {
        out()
            .println(
                Json.object(
                    json -> {
                      json.writeStringField("host", entry.getKey());
                      Json.texts(json, "keys", keys);
                    }));
      } else {
        out().println(AlertText.printable(entry.getKey() + "  " + String.join(" ", keys)));
      }
    }
  }

  private void trust(IsolationConfig config, String ofHost) throws IOException {
    byte[] key = ofHost.getBytes(StandardCharsets.UTF_8);
    byte[] value = null;
    String question = "Take frames of " + ofHost + " without a signature again?";
    if (!action.remove) {
      List<String> keys =
          action.keys.isEmpty() ? List.of(signerOf(config, key)) : keys(action.keys);
      value = new TrustedKeys(keys).json();
      out().println(AlertText.printable(ofHost + "  " + String.join(" ", keys)));
      flush();
      question = "Is this what 'acswatch-collector check' prints on this host?";
    }
    confirmation.confirm(question, "nothing was changed");
    String topic = config.topics().hostKeys();
    try (TopicSender sender = new TopicSender(config, topic)) {
      out()
          .println(
              AlertText.printable(ofHost)
                  + " -> "
                  + sender.send(new ProducerRecord<>(topic, key, value)));
    }
  }

  private List<String> keys(List<String> given) throws IOException {
    List<String> keys = new ArrayList<>();
    for (String text : given) {
      String key = text.equals("-") ? firstLineOfInput() : text;
      try {
        keys.add(FrameSignature.text(FrameSignature.publicKey(key)));
      } catch (IllegalArgumentException noKey) {
        throw wrongUsage("--key=" + key + ", " + noKey.getMessage());
      }
    }
    return keys;
  }

  private String firstLineOfInput() throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (line == null) {
      throw wrongUsage("--key=-, standard input is empty");
    }
    return line;
  }

  /** The one key that has signed frames of a host of late. */
  private static String signerOf(IsolationConfig config, byte[] host) {
    Set<String> signers = new LinkedHashSet<>();
    boolean seen = false;
    long start = System.currentTimeMillis() - RECENT.toMillis();
    try (TopicReader reader = TopicReader.open(config, config.topics().frames(), start)) {
      while (!reader.hasReachedEnd()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
          if (Arrays.equals(record.key(), host)) {
            seen = true;
            Header header = record.headers().lastHeader(FrameSignature.HEADER);
            if (header != null
                && header.value() != null
                && record.value() != null
                && FrameSignature.isOf(header.value(), host, record.value())) {
              signers.add(FrameSignature.keyOf(header.value()));
            }
          }
        }
      }
    }
    if (signers.size() != 1) {
      String found =
          signers.isEmpty()
              ? "no signed frame of this host came in the last ten minutes"
                  + (seen ? ", only unsigned ones" : "")
              : "several keys signed frames of this host: " + String.join(", ", signers);
      throw new CommandFailure(
          found + "; give --key with what 'acswatch-collector check' prints on the host");
    }
    return signers.iterator().next();
  }
}
