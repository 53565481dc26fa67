package io.acswatch.streams.topology;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Keeps the topic of host keys as a table. A start reads it whole before the first frame. */
final class KeepHostKeys implements Processor<String, byte[], Void, Void> {
  private KeyValueStore<String, byte[]> keys;

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    keys = context.getStateStore(Nodes.HOST_KEYS);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    if (record.key() != null) {
      keys.put(record.key(), record.value());
    }
  }
}
