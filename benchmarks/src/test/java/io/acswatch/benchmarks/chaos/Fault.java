package io.acswatch.benchmarks.chaos;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Something that is done to the system at a moment of a round.
 *
 * @param target a node; two, with a dash, of a cut
 * @param atMillis from the start of the load
 * @param forMillis until it is undone; 0 where there is nothing to undo
 */
record Fault(Kind kind, String target, long atMillis, long forMillis) {
  /**
   * The classes of faults.
   *
   * <p>Of Kafka's own list of crash tests of stores that keep their offsets (KAFKA-20417: unclean
   * stops, offsets that are missing, one store of several damaged, standby tasks wiped, clean
   * starts one after the other, a start without new records) {@code kill_app}, {@code
   * lost_offsets}, {@code damaged_state}, {@code wiped_state} and {@code clean_restarts} are the
   * counterparts.
   */
  enum Kind {
    KILL_APP(10, false),
    STOP_APP(5, false),
    LONG_STOP_APP(4, false),
    TERM_APP(4, false),
    CLEAN_RESTARTS(2, false),
    ROLL_APPS(2, false),
    OTHER_BUILD(2, true),
    KILL_BROKER(6, false),
    STOP_BROKER(4, false),
    LONG_STOP_BROKER(1, false),
    ROLL_BROKERS(1, false),
    OUTAGE(1, true),
    CUT(8, false),
    CUT_ONE_WAY(4, false),
    DELAY(4, false),
    FULL_DISK_APP(2, true),
    FULL_DISK_BROKER(1, true),
    WIPED_STATE(4, false),
    DAMAGED_STATE(4, true),
    LOST_OFFSETS(3, true),
    MOVED_PARTITIONS(4, false),
    TRUNCATED_TOPICS(4, false),
    LOST_FRAMES(4, false),
    KILL_SENDER(6, false),
    DUPLICATES(6, false),
    REORDERED(4, false),
    OLD_FRAMES(6, false),
    POISON(6, false),
    OVERSIZED(4, false),
    CLOCK_STEP(5, false),
    CLOCK_STEP_APP(4, true),
    CLOCK_STEP_BROKER(3, false);

    final int weight;

    /** True if it may end an instance, which whoever supervises it starts again. */
    final boolean mayEnd;

    Kind(int weight, boolean mayEnd) {
      this.weight = weight;
      this.mayEnd = mayEnd;
    }

    /** Part of what is sent, and not done to a process. */
    boolean isOfTraffic() {
      return this == DUPLICATES
          || this == REORDERED
          || this == OLD_FRAMES
          || this == POISON
          || this == OVERSIZED
          || this == CLOCK_STEP;
    }

    /** It is done to the clock of a process, and not to the times in frames. */
    boolean stepsProcess() {
      return this == CLOCK_STEP_APP || this == CLOCK_STEP_BROKER;
    }

    /** It is done to a network, a disk or shared memory that is the suite's own. */
    boolean takesNamespaces() {
      return stepsProcess()
          || this == CUT
          || this == CUT_ONE_WAY
          || this == DELAY
          || this == FULL_DISK_APP
          || this == FULL_DISK_BROKER;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Kind parse(String name) {
      return Arrays.stream(values())
          .filter(kind -> kind.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      name + " is no fault; they are " + List.of(values())));
    }
  }

  /** {@code kill-app s1 @3200 +1500}. */
  @Override
  public String toString() {
    return "%s %s @%d +%d".formatted(kind, target, atMillis, forMillis);
  }

  static Fault parse(String line) {
    String[] parts = line.strip().split(" ");
    if (parts.length != 4) {
      throw new IllegalArgumentException("expected KIND TARGET @MILLIS +MILLIS: " + line);
    }
    return new Fault(
        Kind.parse(parts[0]),
        parts[1],
        Long.parseLong(parts[2].substring(1)),
        Long.parseLong(parts[3].substring(1)));
  }
}
