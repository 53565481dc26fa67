package io.acswatch.streams.app;

import io.acswatch.client.Incident;
import io.acswatch.streams.incident.IncidentStores;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Reads the incidents that this instance keeps, beside the stream threads that write them. */
final class IncidentStore {
  private final HostStore.Stores stores;

  IncidentStore(HostStore.Stores stores) {
    this.stores = stores;
  }

  /**
   * The incidents, in no order; few, for they are deleted a week after they were closed.
   *
   * @param host only those in which this host has an open alert; empty for all
   * @throws KafkaException while partitions move, or if none of them is here
   */
  List<Incident> read(String host) {
    ReadOnlyKeyValueStore<String, byte[]> parts = store(IncidentStores.INCIDENT_HOSTS);
    List<Incident> found = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store(IncidentStores.INCIDENTS).all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        if (host.isEmpty()
            || IncidentStores.isOpenPart(parts.get(IncidentStores.partKey(entry.key, host)))) {
          found.add(IncidentStores.unpackIncident(entry.value));
        }
      }
    }
    return found;
  }

  private ReadOnlyKeyValueStore<String, byte[]> store(String name) {
    return stores.apply(
        StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
  }
}
