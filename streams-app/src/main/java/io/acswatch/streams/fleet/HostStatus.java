package io.acswatch.streams.fleet;

import java.util.Locale;

/** How far what is known of a host can be trusted now. Labels are part of metrics and API. */
public enum HostStatus {
  /** Heard of lately, and its ports were read. */
  FRESH,
  /** Silent for longer than a collector ever is, or a snapshot of it was missed. */
  STALE,
  /** Heard of, but a port was not read: what lies below it may be isolated or not. */
  UNKNOWN;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
