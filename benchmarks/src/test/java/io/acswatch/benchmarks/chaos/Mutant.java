package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A fault of the program that the check must find, by what it breaks and by nothing else. */
enum Mutant {
  COMMIT_BEFORE_WRITE(EnumSet.of(Kind.KILL_APP), Property.ALERTS),
  NO_BOOT_ORDER(EnumSet.of(Kind.OLD_FRAMES), Property.ALERTS),
  NO_DEDUPE(EnumSet.of(Kind.DUPLICATES, Kind.KILL_SENDER), Property.ALERTS),
  NO_SIZE_CHECK(EnumSet.of(Kind.OVERSIZED), Property.PROGRESS),
  TRUST_STANDBY(EnumSet.of(Kind.KILL_APP, Kind.WIPED_STATE), Property.ALERTS),
  ALWAYS_READY(EnumSet.of(Kind.OUTAGE), Property.READINESS);

  /** Faults by which it can be seen at all. */
  final Set<Kind> shownBy;

  /** What does not hold any more. */
  final Property breaks;

  Mutant(Set<Kind> shownBy, Property breaks) {
    this.shownBy = shownBy;
    this.breaks = breaks;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Mutant parse(String name) {
    return Arrays.stream(values())
        .filter(mutant -> mutant.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    name + " is no mutant; they are " + List.of(values())));
  }
}
