package io.acswatch.streams.app;

import static io.acswatch.streams.topology.Nodes.HOST_STATE;

import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.wire.InputException;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
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

  /** Reads what the index has not read yet; what cannot be read now is read the next time. */
  void load(FleetIndex fleet) {
    fleet
        .toLoad()
        .forEach(
            (number, partition) -> {
              try (KeyValueIterator<String, byte[]> states =
                  stores.apply(query(HOST_STATE).withPartition(number)).all()) {
                while (states.hasNext()) {
                  load(states.next(), partition);
                }
                partition.loaded();
              } catch (KafkaException moved) {
                // Its next owner, or this one after the next rebalance, reads it again.
                LOG.info(
                    "The hosts of partition {} are not listed yet: {}", number, moved.getMessage());
              }
            });
  }

  private static void load(KeyValue<String, byte[]> state, FleetIndex.Partition partition) {
    try {
      partition.load(state.key, HostStateSerde.unpack(state.value));
    } catch (SerializationException damaged) {
      LOG.warn("Host {} is not listed: {}", InputException.quote(state.key), damaged.getMessage());
    }
  }

  private static StoreQueryParameters<ReadOnlyKeyValueStore<String, byte[]>> query(String store) {
    return StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.keyValueStore());
  }
}
