package io.acswatch.streams.incident;

import io.acswatch.wire.TopicNames;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The second half of the topology, from the history of alerts to incidents: causes that several
 * hosts have in common.
 *
 * <pre>
 *  alerts -> cause [alert-causes] -> (by cause) -> join [incidents, incident-hosts, arrivals] -> incidents
 * </pre>
 */
public final class IncidentTopology {
  /** Hosts that get alerts of one cause within this time have them together. */
  public static final Duration WINDOW = Duration.ofHours(24);

  /** Fingerprint to severity and id of the cause that was told of it. */
  public static final String ALERT_CAUSES = "alert-causes";

  /** The store: id of a cause to its incident, as in the topic. */
  public static final String INCIDENTS_STORE = "incidents";

  /** The store: {@link #partKey} to a host's part in it. */
  public static final String INCIDENT_HOSTS = "incident-hosts";

  static final String ARRIVALS = "incident-arrivals";

  private IncidentTopology() {}

  public static void addTo(StreamsBuilder builder, TopicNames topics) {
    Serde<String> text = Serdes.String();
    Serde<byte[]> bytes = Serdes.ByteArray();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(store(ALERT_CAUSES), text, text)
            .withCachingDisabled()
            .withLoggingEnabled(Map.of()));
    // Arrivals are within a window of time, but in no window store: with exactly-once one without
    // segments has no offsets to go on from, and was read back anew at every start (Kafka 4.3.1).
    for (String name : new String[] {INCIDENTS_STORE, INCIDENT_HOSTS, ARRIVALS}) {
      builder.addStateStore(
          Stores.keyValueStoreBuilder(store(name), text, bytes)
              .withCachingDisabled()
              .withLoggingEnabled(Map.of()));
    }
    builder.stream(
            topics.alerts(),
            Consumed.with(text, bytes)
                .withName("alert-history")
                .withOffsetResetPolicy(AutoOffsetReset.earliest()))
        .process(FindCause::new, Named.as("cause"), ALERT_CAUSES)
        .repartition(
            Repartitioned.<String, byte[]>as("causes").withKeySerde(text).withValueSerde(bytes))
        .process(JoinIncidents::new, Named.as("join"), INCIDENTS_STORE, INCIDENT_HOSTS, ARRIVALS)
        .to(topics.incidents(), Produced.with(text, bytes).withName("incidents-sink"));
  }

  /** Where the part of a host in an incident is kept, beside the incident itself. */
  public static String partKey(String incident, String host) {
    return incident + JoinIncidents.SEPARATOR + host;
  }

  /** True if by this part its host has joined, and has an open alert of the cause. */
  public static boolean isOpenPart(byte @Nullable [] packed) {
    HostPart part = HostPart.unpack(packed);
    return part.counted() && !part.fingerprints().isEmpty();
  }

  private static KeyValueBytesStoreSupplier store(String name) {
    return Stores.persistentKeyValueStore(name);
  }
}
