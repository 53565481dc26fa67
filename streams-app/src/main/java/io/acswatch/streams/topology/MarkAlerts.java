package io.acswatch.streams.topology;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertMarks;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Passes on what was judged, with what people have said of it: an alert to its history and to the
 * table of alert states.
 *
 * <p>An alert of a host of which nobody ever said anything, nearly all of them, passes as the bytes
 * it came as.
 */
final class MarkAlerts implements Processor<byte[], byte[], byte[], byte[]> {
  private final TopologyObserver observer;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, byte[]> marks;

  MarkAlerts(TopologyObserver observer) {
    this.observer = observer;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    marks = context.getStateStore(IsolationTopology.ALERT_MARKS);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String host = new String(record.key(), StandardCharsets.UTF_8);
    byte[] packed = marks.get(host);
    if (packed == null) {
      Output.ofUnmarked(record).forEach(output -> output.forward(context, record.timestamp()));
      return;
    }
    HostMarks said = HostMarks.unpack(packed);
    IsolationAlert judged = read(record.value());
    IsolationAlert alert = judged.with(judged.status(), judged.revision() + said.added());
    AlertMarks marksOfIt = said.of(alert);
    HostMarks next = said.after(alert);
    if (next != said) {
      marks.put(host, next.pack());
      observer.marked(context.taskId().partition(), host, next);
    }
    Output.of(alert, marksOfIt).forEach(output -> output.forward(context, record.timestamp()));
  }

  private static IsolationAlert read(byte[] json) {
    try {
      return AlertJson.read(json);
    } catch (InputException ownWords) {
      throw new SerializationException(ownWords);
    }
  }
}
