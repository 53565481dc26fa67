package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.HttpAddress;
import io.acswatch.streams.api.Outage;
import io.acswatch.streams.fleet.FleetIndex;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.junit.jupiter.api.Test;

class StreamsInstancesTest {
  private final FleetIndex fleet = new FleetIndex(Duration.ofMinutes(15), () -> 0);
  private boolean running = true;
  private Collection<StreamsMetadata> known =
      List.of(
          new Keeper(new HostInfo("127.0.0.1", 9640), Set.of()),
          new Keeper(new HostInfo("::1", 9641), Set.of(new TopicPartition("frames", 4))));

  private final StreamsInstances instances =
      new StreamsInstances(new HttpAddress("127.0.0.1", 9640), "frames", fleet, new Known());

  /** One instance, as Kafka Streams tells of it. */
  private record Keeper(HostInfo hostInfo, Set<TopicPartition> topicPartitions)
      implements StreamsMetadata {
    @Override
    public Set<String> stateStoreNames() {
      return Set.of();
    }

    @Override
    public Set<TopicPartition> standbyTopicPartitions() {
      return Set.of();
    }

    @Override
    public Set<String> standbyStateStoreNames() {
      return Set.of();
    }

    @Override
    public String host() {
      return hostInfo.host();
    }

    @Override
    public int port() {
      return hostInfo.port();
    }
  }

  /** Kafka Streams without stores. */
  private final class Known implements StreamsInstances.Streams {
    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public Outage outage(boolean whole) {
      return whole ? null : new Outage("not whole", 7);
    }

    @Override
    public KeyQueryMetadata owner(String host) {
      return KeyQueryMetadata.NOT_AVAILABLE;
    }

    @Override
    public Collection<StreamsMetadata> keepers(String store) {
      if (!running) {
        throw new IllegalStateException("KafkaStreams is not running");
      }
      return known;
    }

    @Override
    public ReadOnlyKeyValueStore<String, byte[]> store(
        StoreQueryParameters<ReadOnlyKeyValueStore<String, byte[]>> query) {
      throw new InvalidStateStoreException("closed");
    }
  }

  /** After a kill the group still holds the partitions for the process that is gone. */
  @Test
  void isNotWholeBeforeItGotThePartitionsThatAreItsOwn() {
    known =
        List.of(
            new Keeper(
                new HostInfo("127.0.0.1", 9640),
                Set.of(new TopicPartition("frames", 3), new TopicPartition("other", 5))));
    assertFalse(instances.isWhole(), "partition 3 was not given to it yet");
    assertEquals("not whole", instances.outage().reason());

    fleet.opened(3);
    fleet.toLoad().get(3).loaded();
    assertTrue(instances.isWhole());
    assertNull(instances.outage());
  }

  @Test
  void isWholeWhileItRunsAndKnowsTheOthersAndHasReadItsStores() {
    assertTrue(instances.isWhole());
    assertEquals(List.of("127.0.0.1:9640", "[::1]:9641"), instances.all());

    fleet.opened(3);
    assertFalse(instances.isWhole(), "a store is not read yet");
    fleet.toLoad().get(3).loaded();
    assertTrue(instances.isWhole());

    known = List.of();
    assertFalse(instances.isWhole(), "nobody is known");

    running = false;
    assertFalse(instances.isWhole(), "it does not run");
    assertEquals(List.of(), instances.all());
  }
}
