package io.acswatch.streams.incident;

import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.client.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Joins hosts with one cause into an incident; keyed by cause.
 *
 * <p>An incident opens when two hosts have got alerts of one cause within {@link #WINDOW}; of a
 * kernel whose rules are not known, when one has. A host that gets one while it is open joins it,
 * however late. It closes when none of them has such an alert any more, and is deleted {@link
 * #KEPT} after that. All this goes by the time of the records.
 *
 * <p>What one change costs does not depend on how many hosts have joined.
 */
final class JoinIncidents implements Processor<String, byte[], String, byte[]> {
  /** Ids of hosts in an incident. */
  static final int SAMPLE = 20;

  /** How long a closed incident stays in the topic. */
  static final Duration KEPT = Duration.ofDays(7);

  /** Hosts that get alerts of one cause within this time have them together. */
  static final Duration WINDOW = Duration.ofHours(24);

  private static final Duration LOOK = Duration.ofHours(1);
  private static final char AFTER_SEPARATOR = IncidentStores.SEPARATOR + 1;

  private final IncidentSerde serde = new IncidentSerde();
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, byte[]> incidents;
  private KeyValueStore<String, byte[]> hosts;

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    incidents = context.getStateStore(IncidentStores.INCIDENTS);
    hosts = context.getStateStore(IncidentStores.INCIDENT_HOSTS);
    context.schedule(LOOK, PunctuationType.STREAM_TIME, this::deleteWhatIsOver);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    CauseChange change = CauseChange.unpack(record.value());
    String id = record.key();
    String key = IncidentStores.partKey(id, change.host());
    HostPart part = HostPart.unpack(hosts.get(key));
    if (change.cause() == null) {
      leave(id, key, part, change, record.timestamp());
    } else {
      join(id, key, part, change, record.timestamp());
    }
  }

  private void join(String id, String key, HostPart before, CauseChange change, long now) {
    Incident incident = incident(id);
    HostPart part = before.with(change.fingerprint(), change.severity(), now);
    if (incident != null && incident.isOpen()) {
      hosts.put(key, part.asCounted().pack());
      int joined = before.counted() ? 0 : 1;
      int opened = before.counted() && !before.fingerprints().isEmpty() ? 0 : 1;
      Severity severity = worse(incident.severity(), change.severity());
      if (opened > 0 || severity != incident.severity()) { // not just another alert of such a host
        List<String> sample = new ArrayList<>(incident.sample());
        if (joined > 0 && sample.size() < SAMPLE) {
          sample.add(change.host());
        }
        tell(
            incident,
            Incident.State.UPDATED,
            severity,
            incident.hosts() + joined,
            incident.openHosts() + opened,
            sample,
            now);
      }
      return;
    }
    hosts.put(key, part.pack());
    List<String> recent = recent(id, now);
    if (recent.size() >= change.cause().hostsToOpen()) {
      open(id, change, recent, incident == null ? 0 : incident.revision(), now);
    }
  }

  /**
   * Hosts that got the cause within the window and still have it, in order of their ids. Other
   * partitions of the alerts may be ahead of this one: what came later by its time counts too.
   *
   * <p>Few parts are there while no incident is open: two within the window open one.
   */
  private List<String> recent(String id, long now) {
    List<String> recent = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> parts = parts(id)) {
      while (parts.hasNext() && recent.size() < SAMPLE) {
        KeyValue<String, byte[]> entry = parts.next();
        HostPart part = HostPart.unpack(entry.value);
        if (!part.fingerprints().isEmpty()
            && Math.abs(now - part.sinceMillis()) <= WINDOW.toMillis()) {
          recent.add(entry.key.substring(IncidentStores.partKey(id, "").length()));
        }
      }
    }
    return recent;
  }

  private KeyValueIterator<String, byte[]> parts(String id) {
    return hosts.range(id + IncidentStores.SEPARATOR, id + AFTER_SEPARATOR);
  }

  private void open(String id, CauseChange change, List<String> recent, int revision, long now) {
    long first = now;
    Severity severity = change.severity();
    for (String host : recent) {
      String key = IncidentStores.partKey(id, host);
      HostPart part = HostPart.unpack(hosts.get(key));
      first = Math.min(first, part.sinceMillis());
      severity = worse(severity, part.severity());
      hosts.put(key, part.asCounted().pack());
    }
    AlertCause cause = change.cause();
    Incident opened =
        new Incident(
            1,
            id,
            revision,
            Incident.State.OPENED,
            cause.code(),
            severity,
            orNull(cause.platform()),
            cause.kernel(),
            orNull(cause.place()),
            orNull(cause.kind()),
            cause.bits(),
            Instant.ofEpochMilli(first).toString(),
            "",
            recent.size(),
            recent.size(),
            recent,
            "",
            Map.of());
    tell(opened, Incident.State.OPENED, severity, recent.size(), recent.size(), recent, now);
  }

  private static Severity worse(Severity one, Severity other) {
    return one.isAtLeast(other) ? one : other;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private void leave(String id, String key, HostPart before, CauseChange change, long now) {
    if (!before.fingerprints().contains(change.fingerprint())) {
      return;
    }
    HostPart part = before.without(change.fingerprint());
    if (!part.fingerprints().isEmpty()) {
      hosts.put(key, part.pack());
      return;
    }
    Incident incident = incident(id);
    if (!before.counted() || incident == null || !incident.isOpen()) {
      hosts.delete(key);
      return;
    }
    // Its part is kept: should it come back, it is not one more host.
    hosts.put(key, part.pack());
    int open = incident.openHosts() - 1;
    if (open == 0) {
      forgetHosts(id);
    }
    tell(
        incident,
        open == 0 ? Incident.State.CLOSED : Incident.State.UPDATED,
        incident.severity(),
        incident.hosts(),
        open,
        incident.sample(),
        now);
  }

  private void forgetHosts(String id) {
    keys(parts(id), part -> HostPart.unpack(part.value).fingerprints().isEmpty())
        .forEach(hosts::delete);
  }

  private static List<String> keys(
      KeyValueIterator<String, byte[]> entries, Predicate<KeyValue<String, byte[]>> wanted) {
    List<String> keys = new ArrayList<>();
    try (entries) {
      entries.forEachRemaining(
          entry -> {
            if (wanted.test(entry)) {
              keys.add(entry.key);
            }
          });
    }
    return keys;
  }

  private @Nullable Incident incident(String id) {
    return IncidentStores.unpackIncident(incidents.get(id));
  }

  private void tell(
      Incident before,
      Incident.State status,
      Severity severity,
      int hostCount,
      int openHosts,
      List<String> sample,
      long atMillis) {
    Incident told =
        new Incident(
            before.schemaVersion(),
            before.incident(),
            before.revision() + 1,
            status,
            before.code(),
            severity,
            before.platform(),
            before.kernel(),
            before.place(),
            before.kind(),
            before.bits(),
            before.openedAt(),
            Instant.ofEpochMilli(atMillis).toString(),
            hostCount,
            openHosts,
            sample,
            headline(before, hostCount, openHosts),
            before.more());
    byte[] json = serde.serialize("incidents", told);
    incidents.put(told.incident(), IncidentStores.packIncident(json));
    context.forward(new Record<>(told.incident(), json, atMillis));
  }

  /** One sentence: what, on how many hosts, and what they have in common. */
  private static String headline(Incident incident, int hosts, int openHosts) {
    StringBuilder text = new StringBuilder();
    text.append(incident.code())
        .append(" on ")
        .append(hosts)
        .append(hosts == 1 ? " host" : " hosts");
    if (openHosts != hosts) {
      text.append(", open on ").append(openHosts);
    }
    text.append(hosts == 1 ? ", with kernel " : ", all with kernel ").append(incident.kernel());
    if (incident.platform() != null) {
      text.append(" on platform ").append(incident.platform());
    }
    if (incident.place() != null) {
      text.append(", at ").append(incident.place());
    }
    if (!incident.bits().isEmpty()) {
      text.append(", bits ").append(String.join(" ", incident.bits()));
    }
    return text.toString();
  }

  private void deleteWhatIsOver(long nowMillis) {
    for (String id : keys(incidents.all(), entry -> isLongClosed(entry.value, nowMillis))) {
      incidents.delete(id);
      context.forward(new Record<>(id, null, nowMillis));
    }
  }

  private static boolean isLongClosed(byte[] packed, long nowMillis) {
    Incident incident = IncidentStores.unpackIncident(packed);
    Instant end = Instant.parse(incident.changedAt()).plus(KEPT);
    return !incident.isOpen() && end.toEpochMilli() <= nowMillis;
  }
}
