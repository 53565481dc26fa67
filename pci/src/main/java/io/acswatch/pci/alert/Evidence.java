package io.acswatch.pci.alert;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an alert rests on, beside its devices and cause.
 *
 * @param observed the snapshot that raised or changed the alert; of a resolved one, the snapshot
 *     that ended it
 * @param confidence how far the owners can be relied on
 * @param facts what is particular to the code, by name
 * @param ports ACS registers on the way from the devices to the root, nearest the root first
 * @param members all members of the groups concerned, bridges included, in order of place
 */
public record Evidence(
    Basis basis,
    Observed observed,
    Confidence confidence,
    List<Fact> facts,
    List<PortRegisters> ports,
    List<AlertDevice> members) {
  /**
   * What all alerts of one comparison rest on.
   *
   * @param platform the kind of machine, as {@link Platform} says; empty if unknown
   * @param partial the snapshot before was too old or missing: more may have changed than is told
   * @param privileged the collector read more than the first 64 bytes of every function
   * @param unread number of functions that were not read as far as the kernel reads them
   */
  public record Basis(
      String platform,
      BootClass bootClass,
      boolean partial,
      boolean privileged,
      int functions,
      int unread) {}

  /**
   * A snapshot, named.
   *
   * @param takenAtMillis when it was taken, milliseconds since 1970, 0 if unknown
   * @param sequence its number within the boot, 0 if unknown
   */
  public record Observed(String bootId, long takenAtMillis, long sequence) {
    public static Observed of(Snapshot snapshot) {
      return new Observed(snapshot.boot().id(), snapshot.takenAtMillis(), snapshot.sequence());
    }
  }

  public record Fact(String name, String before, String after) {
    public static Fact now(String name, String value) {
      return new Fact(name, "", value);
    }
  }

  /** The ACS registers of one function on both sides; null where there is no capability. */
  public record PortRegisters(
      PciAddress port,
      DevicePath path,
      PortType type,
      @Nullable Integer capabilityBefore,
      @Nullable Integer capabilityAfter,
      @Nullable Integer controlBefore,
      @Nullable Integer controlAfter) {}

  public Evidence {
    facts = List.copyOf(facts);
    ports = List.copyOf(ports);
    members = List.copyOf(members);
  }

  public static Evidence of(Snapshot after, Confidence confidence, boolean partial) {
    int unread = 0;
    boolean privileged = true;
    for (var function : after.functions()) {
      unread += function.config().capabilitiesKnown() ? 0 : 1;
      privileged &= !(function.config().status() == ReadStatus.TRUNCATED_UNPRIVILEGED);
    }
    Basis basis =
        new Basis(
            Platform.of(after),
            after.bootClass(),
            partial,
            privileged,
            after.functions().size(),
            unread);
    return new Evidence(basis, Observed.of(after), confidence, List.of(), List.of(), List.of());
  }

  public Evidence with(List<Fact> facts) {
    return new Evidence(basis, observed, confidence, facts, ports, members);
  }

  public Evidence with(Confidence confidence) {
    return new Evidence(basis, observed, confidence, facts, ports, members);
  }

  public Evidence with(List<PortRegisters> ports, List<AlertDevice> members) {
    return new Evidence(basis, observed, confidence, facts, ports, members);
  }

  /** The same evidence, seen or ended by another snapshot. */
  public Evidence observedBy(Observed observed) {
    return new Evidence(basis, observed, confidence, facts, ports, members);
  }
}
