package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Property.Violation;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.simulate.SimulatedRecords;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * What must be on the topics after a round, told from the frames that are in their topic and from
 * the oracle of the simulation. It shares no code with the topology: a frame is read by {@code
 * wire}, judged by {@code pci}, one host after the other, in memory, undisturbed.
 */
final class Check {
  private static final int SHOWN = 6;

  private final List<Violation> violations = new ArrayList<>();
  private final Map<String, List<String>> expected = new TreeMap<>();
  private final Map<String, Integer> refused = new TreeMap<>();
  private final Map<String, HostState> states = new HashMap<>();
  private final Map<String, ContentDigest> digests = new HashMap<>();
  private final Set<String> incomplete = new HashSet<>();
  private final Traffic traffic;
  private final LostFrames lost;
  private final FrameReader reader = new FrameReader();

  /** Judges the frames in the order in which each partition has them, but for those lost. */
  Check(Traffic traffic, List<ConsumerRecord<byte[], byte[]>> frames, LostFrames lost) {
    this.traffic = traffic;
    this.lost = lost;
    for (ConsumerRecord<byte[], byte[]> frame : frames) {
      if (lost.has(frame)) {
        incomplete.add(Senders.text(frame.key()));
      } else {
        judge(frame);
      }
    }
  }

  private void judge(ConsumerRecord<byte[], byte[]> frame) {
    byte[] key = frame.key();
    byte[] value = frame.value();
    if (key == null
        || value == null
        || reader.wrap(value) != null
        || reader.host().isEmpty()
        || traffic.isTooLarge(reader.host())
        || !Arrays.equals(key, reader.host().getBytes(StandardCharsets.UTF_8))) {
      refused.merge(id(frame.partition(), frame.offset(), key, value), 1, Integer::sum);
      return;
    }
    String host = reader.host();
    HostState state = states.getOrDefault(host, HostState.NONE);
    if (reader.type() == FrameType.SNAPSHOT) {
      judge(frame, state, reader.toSnapshot(), FrameDigest.of(value));
    } else if (reader.type() == FrameType.UNCHANGED) {
      Unchanged unchanged = reader.toUnchanged();
      Snapshot last = state.current();
      ContentDigest known = digests.getOrDefault(host, ContentDigest.UNKNOWN);
      if (last == null || !known.equals(unchanged.digest())) {
        Judged missed = Judgement.missed(state, unchanged);
        boolean isOfAnotherBoot = missed.state().current() != last;
        if (isOfAnotherBoot || last != null && missed.state().missesSnapshot()) {
          digests.remove(host);
        }
        take(host, missed);
      } else if (unchanged.lookedAtMillis() != last.takenAtMillis()) {
        judge(frame, state, last.at(unchanged.lookedAtMillis(), unchanged.sequence()), known);
      }
    }
  }

  private void judge(
      ConsumerRecord<byte[], byte[]> frame,
      HostState state,
      Snapshot snapshot,
      ContentDigest digest) {
    if (Judgement.isRepetition(state, snapshot)) {
      boolean isLater = state.current().sequence() < snapshot.sequence();
      if (isLater) {
        digests.put(snapshot.host(), digest);
        states.put(snapshot.host(), heardAgain(state, snapshot));
      }
      return;
    }
    Judged judged = Judgement.apply(state, snapshot).notAfter(frame.timestamp());
    if (judged.state().current() == snapshot) {
      digests.put(snapshot.host(), digest);
    }
    take(snapshot.host(), judged);
  }

  /** The same state as of a later snapshot: what was taken between the two comes too late now. */
  private static HostState heardAgain(HostState state, Snapshot later) {
    return new HostState(
        state.baseline(),
        state.current().at(later.takenAtMillis(), later.sequence()),
        state.revision(),
        state.open(),
        state.pending(),
        state.intendedOwners(),
        state.history());
  }

  private void take(String host, Judged judged) {
    states.put(host, judged.state());
    for (IsolationAlert alert : judged.alerts()) {
      expected
          .computeIfAbsent(host, h -> new ArrayList<>())
          .add(AlertJson.write(alert, AlertLinks.DEFAULT));
    }
  }

  /** Place, key and value as a whole; what is cut is cut here as the documentation says. */
  private static String id(long partition, long offset, byte[] key, byte[] value) {
    return "%d@%d %s %s".formatted(partition, offset, part(key, 256 << 10), part(value, 16 << 20));
  }

  private static String part(byte[] bytes, int limit) {
    if (bytes == null) {
      return "null";
    }
    byte[] kept = bytes.length > limit ? Arrays.copyOf(bytes, limit) : bytes;
    return kept.length + ":" + Arrays.hashCode(kept) + ":" + Traffic.digest(kept);
  }

  int expectedAlerts() {
    return expected.values().stream().mapToInt(List::size).sum();
  }

  int expectedRefusals() {
    return refused.values().stream().mapToInt(count -> count).sum();
  }

  /** Each alert once, none else, in order, revisions without a gap. */
  void alerts(List<ConsumerRecord<byte[], byte[]>> came) {
    Map<String, List<String>> byHost = new TreeMap<>();
    came.forEach(
        alert ->
            byHost
                .computeIfAbsent(Senders.text(alert.key()), host -> new ArrayList<>())
                .add(Senders.text(alert.value())));
    TreeSet<String> hosts = new TreeSet<>(expected.keySet());
    hosts.addAll(byHost.keySet());
    for (String host : hosts) {
      compare(host, expected.getOrDefault(host, List.of()), byHost.getOrDefault(host, List.of()));
      int next = 1;
      for (String alert : byHost.getOrDefault(host, List.of())) {
        int revision = read(alert).revision();
        if (revision != next++) {
          violated(
              Property.REVISIONS,
              "%s has revision %d where %d is due".formatted(host, revision, next - 1));
          break;
        }
      }
    }
  }

  /**
   * An alert but for the time of the snapshot before: that of any of the repetitions of one will
   * do, and the application writes down one in ten minutes.
   */
  private static String told(String alert) {
    return alert.replaceFirst("\"taken_before\":\"[^\"]*\",", "");
  }

  private void compare(String host, List<String> dueAlerts, List<String> cameAlerts) {
    List<String> due = dueAlerts.stream().map(Check::told).toList();
    List<String> came = cameAlerts.stream().map(Check::told).toList();
    if (due.equals(came)) {
      return;
    }
    int at = 0;
    while (at < Math.min(due.size(), came.size()) && due.get(at).equals(came.get(at))) {
      at++;
    }
    violated(
        Property.ALERTS,
        "of %s %d due, %d came; number %d due: %s came: %s"
            .formatted(
                host,
                due.size(),
                came.size(),
                at + 1,
                at < due.size() ? due.get(at) : "none",
                at < came.size() ? came.get(at) : "none"));
  }

  /**
   * What the simulation's oracle demands, which knows nothing of how a frame is judged. It knows
   * what was done to a host, and not what is left to see of it: hosts with a lost frame are left
   * out.
   */
  void oracle(List<ConsumerRecord<byte[], byte[]>> came) {
    Map<String, Integer> balance = new TreeMap<>();
    traffic.demanded().stream()
        .filter(line -> !incomplete.contains(line.split("\t")[1]))
        .forEach(line -> balance.merge(line, 1, Integer::sum));
    for (ConsumerRecord<byte[], byte[]> record : came) {
      IsolationAlert alert = read(Senders.text(record.value()));
      String line = SimulatedRecords.line(alert);
      if (line != null && traffic.isDemanded(alert.host()) && !incomplete.contains(alert.host())) {
        balance.merge(line, -1, Integer::sum);
      }
    }
    balance.forEach(
        (line, count) -> {
          if (count != 0) {
            violated(Property.ALERTS, "oracle: " + (count > 0 ? "missing " : "unexpected ") + line);
          }
        });
  }

  /** The compacted topic has the open alerts of the history, each as it was last told. */
  void alertState(
      List<ConsumerRecord<byte[], byte[]>> history, List<ConsumerRecord<byte[], byte[]>> state) {
    Map<String, String> open = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : history) {
      IsolationAlert alert = read(Senders.text(record.value()));
      if (alert.status() == AlertStatus.RESOLVED) {
        open.remove(alert.fingerprint());
      } else {
        open.put(alert.fingerprint(), Senders.text(record.value()));
      }
    }
    Map<String, String> kept = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : state) {
      if (record.value() == null) {
        kept.remove(Senders.text(record.key()));
      } else {
        kept.put(Senders.text(record.key()), Senders.text(record.value()));
      }
    }
    if (!open.equals(kept)) {
      TreeSet<String> differ = new TreeSet<>(open.keySet());
      differ.addAll(kept.keySet());
      differ.removeIf(key -> String.valueOf(open.get(key)).equals(String.valueOf(kept.get(key))));
      String first = differ.first();
      violated(
          Property.ALERT_STATE,
          "%d entries differ; %s open: %s kept: %s"
              .formatted(differ.size(), first, open.get(first), kept.get(first)));
    }
  }

  void rejects(List<ConsumerRecord<byte[], byte[]>> came) {
    Map<String, Integer> balance = new TreeMap<>(refused);
    for (ConsumerRecord<byte[], byte[]> record : came) {
      String id =
          id(
              number(record, "acswatch.partition"),
              number(record, "acswatch.record-offset"),
              record.key(),
              record.value());
      balance.merge(id, -1, Integer::sum);
    }
    balance.forEach(
        (record, count) -> {
          if (count != 0) {
            violated(Property.REJECTS, (count > 0 ? "missing " : "unexpected ") + record);
          }
        });
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String header) {
    Header found = record.headers().lastHeader(header);
    return found == null ? -1 : Long.parseLong(Senders.text(found.value()));
  }

  /** Whatever a sender had is in the topic, at least once. */
  void frames(List<ConsumerRecord<byte[], byte[]>> came) {
    Set<String> there = new HashSet<>();
    came.forEach(frame -> there.add(id(0, 0, frame.key(), frame.value())));
    for (Traffic.Item item : traffic.items()) {
      if (!there.contains(id(0, 0, item.key(), item.value()))) {
        violated(Property.FRAMES, "missing a frame of " + Senders.text(item.key()));
      }
    }
  }

  /** What the application tells of lost frames, by partition: all of them, and no others. */
  void losses(Map<Integer, Long> told) {
    Map<Integer, Long> due = lost.byPartition();
    if (!due.equals(told)) {
      violated(Property.LOSSES, "frames lost, by partition: %s, told of: %s".formatted(due, told));
    }
  }

  private static IsolationAlert read(String json) {
    try {
      return AlertJson.read(json);
    } catch (InputException damaged) {
      throw new IllegalStateException(damaged);
    }
  }

  private void violated(Property property, String what) {
    violations.add(new Violation(property, what));
  }

  /** Some of each property. */
  List<Violation> violations() {
    List<Violation> shown = new ArrayList<>();
    for (Property property : Property.values()) {
      List<Violation> of =
          violations.stream().filter(violation -> violation.property() == property).toList();
      shown.addAll(of.subList(0, Math.min(SHOWN, of.size())));
      if (of.size() > SHOWN) {
        shown.add(new Violation(property, "and " + (of.size() - SHOWN) + " more"));
      }
    }
    return shown;
  }
}
