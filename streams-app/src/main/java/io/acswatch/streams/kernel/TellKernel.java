package io.acswatch.streams.kernel;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.KernelJson;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what each host says of its kernel, by kernel, as it boots another or is retired; keyed by
 * host. The first groups of a boot tell it; later ones, of which registers may have changed, do
 * not.
 */
final class TellKernel implements Processor<String, byte[], String, byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(TellKernel.class);

  /** Release and version of a kernel; Linux has 64 characters for each. */
  private static final int MOST_NAMED = 1024;

  /** What a host tells of its kernel takes some kilobytes. */
  private static final int MAX_BYTES = 64 << 10;

  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, byte[]> told;

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    told = context.getStateStore(KernelStores.HOST_KERNELS);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    String host = record.key();
    if (host == null || FrameLimits.lengthOf(host) > FrameLimits.MAX_HOST) {
      LOG.warn("Groups of no host tell nothing of a kernel");
      return;
    }
    KernelKnowledge now = record.value() == null ? null : read(record);
    if (now == null && record.value() != null) {
      return;
    }
    if (now != null
        && (KernelStores.key(now).length() > MOST_NAMED
            || KernelStores.pack(now).length > MAX_BYTES)) {
      LOG.warn(
          "A kernel is left out: its names take more than {} characters, or its rules {} bytes",
          MOST_NAMED,
          MAX_BYTES);
      return;
    }
    KernelKnowledge before = KernelStores.unpack(told.get(host));
    boolean same =
        before != null && now != null && KernelStores.key(before).equals(KernelStores.key(now));
    if (before != null && !same) {
      tell(record, before, new KernelStores.Word(host, null));
    }
    if (now != null) {
      tell(record, now, new KernelStores.Word(host, now));
    }
    told.put(host, now == null ? null : KernelStores.pack(now));
  }

  private void tell(Record<String, byte[]> record, KernelKnowledge of, KernelStores.Word word) {
    context.forward(
        new Record<>(KernelStores.key(of), KernelStores.pack(word), record.timestamp()));
  }

  /** Others may write to the topic of groups: what is none is none of ours. */
  private static @Nullable KernelKnowledge read(Record<String, byte[]> record) {
    try {
      return KernelJson.readOfGroups(record.value());
    } catch (InputException damaged) {
      LOG.warn("Groups tell nothing of a kernel: {}", damaged.getMessage());
      return null;
    }
  }
}
