package io.acswatch.streams.app;

import io.acswatch.cli.HttpAddress;
import io.acswatch.client.Incident;
import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.api.Instances;
import io.acswatch.streams.fleet.FleetIndex;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/** Who keeps what, as Kafka Streams knows it from the consumer group. */
final class StreamsInstances implements Instances {
  private final HttpAddress self;
  private final HostStore hosts;
  private final FleetIndex fleet;
  private final Function<String, KeyQueryMetadata> owners;
  private final Supplier<Collection<StreamsMetadata>> all;
  private final IncidentStore incidents;
  private final Supplier<Collection<StreamsMetadata>> keepersOfIncidents;
  private final BooleanSupplier running;

  StreamsInstances(
      HttpAddress self,
      HostStore hosts,
      FleetIndex fleet,
      Function<String, KeyQueryMetadata> owners,
      Supplier<Collection<StreamsMetadata>> all,
      IncidentStore incidents,
      Supplier<Collection<StreamsMetadata>> keepersOfIncidents,
      BooleanSupplier running) {
    this.self = self;
    this.hosts = hosts;
    this.fleet = fleet;
    this.owners = owners;
    this.all = all;
    this.incidents = incidents;
    this.keepersOfIncidents = keepersOfIncidents;
    this.running = running;
  }

  @Override
  public boolean isWhole() {
    return running.getAsBoolean() && !all().isEmpty() && fleet.toLoad().isEmpty();
  }

  @Override
  public String self() {
    return self.toString();
  }

  @Override
  public List<String> all() {
    return addresses(all);
  }

  @Override
  public List<String> keepersOfIncidents() {
    return addresses(keepersOfIncidents);
  }

  private static List<String> addresses(Supplier<Collection<StreamsMetadata>> keepers) {
    try {
      return keepers.get().stream()
          .map(StreamsMetadata::hostInfo)
          .map(StreamsInstances::address)
          .distinct()
          .toList();
    } catch (KafkaException | IllegalStateException notRunning) {
      return List.of();
    }
  }

  @Override
  public String ownerOf(String host) throws MovingException {
    if (fleet.host(host) != null) {
      return self();
    }
    KeyQueryMetadata owner;
    try {
      owner = owners.apply(host);
    } catch (KafkaException | IllegalStateException notRunning) {
      throw new MovingException("the application does not judge yet: " + notRunning.getMessage());
    }
    if (owner.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw new MovingException("partitions are being shared out; ask again in a moment");
    }
    String address = address(owner.activeHost());
    if (address.equals(self()) && !fleet.partitions().contains(owner.partition())) {
      throw new MovingException(
          "partition %d is kept by an instance that says it is reached at %s, as this one does; give each a streams.http.advertised of its own, or wait until partitions are shared out"
              .formatted(owner.partition(), address));
    }
    return address;
  }

  private static String address(HostInfo info) {
    return new HttpAddress(info.host(), info.port()).toString();
  }

  @Override
  public @Nullable HostState state(String host) throws MovingException {
    try {
      return hosts.get(host);
    } catch (KafkaException | IllegalStateException moving) {
      throw new MovingException("the store is not open: " + moving.getMessage());
    }
  }

  @Override
  public List<Incident> incidents(String host) throws MovingException {
    try {
      return incidents.read(host);
    } catch (KafkaException | IllegalStateException moving) {
      throw new MovingException("the incidents are not open: " + moving.getMessage());
    }
  }
}
