package io.acswatch.pci.preflight;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.preflight.Preflight.Mode;
import io.acswatch.pci.preflight.Preflight.Outcome;
import io.acswatch.pci.preflight.Preflight.Result;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.LiveUpdateAbility.Answer;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a kexec now would do where nobody says which kind it is: as a live update and as an ordinary
 * one, and which of the two counts.
 *
 * <p>Where the kernel to come can preserve devices, the live update's answer counts. Where it
 * cannot, the ordinary kexec's; but no VM's device survives that, so with one it is never a go.
 *
 * @param verdict the answer that counts, with its findings
 */
public record KexecAnswer(Result verdict, Result update, Result plain) {
  /**
   * Foretells both.
   *
   * @param present the host now, with the owners of its devices
   * @param targetCommandLine command line of the kernel to come; null for the present one
   * @param ability whether that kernel can preserve devices
   * @param forecast foretells one kind of kexec
   */
  public static KexecAnswer of(
      Snapshot present,
      @Nullable String targetCommandLine,
      LiveUpdateAbility ability,
      Function<Mode, Result> forecast) {
    Result update = forecast.apply(Mode.LIVE_UPDATE);
    Result plain = forecast.apply(Mode.PLAIN_KEXEC);
    String commandLine =
        targetCommandLine == null ? present.boot().commandLine() : targetCommandLine;
    boolean off = PreservedDevices.areSwitchedOff(AcsOptions.of(commandLine));
    String held = held(present);
    Result verdict;
    if (ability.answer() == Answer.CAN && !off) {
      verdict = update;
    } else if (held.isEmpty()) {
      verdict = plain;
    } else if (ability.answer() == Answer.CANNOT || off) {
      String why = "the command line to come does not switch live updates on";
      verdict = lost(held, off ? why : ability.evidence(), update, plain);
    } else {
      verdict = update; // never a go while nothing shows that it can
    }
    return new KexecAnswer(verdict, update, plain);
  }

  /** No go: a VM's device would not survive, whatever else would come of it. */
  private static Result lost(String held, String why, Result update, Result plain) {
    List<String> reasons = new ArrayList<>();
    reasons.add("No ordinary kexec carries a device: " + held + " would be lost (" + why + ").");
    Map<String, IsolationAlert> findings = new LinkedHashMap<>();
    for (Result result : List.of(update, plain)) {
      result.findings().forEach(alert -> findings.putIfAbsent(alert.fingerprint(), alert));
    }
    return new Result(Outcome.NO_GO, reasons, List.copyOf(findings.values()), plain.model());
  }

  /**
   * Devices of VMs, and those that somebody unknown holds through VFIO; empty if there are none.
   */
  private static String held(Snapshot present) {
    HostView view = new HostView(present);
    TreeSet<PciAddress> devices = new TreeSet<>();
    for (int i = 0; i < view.size(); i++) {
      if (view.isOwned(i) || view.isHeld(i)) {
        devices.add(view.function(i).address());
      }
    }
    return Joined.all(devices);
  }
}
