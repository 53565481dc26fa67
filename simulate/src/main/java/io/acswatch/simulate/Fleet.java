package io.acswatch.simulate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Hosts and what happens to each, whatever their number, merged in simulated time. */
final class Fleet {
  static final long START_MILLIS = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

  private static final List<String> RELEASES =
      List.of("6.12.63-amd64", "6.18.15-amd64", "7.4.1-amd64", "7.4.1-amd64");

  private record Member(int index, HostTimeline timeline) {}

  private final PriorityQueue<Member> members =
      new PriorityQueue<>(
          Comparator.comparingLong((Member member) -> member.timeline().nextAt())
              .thenComparingInt(Member::index));

  /** {@code functionsOfHost} is the number of each host's; 0 draws 20 to 100 for each. */
  Fleet(int hosts, long seed, int functionsOfHost, double storiesPerHour) {
    double meanMillis = 3_600_000 / storiesPerHour;
    for (int i = 0; i < hosts; i++) {
      Chance chance = Chance.of(seed, i);
      int functions = functionsOfHost == 0 ? 20 + chance.below(81) : functionsOfHost;
      SimHost host =
          new SimHost(
              hostPrefix(seed) + "%06d".formatted(i),
              functions,
              chance.oneIn(8) ? 0 : Math.max(2, functions / 16),
              chance.oneOf(RELEASES),
              chance);
      members.add(new Member(i, new HostTimeline(host, chance, START_MILLIS, meanMillis)));
    }
  }

  static String hostPrefix(long seed) {
    return "sim-" + seed + '-';
  }

  long nextAt() {
    return members.isEmpty() ? Long.MAX_VALUE : members.peek().timeline().nextAt();
  }

  List<Emission> advance() {
    Member member = members.remove();
    List<Emission> emitted = member.timeline().advance();
    members.add(member);
    return emitted;
  }
}
