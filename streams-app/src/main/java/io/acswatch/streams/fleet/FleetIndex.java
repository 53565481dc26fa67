package io.acswatch.streams.fleet;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.judge.HostState;
import io.acswatch.streams.state.ReadFrames;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import io.acswatch.streams.topology.HostObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The hosts whose state this process keeps, by what lists and counts need of them: some hundred
 * bytes for each host. Kept up to date by the stream threads, read by those of HTTP; safe for both.
 *
 * <p>What was heard of a host is not stored where it told nothing new, so after a start a host
 * counts from the last snapshot in its state until it is heard of again. One that was taken far
 * ahead of the clock here does not count: it would keep a silent host fresh. Nor does a frame that
 * was heard before: whoever has a copy could keep a host fresh that is gone.
 */
public final class FleetIndex implements HostObserver {
  private final long staleAfterMillis;
  private final LongSupplier clock;
  private final Map<Integer, Partition> partitions = new ConcurrentHashMap<>();
  private final Map<Integer, Deleted> deleted = new ConcurrentHashMap<>();
  private volatile Map<Integer, Gap> waiting = Map.of();
  private volatile long lastFrameMillis;

  /** Frames of a partition that were deleted; those before {@code upTo} are among them. */
  private record Deleted(long frames, long upTo, long foundMillis) {
    static final Deleted NONE = new Deleted(0, 0, 0);
  }

  private static final class Entry {
    /** Null where only a frame of it was heard of, or the host is retired. */
    private volatile @Nullable HostSummary summary;

    private volatile long heardMillis;

    private volatile long passedOver;

    // Of its last frame; used by one thread, that of the partition.
    private int boot;
    private long sequence;
    private long lookedAtMillis;

    /** False of a frame that came before, or before the last one, as a copy does. */
    private boolean isNews(Sign sign) {
      int ofBoot = sign.bootId().hashCode();
      if (ofBoot == boot
          && sign.sequence() != 0
          && sign.sequence() <= sequence
          && sign.takenAtMillis() <= lookedAtMillis) {
        return false;
      }
      boot = ofBoot;
      sequence = sign.sequence();
      lookedAtMillis = sign.takenAtMillis();
      return true;
    }
  }

  /** The hosts of one partition from its opening to its closing; later nobody reads it. */
  public static final class Partition {
    private final Map<String, Entry> hosts = new ConcurrentHashMap<>();
    private volatile boolean loaded;

    private void heard(String host, long atMillis, Sign sign) {
      // Until the store is read it is not known whether this is a host with a snapshot.
      Entry entry = loaded ? hosts.get(host) : hosts.computeIfAbsent(host, unused -> new Entry());
      if (entry != null && entry != RETIRED && entry.isNews(sign)) {
        entry.heardMillis = Math.max(entry.heardMillis, atMillis);
      }
    }

    private void passedOver(String host) {
      Entry entry = hosts.get(host);
      if (entry != null && entry != RETIRED) {
        entry.passedOver++; // by one thread, that of the partition
      }
    }

    private synchronized void stored(String host, @Nullable HostSummary summary) {
      if (summary == null && loaded) {
        hosts.remove(host);
      } else if (summary == null) {
        // Stays until the store is read, which may have the host still.
        hosts.put(host, RETIRED);
      } else {
        hosts.compute(
                    host,
                    (unused, known) -> known == null || known == RETIRED ? new Entry() : known)
                .summary =
            summary;
      }
    }

    /** The store has this of a host; of no weight if news came since it was opened. */
    public synchronized void load(String host, HostState state) {
      HostSummary summary = HostSummary.of(host, state);
      if (summary != null) {
        Entry entry = hosts.computeIfAbsent(host, unused -> new Entry());
        if (entry != RETIRED && entry.summary == null) {
          entry.summary = summary;
        }
      }
    }

    public synchronized void loaded() {
      loaded = true;
      hosts.values().removeIf(entry -> entry.summary == null);
    }
  }

  private static final Entry RETIRED = new Entry();

  /**
   * A host at the moment of asking.
   *
   * @param heardMillis when a frame of it was last taken in, milliseconds since 1970
   * @param passedOver number of its frames that this process did not judge, for they were old
   */
  public record Listed(HostSummary summary, HostStatus status, long heardMillis, long passedOver) {}

  /**
   * Counts of hosts and of open alerts.
   *
   * @param hosts number of hosts by status; each status is there
   * @param open number of open alerts by code and severity; only those above 0 are there
   */
  public record Counts(
      Map<HostStatus, Integer> hosts, Map<AlertCode, Map<Severity, Integer>> open) {}

  public FleetIndex(Duration staleAfter, LongSupplier clock) {
    staleAfterMillis = staleAfter.toMillis();
    this.clock = clock;
  }

  @Override
  public void opened(int partition) {
    partitions.put(partition, new Partition());
  }

  @Override
  public void closed(int partition) {
    partitions.remove(partition);
    deleted.remove(partition);
  }

  @Override
  public void deleted(int partition, long frames, long upTo, long foundMillis) {
    deleted.put(partition, new Deleted(frames, upTo, foundMillis));
  }

  /** Gaps that the group has not come to yet, by partition. */
  public void waitingGaps(Map<Integer, Gap> gaps) {
    waiting = gaps;
  }

  /**
   * How many frames of each partition that is kept here were deleted before they were judged, found
   * within the last hour; only partitions with some.
   */
  public SortedMap<Integer, Long> overtaken() {
    SortedMap<Integer, Long> overtaken = new TreeMap<>();
    long now = clock.getAsLong();
    for (int partition : partitions.keySet()) {
      Deleted found = deleted.getOrDefault(partition, Deleted.NONE);
      Gap gap = waiting.getOrDefault(partition, new Gap(0, 0));
      long ahead = Math.max(0, gap.to() - Math.max(gap.from(), found.upTo()));
      boolean isTold = now - found.foundMillis() <= ReadFrames.TOLD.toMillis();
      long frames = ahead + (isTold ? found.frames() : 0);
      if (frames > 0) {
        overtaken.put(partition, frames);
      }
    }
    return overtaken;
  }

  @Override
  public void heard(int partition, String host, long atMillis, Sign sign) {
    long heard = Math.min(atMillis, clock.getAsLong());
    Partition of = partitions.get(partition);
    if (of != null) {
      of.heard(host, heard, sign);
    }
    lastFrameMillis = Math.max(lastFrameMillis, heard);
  }

  @Override
  public void passedOver(int partition, String host) {
    Partition of = partitions.get(partition);
    if (of != null) {
      of.passedOver(host);
    }
  }

  @Override
  public void stored(int partition, String host, HostState state) {
    Partition of = partitions.get(partition);
    if (of != null) {
      of.stored(host, HostSummary.of(host, state));
    }
  }

  public Set<Integer> partitions() {
    return Set.copyOf(partitions.keySet());
  }

  /** Those of them whose store is still to be read, by number. */
  public Map<Integer, Partition> toLoad() {
    return partitions.entrySet().stream()
        .filter(partition -> !partition.getValue().loaded)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Override
  public String toString() {
    int hosts = partitions.values().stream().mapToInt(partition -> partition.hosts.size()).sum();
    return hosts + " hosts in partitions " + new TreeSet<>(partitions.keySet());
  }

  /** When a frame was last taken in, milliseconds since 1970; 0 if none was. */
  public long lastFrameMillis() {
    return lastFrameMillis;
  }

  public List<Listed> hosts() {
    long now = clock.getAsLong();
    return partitions.values().stream()
        .flatMap(partition -> partition.hosts.values().stream())
        .map(entry -> listed(entry, now))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  public @Nullable Listed host(String host) {
    for (Partition partition : partitions.values()) {
      Entry entry = partition.hosts.get(host);
      if (entry != null) {
        return listed(entry, clock.getAsLong());
      }
    }
    return null;
  }

  private @Nullable Listed listed(Entry entry, long now) {
    HostSummary summary = entry.summary;
    if (summary == null) {
      return null;
    }
    long taken = summary.takenAtMillis();
    long known = taken - now > staleAfterMillis ? 0 : Math.min(now, taken);
    long heard = Math.max(entry.heardMillis, known);
    return new Listed(summary, status(summary, now - heard), heard, entry.passedOver);
  }

  private HostStatus status(HostSummary summary, long silentMillis) {
    if (silentMillis > staleAfterMillis || summary.missesSnapshot()) {
      return HostStatus.STALE;
    }
    return summary.portsRead() ? HostStatus.FRESH : HostStatus.UNKNOWN;
  }

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
