package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds functions that are other devices than before, elsewhere, or suspiciously altered. */
final class IdentityFindings extends Findings {
  private static final int MOST_DEVICES = 64;

  private IdentityFindings(Comparison comparison) {
    super(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    IdentityFindings findings = new IdentityFindings(comparison);
    comparison.changed().forEach(findings::replaced);
    comparison.changed().forEach(findings::virtualFunctions);
    findings.renumbered();
    return findings.alerts;
  }

  /**
   * Values that no register write changes, changed since the snapshot just before, in one boot.
   * Whether a reset or somebody's hands at the slot lie between cannot be seen from here.
   */
  static List<IsolationAlert> spoofs(Comparison comparison) {
    IdentityFindings findings = new IdentityFindings(comparison);
    if (!comparison.boundary().isBoot()) {
      comparison.changed().forEach(findings::altered);
    }
    return findings.alerts;
  }

  private static boolean areComparable(ConfigFacts a, ConfigFacts b) {
    return a.status().isConclusive() && b.status().isConclusive();
  }

  private void replaced(int index) {
    PciFunction then = then(index);
    PciFunction now = after.function(index);
    ConfigFacts old = then.config();
    ConfigFacts young = now.config();
    List<Evidence.Fact> facts = new ArrayList<>();
    if (!then.ids().equals(now.ids())) {
      addIfOther(facts, "ids", then.ids().toString(), now.ids().toString());
      addIfOther(facts, "class", hex6(then.ids().classCode()), hex6(now.ids().classCode()));
    }
    if (areComparable(old, young)) {
      boolean sameSerial = old.features().serialNumber() == young.features().serialNumber();
      boolean tells = comparison.boundary().isBoot() && !hasOwnSubsystem(then, now);
      if (!facts.isEmpty() || !sameSerial || tells) {
        addIfOther(facts, "subsystem", subsystem(old), subsystem(young));
      }
      addIfOther(facts, "serial number", serial(old), serial(young));
    }
    raise(
        AlertCode.DEVICE_REPLACED,
        comparison.anyOwner(index).isEmpty() ? Severity.WARNING : Severity.HIGH,
        index,
        "%s is another device: %s %s instead of %s",
        facts);
  }

  /**
   * True if one of the subsystem ids is that of the chip itself: firmware writes the board's, and a
   * chip that lost power in a suspend has its own again until somebody does so anew. Within a boot
   * subsystem ids say nothing at all: the kernel would have removed one device and found another.
   */
  private static boolean hasOwnSubsystem(PciFunction... functions) {
    return Arrays.stream(functions)
        .anyMatch(
            f ->
                f.config().header().subsystemVendor() == f.ids().vendor()
                    && f.config().header().subsystemDevice() == f.ids().device());
  }

  private void altered(int index) {
    PciFunction then = then(index);
    PciFunction now = after.function(index);
    ConfigFacts old = then.config();
    ConfigFacts young = now.config();
    if (!then.ids().equals(now.ids()) || !areComparable(old, young)) {
      return;
    }
    List<Evidence.Fact> facts = new ArrayList<>();
    addIfOther(facts, "device/port type", old.claimedType().label(), young.claimedType().label());
    addIfOther(facts, "serial number", serial(old), serial(young));
    addIfOther(facts, "ACS Capability", capability(old.acs()), capability(young.acs()));
    raise(
        AlertCode.SPOOF_SUSPECTED,
        Severity.HIGH,
        index,
        "%s changed what cannot change in the running kernel: %s",
        facts);
  }

  private void virtualFunctions(int index) {
    PciFunction then = then(index);
    PciFunction now = after.function(index);
    if (then.kernel().sriov().totalVfs() == 0 && now.kernel().sriov().totalVfs() == 0) {
      return;
    }
    List<Evidence.Fact> facts = new ArrayList<>();
    addIfOther(
        facts,
        "VFs",
        text(then.kernel().sriov().enabledVfs()),
        text(now.kernel().sriov().enabledVfs()));
    addIfOther(facts, "ARI", onOff(then.kernel().ariEnabled()), onOff(now.kernel().ariEnabled()));
    if (areComparable(then.config(), now.config())) {
      ConfigFacts.Features old = then.config().features();
      ConfigFacts.Features young = now.config().features();
      addIfOther(facts, "VF enable", onOff(old.vfsEnabled()), onOff(young.vfsEnabled()));
      addIfOther(facts, "first VF offset", text(old.firstVfOffset()), text(young.firstVfOffset()));
      addIfOther(facts, "VF stride", text(old.vfStride()), text(young.vfStride()));
    }
    raise(
        AlertCode.SRIOV_CHANGED,
        Severity.WARNING,
        index,
        "SR-IOV of %s is set up otherwise: %s %s instead of %s",
        facts);
  }

  /** One alert for the host: a bus more or less moves every address behind it. */
  private void renumbered() {
    List<Integer> moved =
        comparison
            .changed()
            .filter(i -> !then(i).address().equals(after.function(i).address()))
            .boxed()
            .toList();
    if (moved.isEmpty()) {
      return;
    }
    List<String> vms = vms(moved, comparison::anyOwner);
    List<Integer> named =
        moved.stream()
            .sorted(
                Comparator.comparing((Integer i) -> comparison.anyOwner(i).isEmpty())
                    .thenComparing(i -> after.function(i).path()))
            .limit(MOST_DEVICES)
            .toList();
    IsolationAlert alert =
        comparison.alert(
            AlertCode.BUS_RENUMBERED,
            vms.isEmpty() ? Severity.INFO : Severity.WARNING,
            "",
            comparison.devices(named),
            vms,
            null,
            "%d functions have other addresses %s"
                .formatted(moved.size(), comparison.boundary().when()));
    alerts.add(alert.withFacts(List.of(Evidence.Fact.now("functions moved", text(moved.size())))));
  }

  /** Tells what differs, if anything does; the headline names the first of it. */
  private void raise(
      AlertCode code, Severity severity, int index, String headline, List<Evidence.Fact> facts) {
    if (facts.isEmpty()) {
      return;
    }
    PciAddress address = after.function(index).address();
    Evidence.Fact first = facts.get(0);
    String told = headline.formatted(address, first.name(), first.after(), first.before());
    IsolationAlert alert =
        comparison.alert(code, severity, index, comparison.allVmsAtOrBelow(index), null, told);
    alerts.add(alert.withFacts(facts));
  }

  private static void addIfOther(
      List<Evidence.Fact> facts, String name, String before, String after) {
    if (!before.equals(after)) {
      facts.add(new Evidence.Fact(name, before, after));
    }
  }

  private static String hex6(int classCode) {
    return "%06x".formatted(classCode);
  }

  private static String subsystem(ConfigFacts facts) {
    return "%04x:%04x"
        .formatted(facts.header().subsystemVendor(), facts.header().subsystemDevice());
  }

  private static String serial(ConfigFacts facts) {
    long number = facts.features().serialNumber();
    return number == 0 ? "none" : "%016x".formatted(number);
  }

  private static String capability(@Nullable AcsRegisters acs) {
    return acs == null ? "none" : "%04x".formatted(acs.capability());
  }

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }

  private static String text(int number) {
    return Integer.toString(number);
  }
}
