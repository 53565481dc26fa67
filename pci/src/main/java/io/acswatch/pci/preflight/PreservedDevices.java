package io.acswatch.pci.preflight;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.judge.Comparison;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which functions a live update would carry: those that the log says were asked for; if it names
 * none, every VM's device. With each go all ports above it. And why it would not carry the others.
 *
 * <p>Source: the PCI and VFIO live update series, and what a kernel with them did: {@code
 * luo_core.c} is off unless {@code liveupdate=} says otherwise, and has no default that could be
 * built in; vfio-pci resets a function and restores what it saved, as the old kernel goes down; a
 * preserved bridge without bus numbers is not given any.
 */
final class PreservedDevices {
  private final HostView view;
  private final HostHierarchy hierarchy;
  private final AcsRules rules;
  private final AcsOptions options;
  private final LiveUpdateAbility ability;
  private final boolean anyAsked;
  private final BitSet preserved = new BitSet();

  PreservedDevices(HostView view, AcsRules rules, AcsOptions options, LiveUpdateAbility ability) {
    this.view = view;
    this.rules = rules;
    this.options = options;
    this.ability = ability;
    hierarchy = view.hierarchy();
    boolean asked = false;
    for (int i = 0; i < hierarchy.size(); i++) {
      asked |= isAsked(i);
    }
    anyAsked = asked;
    for (int i = 0; i < hierarchy.size(); i++) {
      if (isMeant(i) && refusal(i) == null) {
        for (int above = i; above != HostHierarchy.NONE; above = hierarchy.bridgeAbove(above)) {
          preserved.set(above);
        }
      }
    }
  }

  private boolean isAsked(int index) {
    return hierarchy.function(index).kernel().preservation().isAsked();
  }

  private boolean isMeant(int index) {
    return view.isEndpoint(index) && (anyAsked ? isAsked(index) : view.isOwned(index));
  }

  /** Functions that the new kernel would adopt, ports included. */
  BitSet functions() {
    return preserved;
  }

  /** True if a kernel's own word on the command line keeps it from adopting anything. */
  static boolean areSwitchedOff(AcsOptions options) {
    return options.switchesLiveUpdateOff() || !options.switchesLiveUpdateOn();
  }

  private @Nullable String refusal(int index) {
    if (ability.answer() == LiveUpdateAbility.Answer.CANNOT) {
      return "the kernel to come preserves no PCI devices (" + ability.evidence() + ")";
    }
    if (options.switchesLiveUpdateOff()) {
      return "the command line to come switches live updates off";
    }
    if (!options.switchesLiveUpdateOn()) {
      return "the command line to come lacks liveupdate=on, without which a kernel takes over"
          + " nothing";
    }
    if (hierarchy.function(index).isVirtualFunction()) {
      return "virtual functions cannot be preserved";
    }
    for (int i = index; i != HostHierarchy.NONE; i = hierarchy.bridgeAbove(i)) {
      if (rules.needsEnablingQuirk(i)) {
        return hierarchy.function(i).address() + " relies on ACS quirks";
      }
    }
    return null;
  }

  /**
   * Devices that would not pass: refused ones, high; of those of VMs that nobody asked for, where
   * others were, a warning: their VMs may be meant to end.
   */
  List<IsolationAlert> refusals() {
    List<IsolationAlert> refusals = new ArrayList<>();
    Comparison comparison = new Comparison(view.snapshot(), view.snapshot());
    for (int i = 0; i < hierarchy.size(); i++) {
      String reason = view.isOwned(i) || isMeant(i) ? refusal(i) : null;
      if (reason != null) {
        refusals.add(refused(comparison, i, Severity.HIGH, "refuse to preserve", reason));
      } else if (anyAsked && view.isOwned(i) && !isAsked(i)) {
        String unasked = "others were asked for, this one was not";
        refusals.add(refused(comparison, i, Severity.WARNING, "not carry", unasked));
      }
    }
    return refusals;
  }

  /** Devices that were asked for, of which an ordinary kexec carries none. */
  static List<IsolationAlert> leftBehind(HostView view) {
    List<IsolationAlert> left = new ArrayList<>();
    Comparison comparison = new Comparison(view.snapshot(), view.snapshot());
    for (int i = 0; i < view.size(); i++) {
      if (view.isEndpoint(i) && view.function(i).kernel().preservation().isAsked()) {
        String reason = "it is to pass through a live update";
        left.add(
            alert(comparison, view, i, Severity.HIGH, "An ordinary kexec", "not carry", reason));
      }
    }
    return left;
  }

  private IsolationAlert refused(
      Comparison comparison, int index, Severity severity, String does, String reason) {
    return alert(comparison, view, index, severity, "A live update", does, reason);
  }

  private static IsolationAlert alert(
      Comparison comparison,
      HostView view,
      int index,
      Severity severity,
      String kexec,
      String does,
      String reason) {
    return comparison.alert(
        AlertCode.PRESERVATION_REFUSED,
        severity,
        index,
        view.isOwned(index) ? List.of(view.owner(index)) : List.of(),
        Cause.of(Cause.Kind.PRESERVATION_REFUSED, reason + "."),
        "%s would %s %s: %s".formatted(kexec, does, view.function(index).address(), reason));
  }

  /** A device's own words, which vfio-pci restores as the old kernel goes down; never a port's. */
  boolean isRestored(int index) {
    return preserved.get(index) && view.isEndpoint(index) && view.isUnderVfio(index);
  }

  /**
   * Below which preserved port a function is that has lost its bus numbers, so that the new kernel
   * will not find it: the function does not answer any more either. NONE if there is none.
   */
  int lostBelow(int index) {
    if (hierarchy.function(index).config().status().isConclusive()) {
      return HostHierarchy.NONE;
    }
    for (int i = hierarchy.bridgeAbove(index);
        i != HostHierarchy.NONE;
        i = hierarchy.bridgeAbove(i)) {
      if (preserved.get(i) && hasNoBusNumbers(i)) {
        return i;
      }
    }
    return HostHierarchy.NONE;
  }

  private boolean hasNoBusNumbers(int bridge) {
    var config = hierarchy.function(bridge).config();
    int own = hierarchy.function(bridge).address().bus();
    return config.status().isConclusive()
        && (config.secondaryBus() <= own || config.subordinateBus() < config.secondaryBus());
  }
}
