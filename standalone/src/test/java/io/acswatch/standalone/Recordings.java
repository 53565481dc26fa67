package io.acswatch.standalone;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.text.CaptureReader;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Recorded kexecs, kept with the tests of the streams application. */
final class Recordings {
  private static final Path CAPTURES = Path.of("../streams-app/src/test/resources/captures");
  private static final long TAKEN_AT = 1_767_225_600_000L;

  private Recordings() {}

  /** {@code kexec-001-before} and so on, as taken on {@code host}. */
  static Capture capture(String name, String host) throws InputException {
    return CaptureReader.read(CAPTURES.resolve(name + ".cap")).withHost(host, 1, TAKEN_AT);
  }

  /** Sends a recording as the frame of a host, and waits until the broker has it. */
  static void send(IsolationConfig config, String name, String host) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", config.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      byte[] frame = FrameWriter.write(capture(name, host));
      producer.send(new ProducerRecord<>(config.topics().frames(), host, frame)).get();
    }
  }
}
