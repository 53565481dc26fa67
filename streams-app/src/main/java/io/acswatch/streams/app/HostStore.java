package io.acswatch.streams.app;

import static io.acswatch.streams.topology.Nodes.HOST_STATE;

import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.state.HostStateSerde;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the states of hosts that this instance keeps, beside the stream threads that write them.
 */
final class HostStore {
  private static final Logger LOG = LoggerFactory.getLogger(HostStore.class);

  private final Stores stores;

  /** Kafka Streams' {@code store}. */
  @FunctionalInterface
  interface Stores
      extends Function<
          StoreQueryParameters<ReadOnlyKeyValueStore<String, byte[]>>,
          ReadOnlyKeyValueStore<String, byte[]>> {}

  HostStore(Stores stores) {
    this.stores = stores;
  }

  /**
   * The state of a host; null if this instance keeps none of it.
   *
   * @throws KafkaException while partitions move
   */
  @Nullable HostState get(String host) {
    byte[] packed = stores.apply(query(HOST_STATE)).get(host);
    return packed == null ? null : HostStateSerde.unpack(packed);
  }

  /** Enters all hosts of these partitions that the index does not know yet. */
  void load(FleetIndex fleet) {
    for (int partition : fleet.partitions()) {
      try (KeyValueIterator<String, byte[]> states =
          stores.apply(query(HOST_STATE).withPartition(partition)).all()) {
        while (states.hasNext()) {
          KeyValue<String, byte[]> state = states.next();
          fleet.loaded(partition, state.key, HostStateSerde.unpack(state.value));
        }
      } catch (KafkaException moved) {
        // Its next owner, or this one after the next rebalance, reads it again.
        LOG.info("The hosts of partition {} are not listed yet: {}", partition, moved.getMessage());
      }
    }
  }

  private static StoreQueryParameters<ReadOnlyKeyValueStore<String, byte[]>> query(String store) {
    return StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.keyValueStore());
  }
}
