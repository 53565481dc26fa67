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
import java.util.OptionalInt;
import java.util.stream.IntStream;
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

  /** Functions that the new kernel would adopt, ports included. */
  final BitSet functions = new BitSet();

  PreservedDevices(HostView view, AcsRules rules, AcsOptions options, LiveUpdateAbility ability) {
    this.view = view;
    this.rules = rules;
    this.options = options;
    this.ability = ability;
    hierarchy = view.hierarchy();
    anyAsked = IntStream.range(0, hierarchy.size()).anyMatch(i -> isAsked(view, i));
    IntStream.range(0, hierarchy.size())
        .filter(i -> isMeant(i) && refusal(i) == null)
        .flatMap(hierarchy::upwards)
        .forEach(functions::set);
  }

  private static boolean isAsked(HostView view, int index) {
    return view.function(index).kernel().preservation().isAsked();
  }

  private boolean isMeant(int index) {
    return view.isEndpoint(index) && (anyAsked ? isAsked(view, index) : view.isOwned(index));
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
    OptionalInt quirk = hierarchy.upwards(index).filter(rules::needsEnablingQuirk).findFirst();
    return quirk.isEmpty()
        ? null
        : hierarchy.function(quirk.getAsInt()).address() + " relies on ACS quirks";
  }

  /** Refused devices, high; those of VMs that nobody asked for, where others were, a warning. */
  List<IsolationAlert> refusals() {
    List<IsolationAlert> refusals = new ArrayList<>();
    Comparison comparison = new Comparison(view.snapshot(), view.snapshot());
    for (int i = 0; i < hierarchy.size(); i++) {
      String reason = view.isOwned(i) || isMeant(i) ? refusal(i) : null;
      if (reason != null) {
        String refuse = "A live update would refuse to preserve %s: %s";
        refusals.add(alert(comparison, view, i, Severity.HIGH, refuse, reason));
      } else if (anyAsked && view.isOwned(i) && !isAsked(view, i)) {
        String unasked = "others were asked for, this one was not";
        String leave = "A live update would not carry %s: %s";
        refusals.add(alert(comparison, view, i, Severity.WARNING, leave, unasked));
      }
    }
    return refusals;
  }

  /** Devices that were asked for, of which an ordinary kexec carries none. */
  static List<IsolationAlert> leftBehind(HostView view) {
    List<IsolationAlert> left = new ArrayList<>();
    Comparison comparison = new Comparison(view.snapshot(), view.snapshot());
    for (int i = 0; i < view.size(); i++) {
      if (view.isEndpoint(i) && isAsked(view, i)) {
        String reason = "it is to pass through a live update";
        String leave = "An ordinary kexec would not carry %s: %s";
        left.add(alert(comparison, view, i, Severity.HIGH, leave, reason));
      }
    }
    return left;
  }

  private static IsolationAlert alert(
      Comparison comparison,
      HostView view,
      int index,
      Severity severity,
      String headline,
      String reason) {
    return comparison.alert(
        AlertCode.PRESERVATION_REFUSED,
        severity,
        index,
        view.isOwned(index) ? List.of(view.owner(index)) : List.of(),
        Cause.of(Cause.Kind.PRESERVATION_REFUSED, reason + "."),
        headline.formatted(view.function(index).address(), reason));
  }

  /** A device's own words, which vfio-pci restores as the old kernel goes down; never a port's. */
  boolean isRestored(int index) {
    return functions.get(index) && view.isEndpoint(index) && view.isUnderVfio(index);
  }

  /**
   * True if a function is below a preserved port that has lost its bus numbers, so that the new
   * kernel will not find it: the function does not answer any more either.
   */
  boolean isLost(int index) {
    return !hierarchy.function(index).config().status().isConclusive()
        && hierarchy.upwards(index).skip(1).anyMatch(i -> functions.get(i) && hasNoBusNumbers(i));
  }

  private boolean hasNoBusNumbers(int bridge) {
    var config = hierarchy.function(bridge).config();
    int own = hierarchy.function(bridge).address().bus();
    return config.status().isConclusive()
        && (config.secondaryBus() <= own || config.subordinateBus() < config.secondaryBus());
  }
}
