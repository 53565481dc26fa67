package io.acswatch.streams.app;

import io.acswatch.cli.HttpAddress;
import io.acswatch.client.Incident;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.api.ApiException;
import io.acswatch.streams.api.Instances;
import io.acswatch.streams.api.Outage;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.incident.IncidentStores;
import io.acswatch.streams.kernel.KernelStores;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.streams.state.ReadFrames;
import io.acswatch.streams.topology.Nodes;
import io.acswatch.wire.InputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who keeps what, by the consumer group; and what is kept here, read beside its writers. */
final class StreamsInstances implements Instances {
  private static final Logger LOG = LoggerFactory.getLogger(StreamsInstances.class);

  private final HttpAddress self;
  private final String frames;
  private final FleetIndex fleet;
  private final Streams streams;

  /** What Kafka Streams tells; all of it may throw while it does not run, or partitions move. */
  interface Streams {
    boolean isRunning();

    /** Why not all is judged, null if it is; {@code whole}: all that is kept here is read. */
    @Nullable Outage outage(boolean whole);

    KeyQueryMetadata owner(String host);

    Collection<StreamsMetadata> keepers(String store);

    ReadOnlyKeyValueStore<String, byte[]> store(
        StoreQueryParameters<ReadOnlyKeyValueStore<String, byte[]>> query);
  }

  /** A view of all instances; hosts are shared out by the partitions of {@code frames}. */
  StreamsInstances(HttpAddress self, String frames, FleetIndex fleet, Streams streams) {
    this.self = self;
    this.frames = frames;
    this.fleet = fleet;
    this.streams = streams;
  }

  @Override
  public boolean isWhole() {
    return streams.isRunning()
        && !all().isEmpty()
        && fleet.toLoad().isEmpty()
        && fleet.partitions().containsAll(own());
  }

  /**
   * The partitions that this instance is to keep. After a kill they are its own by the group's
   * word, and are given to it only when the group has missed the process that was killed.
   */
  List<Integer> own() {
    return streams.keepers(Nodes.HOST_STATE).stream()
        .filter(keeper -> address(keeper.hostInfo()).equals(self()))
        .flatMap(keeper -> keeper.topicPartitions().stream())
        .filter(partition -> partition.topic().equals(frames))
        .map(TopicPartition::partition)
        .toList();
  }

  @Override
  public @Nullable Outage outage() {
    return streams.outage(isWhole());
  }

  @Override
  public String self() {
    return self.toString();
  }

  @Override
  public List<String> all() {
    return keepers(Nodes.HOST_STATE);
  }

  @Override
  public List<String> keepersOf(String list) {
    return keepers(list.equals("kernels") ? KernelStores.KERNELS : IncidentStores.INCIDENTS);
  }

  private List<String> keepers(String store) {
    try {
      return streams.keepers(store).stream()
          .map(StreamsMetadata::hostInfo)
          .map(StreamsInstances::address)
          .distinct()
          .toList();
    } catch (KafkaException | IllegalStateException notRunning) {
      return List.of();
    }
  }

  @Override
  public String ownerOf(String host) throws ApiException {
    if (fleet.host(host) != null) {
      return self();
    }
    KeyQueryMetadata owner;
    try {
      owner = streams.owner(host);
    } catch (KafkaException | IllegalStateException notRunning) {
      throw ApiException.unavailable(
          "the application does not judge yet: " + notRunning.getMessage());
    }
    if (owner.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw ApiException.unavailable("partitions are being shared out; ask again in a moment");
    }
    String address = address(owner.activeHost());
    if (address.equals(self()) && !fleet.partitions().contains(owner.partition())) {
      throw ApiException.unavailable(
          "partition %d is kept by an instance that says it is reached at %s, as this one does; give each a streams.http.advertised of its own, or wait until partitions are shared out"
              .formatted(owner.partition(), address));
    }
    return address;
  }

  private static String address(HostInfo info) {
    return new HttpAddress(info.host(), info.port()).toString();
  }

  @Override
  public @Nullable HostState state(String host) throws ApiException {
    try {
      byte[] packed = streams.store(query(Nodes.HOST_STATE)).get(host);
      return packed == null || host.equals(ReadFrames.KEY) ? null : HostStateSerde.unpack(packed);
    } catch (KafkaException | IllegalStateException moving) {
      throw ApiException.unavailable("the store is not open: " + moving.getMessage());
    }
  }

  @Override
  public List<Incident> incidents(String host) throws ApiException {
    List<Incident> found = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all =
        streams.store(query(IncidentStores.INCIDENTS)).all()) {
      var parts = streams.store(query(IncidentStores.INCIDENT_HOSTS));
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        if (host.isEmpty()
            || IncidentStores.isOpenPart(parts.get(IncidentStores.partKey(entry.key, host)))) {
          found.add(IncidentStores.unpackIncident(entry.value));
        }
      }
      return found;
    } catch (KafkaException | IllegalStateException moving) {
      throw ApiException.unavailable("the incidents are not open: " + moving.getMessage());
    }
  }

  @Override
  public List<KernelKnowledge> kernels() throws ApiException {
    List<KernelKnowledge> found = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = streams.store(query(KernelStores.KERNELS)).all()) {
      all.forEachRemaining(entry -> found.add(KernelStores.unpack(entry.value)));
      return found;
    } catch (KafkaException | IllegalStateException moving) {
      throw ApiException.unavailable("the kernels are not open: " + moving.getMessage());
    }
  }

  /** Reads what the index has not read yet; what cannot be read now is read the next time. */
  void load() {
    fleet
        .toLoad()
        .forEach(
            (number, partition) -> {
              try (KeyValueIterator<String, byte[]> states =
                  streams.store(query(Nodes.HOST_STATE).withPartition(number)).all()) {
                states.forEachRemaining(state -> load(state, partition));
                partition.loaded();
              } catch (KafkaException moved) {
                // Its next owner, or this one after the next rebalance, reads it again.
                LOG.info(
                    "The hosts of partition {} are not listed yet: {}", number, moved.getMessage());
              }
            });
  }

  private static void load(KeyValue<String, byte[]> state, FleetIndex.Partition partition) {
    if (state.key.equals(ReadFrames.KEY)) {
      return;
    }
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
