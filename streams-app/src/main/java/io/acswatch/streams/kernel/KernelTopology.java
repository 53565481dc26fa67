package io.acswatch.streams.kernel;

import io.acswatch.streams.state.Changelogs;
import io.acswatch.wire.TopicNames;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;

/**
 * From the groups of hosts to what they tell of the rules of their kernels.
 *
 * <pre>
 *  groups -> tell-kernel [host-kernels] -> (by kernel) -> join-kernels [kernels, kernel-hosts] -> kernels
 * </pre>
 */
public final class KernelTopology {
  private KernelTopology() {}

  public static void addTo(StreamsBuilder builder, TopicNames topics) {
    Serde<String> text = Serdes.String();
    Serde<byte[]> bytes = Serdes.ByteArray();
    KernelStores.ALL.forEach(name -> builder.addStateStore(Changelogs.store(name)));
    builder.stream(
            topics.groups(),
            Consumed.with(text, bytes)
                .withName("reported-groups")
                .withOffsetResetPolicy(AutoOffsetReset.earliest()))
        .process(TellKernel::new, Named.as("tell-kernel"), KernelStores.HOST_KERNELS)
        .repartition(
            Repartitioned.<String, byte[]>as(KernelStores.TOLD)
                .withKeySerde(text)
                .withValueSerde(bytes))
        .process(
            JoinKernels::new,
            Named.as("join-kernels"),
            KernelStores.KERNELS,
            KernelStores.KERNEL_HOSTS)
        .to(topics.kernels(), Produced.with(text, bytes).withName("kernels-sink"));
  }
}
