package io.acswatch.streams.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.wire.json.AlertCommand;
import io.acswatch.wire.json.AlertCommand.Action;
import io.acswatch.wire.json.AlertMark;
import io.acswatch.wire.json.AlertMarks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * What people have said of the alerts of one host. Immutable; in the store it is JSON.
 *
 * @param added how many alerts of this host were sent because of that, and not by {@code judge}:
 *     all revisions of the host are ahead by as many
 * @param said what counts still or has not been seen to end, oldest first
 */
public record HostMarks(int added, List<Said> said) {
  /** Nobody has said anything. */
  public static final HostMarks NONE = new HostMarks(0, List.of());

  /** As many as anybody can look through. The store is read for each alert of the host. */
  static final int MOST = 100;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One thing that was said.
   *
   * @param atMillis when, by the broker's clock
   * @param severity of the alert then, for an acknowledgement: it does not count for a graver one
   */
  public record Said(AlertCommand command, long atMillis, @Nullable Severity severity) {
    boolean isOf(String fingerprint, AlertCode code, Severity itsSeverity) {
      return (command.fingerprint().isEmpty() || command.fingerprint().equals(fingerprint))
          && (command.code().isEmpty() || command.code().equals(code.name()))
          && (severity == null || itsSeverity.compareTo(severity) <= 0);
    }

    boolean isOf(IsolationAlert alert) {
      return isOf(alert.fingerprint(), alert.code(), alert.severity());
    }

    boolean isOfTheSame(AlertCommand other) {
      return command.fingerprint().equals(other.fingerprint())
          && command.code().equals(other.code());
    }

    AlertMark mark() {
      return command.mark(atMillis);
    }
  }

  /** Copies the list. */
  public HostMarks {
    said = List.copyOf(said);
  }

  /**
   * What the store has of a host; null for nothing.
   *
   * @throws SerializationException if it is damaged, or of a later version
   */
  public static HostMarks unpack(byte @Nullable [] bytes) {
    try {
      return bytes == null ? NONE : JSON.readValue(bytes, HostMarks.class);
    } catch (IOException damagedOrLater) {
      throw new SerializationException(
          "what was said of alerts: " + damagedOrLater, damagedOrLater);
    }
  }

  byte[] pack() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new SerializationException(impossible);
    }
  }

  /**
   * What holds of an alert; of several that do, the last that was said. What has ended holds until
   * it is seen to have, so that of one alert not one thing is told here and another there.
   */
  public AlertMarks of(IsolationAlert alert) {
    return of(alert.fingerprint(), alert.code(), alert.severity());
  }

  /** The same of an alert of which no more is at hand. */
  public AlertMarks of(String fingerprint, AlertCode code, Severity severity) {
    AlertMark acknowledged = null;
    AlertMark silenced = null;
    for (Said one : said) {
      if (one.isOf(fingerprint, code, severity)) {
        if (one.command().action() == Action.ACKNOWLEDGE) {
          acknowledged = one.mark();
        } else {
          silenced = one.mark();
        }
      }
    }
    return new AlertMarks(acknowledged, silenced);
  }

  /** With a command followed. What it says of the same alerts takes the place of what was said. */
  HostMarks after(AlertCommand command, long atMillis, @Nullable Severity severity) {
    List<Said> next = new ArrayList<>(said);
    next.removeIf(
        one ->
            one.isOfTheSame(command)
                && (command.action() == Action.LIFT || command.action() == one.command().action()));
    if (command.action() != Action.LIFT) {
      next.add(new Said(command, atMillis, severity));
    }
    return new HostMarks(added, next);
  }

  /** True if the command would lift something. */
  boolean has(AlertCommand lifted) {
    return said.stream().anyMatch(one -> one.isOfTheSame(lifted));
  }

  /** Without what has ended by then. */
  HostMarks withoutEnded(long nowMillis) {
    return without(one -> one.mark().hasEnded(nowMillis));
  }

  /** After an alert was sent: an acknowledgement ends with it, or when it became graver. */
  HostMarks after(IsolationAlert alert) {
    return without(
        one ->
            one.command().action() == Action.ACKNOWLEDGE
                && one.command().fingerprint().equals(alert.fingerprint())
                && (alert.status() == AlertStatus.RESOLVED || !one.isOf(alert)));
  }

  private HostMarks without(Predicate<Said> ended) {
    if (said.stream().noneMatch(ended)) {
      return this;
    }
    return new HostMarks(added, said.stream().filter(ended.negate()).toList());
  }

  HostMarks withOneMoreAdded() {
    return new HostMarks(added + 1, said);
  }

  /** The first end of what has one; {@code Long.MAX_VALUE} if nothing has. */
  long firstEnd() {
    return said.stream()
        .mapToLong(one -> one.command().untilMillis())
        .filter(until -> until != AlertMark.WHILE_OPEN)
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
