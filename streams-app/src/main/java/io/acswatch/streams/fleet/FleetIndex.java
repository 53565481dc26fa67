package io.acswatch.streams.fleet;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.topology.HostObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The hosts whose state this process keeps, by what lists and counts need of them: some hundred
 * bytes for each host. Kept up to date by the stream threads, read by those of HTTP; safe for both.
 *
 * <p>What was heard of a host is not stored where it told nothing new, so after a start a host
 * counts from the last snapshot in its state until it is heard of again.
 */
public final class FleetIndex implements HostObserver {
  private final long staleAfterMillis;
  private final LongSupplier clock;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Set<Integer> partitions = ConcurrentHashMap.newKeySet();
  private volatile long lastFrameMillis;

  private static final class Entry {
    private final int partition;
    private volatile @Nullable HostSummary summary;
    private volatile long heardMillis;

    private Entry(int partition) {
      this.partition = partition;
    }
  }

  /**
   * A host at the moment of asking.
   *
   * @param heardMillis when a frame of it was last taken in, milliseconds since 1970
   */
  public record Listed(HostSummary summary, HostStatus status, long heardMillis) {}

  /**
   * Counts of hosts and of open alerts.
   *
   * @param hosts number of hosts by status; each status is there
   * @param open number of open alerts by code and severity; only those above 0 are there
   */
  public record Counts(
      Map<HostStatus, Integer> hosts, Map<AlertCode, Map<Severity, Integer>> open) {}

  /**
   * An index of no hosts.
   *
   * @param staleAfter silence after which a host is stale
   * @param clock milliseconds since 1970
   */
  public FleetIndex(Duration staleAfter, LongSupplier clock) {
    staleAfterMillis = staleAfter.toMillis();
    this.clock = clock;
  }

  @Override
  public void opened(int partition) {
    partitions.add(partition);
  }

  @Override
  public void closed(int partition) {
    partitions.remove(partition);
    entries.values().removeIf(entry -> entry.partition == partition);
  }

  /** The partitions whose hosts are kept. */
  public Set<Integer> partitions() {
    return Set.copyOf(partitions);
  }

  @Override
  public void heard(int partition, String host, long atMillis) {
    Entry entry = entry(partition, host);
    entry.heardMillis = Math.max(entry.heardMillis, atMillis);
    lastFrameMillis = Math.max(lastFrameMillis, atMillis);
  }

  @Override
  public void stored(int partition, String host, HostState state) {
    if (isRetired(state)) {
      entries.remove(host);
      return;
    }
    HostSummary summary = HostSummary.of(host, state);
    Entry entry = entry(partition, host);
    synchronized (entry) {
      entry.summary = summary;
    }
  }

  /** What was remembered of a host when the store was read; of no weight if later news came. */
  public void loaded(int partition, String host, HostState state) {
    if (!partitions.contains(partition) || isRetired(state)) {
      return;
    }
    HostSummary summary = HostSummary.of(host, state);
    Entry entry = entry(partition, host);
    synchronized (entry) {
      if (entry.summary == null) {
        entry.summary = summary;
      }
    }
  }

  private static boolean isRetired(HostState state) {
    return state.current() == null && state.baseline() == null;
  }

  private Entry entry(int partition, String host) {
    Entry known = entries.get(host);
    return known != null && known.partition == partition
        ? known
        : Objects.requireNonNull(
            entries.compute(
                host,
                (unused, entry) ->
                    entry != null && entry.partition == partition ? entry : new Entry(partition)));
  }

  /** When a frame was last taken in, milliseconds since 1970; 0 if none was. */
  public long lastFrameMillis() {
    return lastFrameMillis;
  }

  /** All hosts, in no order. */
  public List<Listed> hosts() {
    long now = clock.getAsLong();
    return entries.values().stream()
        .map(entry -> listed(entry, now))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  /** One host; null if it is not kept here. */
  public @Nullable Listed host(String host) {
    Entry entry = entries.get(host);
    return entry == null ? null : listed(entry, clock.getAsLong());
  }

  private @Nullable Listed listed(Entry entry, long now) {
    HostSummary summary = entry.summary;
    if (summary == null) {
      return null;
    }
    long heard = Math.max(entry.heardMillis, summary.takenAtMillis());
    return new Listed(summary, status(summary, now - heard), heard);
  }

  private HostStatus status(HostSummary summary, long silentMillis) {
    if (silentMillis > staleAfterMillis) {
      return HostStatus.STALE;
    }
    return summary.portsRead() ? HostStatus.FRESH : HostStatus.UNKNOWN;
  }

  /** Counts over all hosts. */
  public Counts counts() {
    Map<HostStatus, Integer> hosts = new EnumMap<>(HostStatus.class);
    for (HostStatus status : HostStatus.values()) {
      hosts.put(status, 0);
    }
    Map<AlertCode, Map<Severity, Integer>> open = new HashMap<>();
    for (Listed host : hosts()) {
      hosts.merge(host.status(), 1, Integer::sum);
      for (OpenAlert alert : host.summary().open()) {
        open.computeIfAbsent(alert.code(), unused -> new EnumMap<>(Severity.class))
            .merge(alert.severity(), 1, Integer::sum);
      }
    }
    return new Counts(hosts, open);
  }
}
