package io.acswatch.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How urgent an alert is, in ascending order. No others will come. */
public enum Severity {
  /** For the record. */
  @JsonProperty("info")
  INFO,
  /** To be looked at in working hours. */
  @JsonProperty("warning")
  WARNING,
  /** To be looked at now. */
  @JsonProperty("high")
  HIGH,
  /** Page at once. */
  @JsonProperty("critical")
  CRITICAL;

  /** True if this is {@code other} or more urgent. */
  public boolean isAtLeast(Severity other) {
    return compareTo(other) >= 0;
  }

  /** As JSON and headers say it: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
