package io.acswatch.pci.alert;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A finding about one host, with its evidence. Immutable.
 *
 * @param fingerprint the same for the same finding at the same place of the same host, whatever the
 *     times, addresses and group numbers; 32 hex digits
 * @param revision rises with every alert of the host, so consumers can drop what they have seen
 * @param interval from the snapshot before to the snapshot after
 * @param raisedAtMillis when the snapshot was taken that raised it, milliseconds since 1970, 0 if
 *     unknown; the same for as long as it is open
 * @param cause why; null where the question makes no sense (a device is new)
 * @param evidence what it rests on beside that; null in alerts of versions that did not tell
 */
public record IsolationAlert(
    String fingerprint,
    int revision,
    AlertCode code,
    Severity severity,
    AlertStatus status,
    String host,
    Interval interval,
    long raisedAtMillis,
    List<AlertDevice> devices,
    List<String> vms,
    @Nullable Cause cause,
    String headline,
    String nextStep,
    @Nullable Evidence evidence) {

  /** The time in which the change came about. */
  public record Interval(Boundary boundary, Moment before, Moment after) {
    public static Interval between(Boundary boundary, Snapshot before, Snapshot after) {
      return new Interval(
          boundary,
          new Moment(before.boot(), before.takenAtMillis()),
          new Moment(after.boot(), after.takenAtMillis()));
    }
  }

  /** When a snapshot was taken, milliseconds since 1970; 0 if unknown. */
  public record Moment(Boot boot, long takenAtMillis) {}

  public IsolationAlert {
    devices = List.copyOf(devices);
    vms = List.copyOf(vms);
  }

  public IsolationAlert withSeverity(Severity other) {
    return copy(fingerprint, revision, other, status, interval, raisedAtMillis, nextStep, evidence);
  }

  /** The same alert, told as what came about otherwise. */
  public IsolationAlert with(Boundary boundary) {
    Interval other = new Interval(boundary, interval.before(), interval.after());
    return copy(fingerprint, revision, severity, status, other, raisedAtMillis, nextStep, evidence);
  }

  public IsolationAlert with(AlertStatus newStatus, int newRevision) {
    return with(fingerprint, raisedAtMillis, newStatus, newRevision);
  }

  /** The same alert in another state of its life, under fingerprint and time of its raising. */
  public IsolationAlert with(
      String raisedAs, long raisedAt, AlertStatus newStatus, int newRevision) {
    return copy(raisedAs, newRevision, severity, newStatus, interval, raisedAt, nextStep, evidence);
  }

  public IsolationAlert with(@Nullable Evidence other) {
    return copy(fingerprint, revision, severity, status, interval, raisedAtMillis, nextStep, other);
  }

  public IsolationAlert withFacts(List<Evidence.Fact> facts) {
    return with(Objects.requireNonNull(evidence).with(facts));
  }

  /** The same alert with ports on the way to the root, and members of the groups concerned. */
  public IsolationAlert with(List<Evidence.PortRegisters> ports, List<AlertDevice> members) {
    return with(Objects.requireNonNull(evidence).with(ports, members));
  }

  public IsolationAlert withNextStep(String other) {
    return copy(fingerprint, revision, severity, status, interval, raisedAtMillis, other, evidence);
  }

  private IsolationAlert copy(
      String fingerprint,
      int revision,
      Severity severity,
      AlertStatus status,
      Interval interval,
      long raisedAtMillis,
      String nextStep,
      @Nullable Evidence evidence) {
    return new IsolationAlert(
        fingerprint,
        revision,
        code,
        severity,
        status,
        host,
        interval,
        raisedAtMillis,
        devices,
        vms,
        cause,
        headline,
        nextStep,
        evidence);
  }
}
