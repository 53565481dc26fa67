package io.acswatch.streams.incident;

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
 * The second half of the topology, from the history of alerts to incidents: causes that several
 * hosts have in common.
 *
 * <pre>
 *  alerts -> cause [alert-causes] -> (by cause) -> join [incidents, incident-hosts] -> incidents
 * </pre>
 */
public final class IncidentTopology {
  private IncidentTopology() {}

  public static void addTo(StreamsBuilder builder, TopicNames topics) {
    Serde<String> text = Serdes.String();
    Serde<byte[]> bytes = Serdes.ByteArray();
    IncidentStores.ALL.forEach(name -> builder.addStateStore(Changelogs.store(name)));
    builder.stream(
            topics.alerts(),
            Consumed.with(text, bytes)
                .withName("alert-history")
                .withOffsetResetPolicy(AutoOffsetReset.earliest()))
        .process(FindCause::new, Named.as("cause"), IncidentStores.ALERT_CAUSES)
        .repartition(
            Repartitioned.<String, byte[]>as(IncidentStores.CAUSES)
                .withKeySerde(text)
                .withValueSerde(bytes))
        .process(
            JoinIncidents::new,
            Named.as("join"),
            IncidentStores.INCIDENTS,
            IncidentStores.INCIDENT_HOSTS)
        .to(topics.incidents(), Produced.with(text, bytes).withName("incidents-sink"));
  }
}
