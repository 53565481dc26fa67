package io.acswatch.pci.alert;

import io.acswatch.pci.iommu.Boot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finding about one host, with its evidence. Immutable.
 *
 * @param fingerprint the same for the same finding at the same place of the same host, whatever the
 *     times, addresses and group numbers; 32 hex digits
 * @param revision rises with every alert of the host, so consumers can drop what they have seen
 * @param code what it says
 * @param severity how urgent it is
 * @param status where it is in its life
 * @param host id of the host
 * @param boundary what lies between before and after
 * @param bootBefore the kernel before
 * @param bootAfter the kernel after
 * @param takenBeforeMillis when the before-snapshot was taken, milliseconds since 1970, 0 if
 *     unknown
 * @param takenAfterMillis when the after-snapshot was taken, milliseconds since 1970, 0 if unknown
 * @param devices the functions concerned, in order of place
 * @param vms the VMs concerned, sorted
 * @param cause why; null where the question makes no sense (a device is new)
 * @param headline one sentence for people
 * @param nextStep what to do
 * @param evidence what it rests on beside that; null in alerts of versions that did not tell
 */
public record IsolationAlert(
    String fingerprint,
    int revision,
    AlertCode code,
    Severity severity,
    AlertStatus status,
    String host,
    Boundary boundary,
    Boot bootBefore,
    Boot bootAfter,
    long takenBeforeMillis,
    long takenAfterMillis,
    List<AlertDevice> devices,
    List<String> vms,
    @Nullable Cause cause,
    String headline,
    String nextStep,
    @Nullable Evidence evidence) {

  /** An alert without further evidence. */
  public IsolationAlert(
      String fingerprint,
      int revision,
      AlertCode code,
      Severity severity,
      AlertStatus status,
      String host,
      Boundary boundary,
      Boot bootBefore,
      Boot bootAfter,
      long takenBeforeMillis,
      long takenAfterMillis,
      List<AlertDevice> devices,
      List<String> vms,
      @Nullable Cause cause,
      String headline,
      String nextStep) {
    this(
        fingerprint,
        revision,
        code,
        severity,
        status,
        host,
        boundary,
        bootBefore,
        bootAfter,
        takenBeforeMillis,
        takenAfterMillis,
        devices,
        vms,
        cause,
        headline,
        nextStep,
        null);
  }

  /** Copies the lists. */
  public IsolationAlert {
    devices = List.copyOf(devices);
    vms = List.copyOf(vms);
  }

  /** The same alert with another urgency. */
  public IsolationAlert withSeverity(Severity newSeverity) {
    return new IsolationAlert(
        fingerprint,
        revision,
        code,
        newSeverity,
        status,
        host,
        boundary,
        bootBefore,
        bootAfter,
        takenBeforeMillis,
        takenAfterMillis,
        devices,
        vms,
        cause,
        headline,
        nextStep,
        evidence);
  }

  /** The same alert in another state of its life. */
  public IsolationAlert with(AlertStatus newStatus, int newRevision) {
    return with(fingerprint, newStatus, newRevision);
  }

  /** The same alert in another state of its life, under the fingerprint it was raised with. */
  public IsolationAlert with(String newFingerprint, AlertStatus newStatus, int newRevision) {
    return new IsolationAlert(
        newFingerprint,
        newRevision,
        code,
        severity,
        newStatus,
        host,
        boundary,
        bootBefore,
        bootAfter,
        takenBeforeMillis,
        takenAfterMillis,
        devices,
        vms,
        cause,
        headline,
        nextStep,
        evidence);
  }

  /** The same alert on other evidence. */
  public IsolationAlert with(@Nullable Evidence newEvidence) {
    return new IsolationAlert(
        fingerprint,
        revision,
        code,
        severity,
        status,
        host,
        boundary,
        bootBefore,
        bootAfter,
        takenBeforeMillis,
        takenAfterMillis,
        devices,
        vms,
        cause,
        headline,
        nextStep,
        newEvidence);
  }
}
