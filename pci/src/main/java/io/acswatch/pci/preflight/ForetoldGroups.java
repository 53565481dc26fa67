package io.acswatch.pci.preflight;

import io.acswatch.pci.groups.FollowedRules;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Groups that a kernel would form after an ordinary kexec or a reboot, under one of the rule sets
 * that it may follow.
 *
 * @param model the rules
 * @param supposition what of the hardware nobody has seen and is supposed here; empty if nothing
 * @param groupOf group of each function by its place; functions without one are left out
 * @param weak functions at or above the places asked for that do not isolate
 */
public record ForetoldGroups(
    ModelChoice model,
    String supposition,
    Map<DevicePath, Integer> groupOf,
    SortedSet<PciAddress> weak) {

  /**
   * All that may come of it.
   *
   * @param present the host now
   * @param release of the kernel to come, null for the present one
   * @param commandLine of the kernel to come, null for the present one
   * @param asked overrules the rules of that kernel, null for its own
   * @param places for which weak functions are asked
   */
  public static List<ForetoldGroups> of(
      Snapshot present,
      @Nullable String release,
      @Nullable String commandLine,
      @Nullable GroupingModel asked,
      Collection<DevicePath> places) {
    HostView view = new HostView(present);
    ModelChoice running = FollowedRules.of(present, null, null).check().grouping().choice();
    TakenBits taken = new TakenBits(view, running);
    List<ForetoldGroups> all = new ArrayList<>();
    for (KexecTarget target :
        KexecTarget.of(
            present.boot(), present.functions(), release, commandLine, asked, List.of())) {
      if (!target.model().isComputable()) {
        continue;
      }
      KexecForecast forecast =
          new KexecForecast(present, null, target.boot(), target.model(), taken, true);
      all.add(of(forecast, present, target.model(), places, true));
      if (!forecast.unseen.isEmpty()) {
        KexecForecast refused =
            new KexecForecast(present, null, target.boot(), target.model(), taken, false);
        all.add(of(refused, present, target.model(), places, false));
      }
    }
    return all;
  }

  private static ForetoldGroups of(
      KexecForecast forecast,
      Snapshot present,
      ModelChoice model,
      Collection<DevicePath> places,
      boolean takes) {
    Map<DevicePath, Integer> groups = new HashMap<>();
    for (PciFunction function : forecast.foretoldAfter(present).functions()) {
      if (function.kernel().hasGroup()) {
        groups.put(function.path(), function.kernel().group());
      }
    }
    String supposition =
        forecast.unseen.isEmpty()
            ? ""
            : "%s %s the ACS bits that the kernel writes, which nobody has seen"
                .formatted(Joined.all(forecast.unseen.keySet()), takes ? "takes" : "does not take");
    return new ForetoldGroups(model, supposition, groups, forecast.weakAbove(places));
  }
}
