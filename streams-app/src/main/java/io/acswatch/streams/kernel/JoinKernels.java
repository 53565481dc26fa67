package io.acswatch.streams.kernel;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.wire.json.KernelJson;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Adds up what hosts tell of one kernel; keyed by kernel. A kernel that no host runs any more is
 * deleted. What one change costs does not depend on how many hosts run it.
 */
final class JoinKernels implements Processor<String, byte[], String, byte[]> {
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, byte[]> kernels;
  private KeyValueStore<String, byte[]> hosts;

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    kernels = context.getStateStore(KernelStores.KERNELS);
    hosts = context.getStateStore(KernelStores.KERNEL_HOSTS);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    String key = record.key();
    KernelStores.Word word = KernelStores.unpackWord(record.value());
    String hostKey = KernelStores.hostKey(key, word.host());
    KernelKnowledge before = KernelStores.unpack(hosts.get(hostKey));
    KernelKnowledge all = KernelStores.unpack(kernels.get(key));
    KernelKnowledge now = word.told();
    if (before != null && all != null) {
      all = all.without(before);
    }
    if (now != null) {
      all = (all == null ? KernelKnowledge.none(now.release(), now.version()) : all).with(now);
    }
    hosts.put(hostKey, now == null ? null : KernelStores.pack(now));
    boolean gone = all == null || all.hosts() == 0;
    kernels.put(key, gone ? null : KernelStores.pack(all));
    context.forward(new Record<>(key, gone ? null : KernelJson.write(all), record.timestamp()));
  }
}
