package io.acswatch.collector.spool;

import io.acswatch.wire.frame.FrameType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which frames go when a spool is too full. In this order, the oldest of each first:
 *
 * <ol>
 *   <li>heartbeats, and unchanged frames, of which none stays without the snapshot it names;
 *   <li>snapshots from the middle of a boot: not its first snapshot, and followed by another
 *       snapshot of that boot, so that both ends of the boot can still be told;
 *   <li>kexec events;
 *   <li>the rest, which explains what a boot changed: the first snapshot of each boot, and the last
 *       one. The newest snapshot of all, with what came after it, never goes.
 * </ol>
 */
final class SpoolPolicy {
  private final Map<String, Long> firstSnapshots = new HashMap<>();
  private final Map<String, Long> lastSnapshots = new HashMap<>();
  private long newestSnapshot = -1;

  private SpoolPolicy(List<SpoolEntry> entries) {
    for (SpoolEntry entry : entries) {
      if (entry.type() == FrameType.SNAPSHOT) {
        firstSnapshots.putIfAbsent(entry.boot(), entry.order());
        lastSnapshots.put(entry.boot(), entry.order());
        newestSnapshot = Math.max(newestSnapshot, entry.order());
      }
    }
  }

  /** Those of {@code entries}, in ascending order, that must go for the limit on bytes. */
  static List<SpoolEntry> tooMany(List<SpoolEntry> entries, long maxBytes) {
    long bytes = entries.stream().mapToLong(SpoolEntry::bytes).sum();
    if (bytes <= maxBytes) {
      return List.of();
    }
    SpoolPolicy policy = new SpoolPolicy(entries);
    List<SpoolEntry> candidates = new ArrayList<>(entries);
    candidates.removeIf(entry -> !policy.mayGo(entry));
    candidates.sort(Comparator.comparingInt(policy::worth).thenComparingLong(SpoolEntry::order));
    List<SpoolEntry> going = new ArrayList<>();
    for (SpoolEntry candidate : candidates) {
      if (bytes <= maxBytes) {
        break;
      }
      going.add(candidate);
      bytes -= candidate.bytes();
    }
    going.sort(Comparator.comparingLong(SpoolEntry::order));
    return going;
  }

  /** Those that must go for their age; what explains a boundary does not. */
  static List<SpoolEntry> tooOld(List<SpoolEntry> entries, long beforeMillis) {
    SpoolPolicy policy = new SpoolPolicy(entries);
    List<SpoolEntry> going = new ArrayList<>();
    boolean namedGoes = false;
    for (SpoolEntry entry : entries) {
      boolean isOld = entry.modifiedMillis() < beforeMillis;
      boolean goes = isOld && policy.mayGo(entry) && policy.worth(entry) <= 1;
      if (entry.type() == FrameType.SNAPSHOT) {
        namedGoes = goes;
      }
      if (goes || namedGoes && entry.type() == FrameType.UNCHANGED) {
        going.add(entry);
      }
    }
    return going;
  }

  private boolean mayGo(SpoolEntry entry) {
    return newestSnapshot < 0 || entry.order() < newestSnapshot || worth(entry) == 0;
  }

  private int worth(SpoolEntry entry) {
    return switch (entry.type()) {
      case HEARTBEAT, UNCHANGED -> 0;
      case SNAPSHOT -> explainsABoundary(entry) ? 3 : 1;
      case KEXEC_EVENT -> 2;
    };
  }

  private boolean explainsABoundary(SpoolEntry entry) {
    long last = lastSnapshots.getOrDefault(entry.boot(), -1L);
    return entry.order() >= last || firstSnapshots.getOrDefault(entry.boot(), -1L) == entry.order();
  }
}
