package io.acswatch.streams;

import io.acswatch.streams.topology.RetireHost;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retire}: asks the streams application to forget hosts. */
@Command(
    name = "retire",
    description = {
      "Asks the streams application to forget hosts that are gone for good: it resolves their"
          + " alerts and deletes them from the topics of alert states and groups.",
      "Stop the collector first: a host whose frames go on arriving is a new host from then on."
    })
final class RetireCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Parameters(arity = "1..*", paramLabel = "HOST", description = "Ids of the hosts.")
  private List<String> hosts = List.of();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for whoever reads the frames topic; default 'retired'.")
  private String reason = "retired";

  @Override
  public Integer call() throws AppException, InterruptedException {
    IsolationConfig config = options.config(Map.of());
    String frames = config.topics().frames();
    try (BrokerSession session = new BrokerSession(config)) {
      TopicSession.requireTopic(session, config, frames);
      PrintWriter out = spec.commandLine().getOut();
      try (Producer<String, byte[]> producer =
          new KafkaProducer<>(
              KafkaSettings.sender(config), new StringSerializer(), new ByteArraySerializer())) {
        for (String host : hosts) {
          RecordMetadata sent = producer.send(record(frames, host)).get();
          out.println(host + " -> " + sent);
        }
      } catch (ExecutionException | KafkaException refused) {
        Throwable cause = refused instanceof ExecutionException ? refused.getCause() : refused;
        throw session.refused(cause);
      } finally {
        out.flush();
      }
    }
    return StreamsMain.OK;
  }

  private ProducerRecord<String, byte[]> record(String topic, String host) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, host, null);
    record.headers().add(RetireHost.HEADER, reason.getBytes(StandardCharsets.UTF_8));
    return record;
  }
}
