package io.acswatch.benchmarks.pipeline;

import java.util.Locale;

/**
 * What the records of a run say. All but the first sweep over the hosts is what it is named for.
 */
enum Scenario {
  /** Full snapshots, in which nothing but time and number is new. */
  UNCHANGED("full snapshots, nothing changed"),
  /** Full snapshots; each time one drive has gone to a VM or come back. */
  CHANGED("full snapshots, a drive changed hands"),
  /** Full snapshots; each time a root port has lost an ACS bit or has it again. */
  ALERTING("full snapshots, a port lost or got back a bit: alerts each time"),
  /** The same change as {@link #CHANGED}, told as deltas. */
  DELTAS("deltas, a drive changed hands"),
  /** Nothing decoded: 4 KiB for each function, 64 of them in a record; for rivals only. */
  DENSE("dense 4 KiB functions, 64 to a record");

  private final String description;

  Scenario(String description) {
    this.description = description;
  }

  String description() {
    return description;
  }

  /** The project reads them. */
  boolean isFrames() {
    return this != DENSE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
