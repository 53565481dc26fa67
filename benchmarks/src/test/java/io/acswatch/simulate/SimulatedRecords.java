package io.acswatch.simulate;

import io.acswatch.pci.alert.IsolationAlert;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The records of a simulated fleet and what its oracle demands, for tests of other packages. */
public final class SimulatedRecords {
  private static final int TAKEN_AT = 0x30;
  private static final int WITH_HEADER = 0x40;

  private SimulatedRecords() {}

  /**
   * A record for the frames topic.
   *
   * @param alerts a line for each alert that must come of it, see {@link #line}
   * @param refused true if it must go to the rejects
   * @param snapshot true if it is a sound snapshot
   */
  public record Sent(
      String host,
      byte @Nullable [] value,
      List<String> alerts,
      boolean refused,
      boolean snapshot) {}

  /** A clock of a host that is set anew: from this record of it on, it shows so much more. */
  public record ClockStep(int host, int afterRecords, long byMillis) {}

  /** All records in the order of their time. */
  public static List<Sent> of(
      long seed, int hosts, int minutes, double stories, int functions, List<ClockStep> steps) {
    Fleet fleet = new Fleet(hosts, seed, functions, stories);
    long end = Fleet.START_MILLIS + Duration.ofMinutes(minutes).toMillis();
    List<Sent> records = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    Map<String, Map<Long, Long>> clocks = new HashMap<>();
    while (fleet.nextAt() < end) {
      for (Emission emission : fleet.advance()) {
        int number = counts.merge(emission.host(), 1, Integer::sum);
        long by =
            steps.stream()
                .filter(step -> emission.host().equals(host(seed, step.host())))
                .filter(step -> number > step.afterRecords())
                .mapToLong(ClockStep::byMillis)
                .sum();
        records.add(
            sent(emission, by, clocks.computeIfAbsent(emission.host(), h -> new HashMap<>())));
      }
    }
    return records;
  }

  public static String host(long seed, int number) {
    return Fleet.hostPrefix(seed) + "%06d".formatted(number);
  }

  /** True if the order of its boots shows without its clock. */
  public static boolean namesBoots(String host) {
    return SimHost.hasAgentThatNamesBoots(host);
  }

  private static Sent sent(Emission emission, long byMillis, Map<Long, Long> clock) {
    byte[] value = emission.value();
    if (value != null && value.length >= WITH_HEADER && emission.refusal().isEmpty()) {
      value = value.clone();
      ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
      long shown = bytes.getLong(TAKEN_AT);
      // A frame that is sent again shows what it showed.
      long shifted = clock.computeIfAbsent(shown, time -> time + byMillis);
      bytes.putLong(TAKEN_AT, shifted);
    }
    List<String> alerts =
        emission.alerts().stream()
            .map(
                alert ->
                    new ExpectedAlert(
                            clock.getOrDefault(alert.takenAtMillis(), alert.takenAtMillis()),
                            alert.host(),
                            alert.status(),
                            alert.code(),
                            alert.change(),
                            alert.vms())
                        .toString())
            .toList();
    return new Sent(
        emission.host(),
        value,
        alerts,
        !emission.refusal().isEmpty(),
        emission.functions() > 0 && emission.refusal().isEmpty());
  }

  /** An alert as the oracle would tell it; null if it knows nothing of its code. */
  public static @Nullable String line(IsolationAlert alert) {
    return Oracle.CODES.contains(alert.code()) ? ExpectedAlert.of(alert).toString() : null;
  }
}
