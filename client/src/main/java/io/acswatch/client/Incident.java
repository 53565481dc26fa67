package io.acswatch.client;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One cause on several hosts: a value of {@code acswatch.incidents}, as {@code
 * incident-v1.schema.json} describes it.
 *
 * @param schemaVersion 1
 * @param incident names the cause; the key of the record; 32 hex digits
 * @param revision rises with every change of this cause
 * @param status where it is in its life
 * @param code what the alerts say
 * @param severity of the gravest alert so far
 * @param platform what kind of machine the hosts are; null if unknown
 * @param kernel release of the kernel they run
 * @param place the port at fault, or the device concerned; null where the whole host is
 * @param kind sort of cause; null where the code says all
 * @param bits ACS bits at fault
 * @param openedAt RFC 3339 instant at which the first of the hosts that opened it had its alert
 * @param changedAt RFC 3339 instant of this change
 * @param hosts how many hosts have joined it
 * @param openHosts how many of them have an open alert of it
 * @param sample ids of the first hosts that joined, twenty at most
 * @param headline one sentence for people
 * @param more fields that this version does not know
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Incident(
    int schemaVersion,
    String incident,
    int revision,
    State status,
    String code,
    Severity severity,
    @Nullable String platform,
    String kernel,
    @Nullable String place,
    @Nullable String kind,
    List<String> bits,
    String openedAt,
    String changedAt,
    int hosts,
    int openHosts,
    List<String> sample,
    String headline,
    @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
  /** Where an incident is in its life. No others will come. */
  public enum State {
    /** Several hosts have alerts of one cause. */
    OPENED,
    /** A host joined, or has no such alert any more, or the severity rose. */
    UPDATED,
    /** No host has such an alert any more. */
    CLOSED
  }

  /** Refuses an incident that lacks what every one has, or is of a schema with another meaning. */
  public Incident {
    if (schemaVersion != 1) {
      throw new IllegalArgumentException("schema_version=" + schemaVersion + ", expected 1");
    }
    Fields.require("incident", incident);
    Fields.require("status", status);
    Fields.require("code", code);
    Fields.require("severity", severity);
    bits = Fields.list(bits);
    sample = Fields.list(sample);
    more = Fields.more(more);
  }

  /** True until it is closed. */
  @JsonIgnore
  public boolean isOpen() {
    return status != State.CLOSED;
  }
}
