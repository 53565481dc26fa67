package io.acswatch.simulate;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertCode.Lifetime;
import io.acswatch.pci.alert.AlertStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows which alerts of one host must come, from what was done to it. Asks {@link GroundTruth} and
 * never the bytes; of the code under test it shares the names of the codes.
 *
 * <p>Whatever happens to a host is told to it between two snapshots; {@link #snapshot} then says
 * what the alerts of that snapshot are.
 */
final class Oracle {
  /** Codes it answers for. Alerts of others are none of its business. */
  static final Set<AlertCode> CODES =
      Collections.unmodifiableSet(
          EnumSet.of(
              AlertCode.GROUP_MERGED_CROSS_VM,
              AlertCode.GROUP_MERGED_VM_HOST,
              AlertCode.GROUP_MERGED_SAME_VM,
              AlertCode.GROUP_MERGED_UNOWNED,
              AlertCode.GROUP_SPLIT,
              AlertCode.ACS_BIT_CLEARED,
              AlertCode.ACS_BIT_SET,
              AlertCode.RUNTIME_ISOLATION_LOSS,
              AlertCode.PENDING_MERGE,
              AlertCode.SILENT_ISOLATION_LOSS,
              AlertCode.DEVICE_MISSING,
              AlertCode.DEVICE_NEW,
              AlertCode.ACS_CMDLINE_CHANGED));

  private final SimHost host;
  private final Map<String, Open> open = new TreeMap<>();
  private final List<Finding> found = new ArrayList<>();
  private final Map<SimFunction, String> ownersBefore = new HashMap<>();
  private final Map<SimFunction, String> lastOwners = new HashMap<>();
  private final Map<SimFunction, String> gained = new HashMap<>();
  private final Set<AlertCode> ended = EnumSet.noneOf(AlertCode.class);
  private @Nullable SimFunction faulty;
  private String faultChange = "";
  private boolean rebooted;
  private boolean drained;

  /**
   * What a snapshot shows; {@code place} tells findings of one code apart, {@code what} is more.
   */
  private record Finding(
      AlertCode code, String place, String what, String change, List<String> vms) {
    String key() {
      return code + " " + place;
    }
  }

  private record Open(Finding finding, long since) {}

  Oracle(SimHost host) {
    this.host = host;
    host.functions.forEach(function -> ownersBefore.put(function, function.vm));
  }

  /**
   * What a boot is compared with: the owners of the last snapshot are those that count. Where
   * nobody owned anything then, the host was drained for the boot, however late before it, and the
   * owners before that count. No live update is seen of a host without owners: VMs live through it.
   */
  void booted(boolean commandLineChanged) {
    rebooted = true;
    gained.clear();
    drained = host.functions.stream().noneMatch(Oracle::isOwned);
    host.functions.forEach(
        function ->
            ownersBefore.put(
                function, drained ? lastOwners.getOrDefault(function, "") : function.vm));
    if (commandLineChanged) {
      String options = host.boot().commandLine();
      found.add(new Finding(AlertCode.ACS_CMDLINE_CHANGED, "", options, "", List.of()));
    }
  }

  /** A port lost Control bits; {@code inRunningKernel} if no boot lies between. */
  void lost(SimFunction port, int before, boolean inRunningKernel) {
    faulty = port;
    faultChange = change(port, before);
    List<String> vms = vms(below(port));
    find(AlertCode.ACS_BIT_CLEARED, port.place, faultChange, vms);
    // What the running kernel promised, it promised to whoever owns a device now.
    List<String> running = vms(below(port), function -> function.vm);
    if (inRunningKernel && !running.isEmpty() && !GroundTruth.isolates(port)) {
      find(AlertCode.RUNTIME_ISOLATION_LOSS, port.place, faultChange, running);
    }
  }

  /**
   * Groups were formed while the port did not isolate. The owners of a drained host count over the
   * boot only: what the running kernel regroups is compared with the snapshot just before, in which
   * the bit was lost already.
   */
  void merged(SimFunction port, boolean inRunningKernel) {
    List<SimFunction> endpoints = below(port);
    if (units(endpoints) < 2) {
      return;
    }
    List<String> vms = vms(endpoints);
    if (inRunningKernel && drained && !vms.isEmpty()) {
      find(AlertCode.GROUP_MERGED_UNOWNED, port.place, "", List.of());
      return;
    }
    boolean unowned = endpoints.stream().anyMatch(function -> ownerBefore(function).isEmpty());
    if (vms.size() > 1) {
      find(AlertCode.GROUP_MERGED_CROSS_VM, port.place, faultChange, vms);
    }
    if (!vms.isEmpty() && unowned) {
      find(AlertCode.GROUP_MERGED_VM_HOST, port.place, faultChange, vms);
    } else if (vms.size() < 2) {
      AlertCode code =
          vms.isEmpty() ? AlertCode.GROUP_MERGED_UNOWNED : AlertCode.GROUP_MERGED_SAME_VM;
      find(code, port.place, faultChange, vms);
    }
  }

  /** The port has its bits again; {@code split} if groups were formed since. */
  void healed(SimFunction port, int before, boolean split) {
    String back = change(port, before);
    List<String> vms = split ? vms(below(port)) : vms(below(port), function -> function.vm);
    find(AlertCode.ACS_BIT_SET, port.place, back, vms);
    if (split && units(below(port)) > 1) {
      find(AlertCode.GROUP_SPLIT, port.place, back, vms);
    }
    end(AlertCode.ACS_BIT_CLEARED, AlertCode.RUNTIME_ISOLATION_LOSS);
    if (split) {
      end(
          AlertCode.GROUP_MERGED_CROSS_VM,
          AlertCode.GROUP_MERGED_VM_HOST,
          AlertCode.GROUP_MERGED_SAME_VM,
          AlertCode.GROUP_MERGED_UNOWNED);
    }
    faulty = null;
  }

  /** A bit came that the kernel does not ask for. */
  void gained(SimFunction port, int before) {
    gained.put(port, change(port, before));
  }

  void pulled(SimFunction device) {
    find(AlertCode.DEVICE_MISSING, device.place, "", vms(List.of(device)));
  }

  void putBack(SimFunction device) {
    end(AlertCode.DEVICE_MISSING);
    find(AlertCode.DEVICE_NEW, device.place, "", List.of());
  }

  /** The alerts of the snapshot that is taken now; order says nothing. */
  List<ExpectedAlert> snapshot(long takenAtMillis) {
    findOfGroups();
    // It names the VMs that have a device there now: one that is gone has none, until it is back.
    gained.forEach(
        (port, change) -> find(AlertCode.ACS_BIT_SET, port.place, change, vms(below(port))));
    rememberOwners();
    List<ExpectedAlert> alerts = new ArrayList<>();
    Set<String> again = new HashSet<>();
    for (Finding finding : found) {
      again.add(finding.key());
      Open earlier = open.get(finding.key());
      if (earlier == null || !earlier.finding().equals(finding)) {
        Open now = new Open(finding, takenAtMillis);
        open.put(finding.key(), now);
        alerts.add(alert(now, earlier == null ? AlertStatus.RAISED : AlertStatus.UPDATED));
      }
    }
    for (Open alert : List.copyOf(open.values())) {
      AlertCode code = alert.finding().code();
      boolean over = ended.contains(code) || rebooted && code.lifetime() == Lifetime.EVENT;
      if (over && !again.contains(alert.finding().key())) {
        open.remove(alert.finding().key());
        alerts.add(alert(alert, AlertStatus.RESOLVED));
      }
    }
    found.clear();
    ended.clear();
    rebooted = false;
    return alerts;
  }

  private static boolean isOwned(SimFunction function) {
    return function.present && !function.vm.isEmpty();
  }

  private void rememberOwners() {
    if (host.functions.stream().anyMatch(Oracle::isOwned)) {
      host.functions.forEach(
          function -> lastOwners.put(function, isOwned(function) ? function.vm : ""));
    }
  }

  private void findOfGroups() {
    Map<SimFunction, String> hardware = GroundTruth.hardwareGroups(host.functions);
    findApart(AlertCode.PENDING_MERGE, groups(GroundTruth::kernelGroup));
    findApart(AlertCode.SILENT_ISOLATION_LOSS, groups(hardware::get));
  }

  private String ownerBefore(SimFunction function) {
    return ownersBefore.getOrDefault(function, "");
  }

  private String owner(SimFunction function) {
    return function.vm.isEmpty() ? ownerBefore(function) : function.vm;
  }

  private Map<String, List<SimFunction>> groups(Function<SimFunction, String> groupOf) {
    Map<String, List<SimFunction>> groups = new HashMap<>();
    for (SimFunction function : host.functions) {
      if (function.present && !owner(function).isEmpty()) {
        groups.computeIfAbsent(groupOf.apply(function), name -> new ArrayList<>()).add(function);
      }
    }
    return groups;
  }

  /** VMs that share a group here and not in the kernel's; there is one fault at a time. */
  private void findApart(AlertCode code, Map<String, List<SimFunction>> groups) {
    List<String> vms =
        groups.values().stream()
            .filter(this::ownersApart)
            .map(functions -> vms(functions, this::owner))
            .findFirst()
            .orElse(List.of());
    if (vms.isEmpty() || faulty == null) {
      end(code);
    } else {
      find(code, faulty.place, faultChange, vms);
    }
  }

  private boolean ownersApart(List<SimFunction> owned) {
    return owned.stream()
        .anyMatch(
            a -> owned.stream().anyMatch(b -> !owner(a).equals(owner(b)) && a.group != b.group));
  }

  private void find(AlertCode code, String place, String change, List<String> vms) {
    found.add(new Finding(code, place, "", change, vms));
  }

  private void end(AlertCode... codes) {
    ended.addAll(List.of(codes));
  }

  private ExpectedAlert alert(Open alert, AlertStatus status) {
    Finding finding = alert.finding();
    return new ExpectedAlert(
        alert.since(), host.id, status, finding.code(), finding.change(), finding.vms());
  }

  private static String change(SimFunction port, int before) {
    return ExpectedAlert.change(port.address.toString(), before, port.control());
  }

  private List<SimFunction> below(SimFunction port) {
    return host.functions.stream()
        .filter(function -> function.present && !function.part.isBridge())
        .filter(function -> GroundTruth.isBelow(function, port))
        .toList();
  }

  /** Devices that were groups of their own: functions that nothing separates count as one. */
  private static long units(List<SimFunction> endpoints) {
    return endpoints.stream().filter(function -> function.part != Part.DISPLAY_AUDIO).count();
  }

  private List<String> vms(List<SimFunction> functions) {
    return vms(functions, this::ownerBefore);
  }

  private static List<String> vms(
      List<SimFunction> functions, Function<SimFunction, String> ownerOf) {
    TreeSet<String> vms = new TreeSet<>();
    functions.stream().map(ownerOf).filter(vm -> !vm.isEmpty()).forEach(vms::add);
    return List.copyOf(vms);
  }
}
