package io.acswatch.simulate;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A simulated host as it is at one moment; changes when something happens to it. */
final class SimHost {
  private static final int FIRMWARE_LOADER = 0x72;
  private static final String SOURCE = "fleet";
  private static final String GROUP_TYPE = "DMA-FQ";
  private static final String HANDED_OVER =
      Capture.KERNEL_LOG_PREFIX + "[    0.482113] luo: Retrieved live update data from KHO";

  final String id;
  final List<SimFunction> functions;
  final Chance chance;

  boolean kexecLoaded;
  private Boot boot;
  private boolean liveUpdated;
  private String bootBefore = "";
  private long sequence;
  private long stateSequence;
  private final Map<SimFunction, ReadFault> readFaults = new LinkedHashMap<>();

  SimHost(String id, int functionCount, int vms, String release, Chance chance) {
    this.id = id;
    this.chance = chance;
    functions = HostBuilder.build(functionCount, chance);
    boot = boot(release, "intel_iommu=on", FIRMWARE_LOADER);
    if (vms > 0) {
      assign(vms);
    }
    regroup();
  }

  private Boot boot(String release, String commandLine, int loader) {
    return new Boot(
        chance.uuid(),
        release,
        "#1 SMP PREEMPT_DYNAMIC",
        "BOOT_IMAGE=/boot/vmlinuz-" + release + " root=/dev/nvme0n1p2 ro quiet " + commandLine,
        loader,
        0);
  }

  /**
   * Deals three in four of the functions that may be given away to VMs, in turns, so that the
   * devices below one switch are of many; functions of one device stay together.
   */
  private void assign(int vms) {
    int turn = chance.below(vms);
    for (SimFunction function : functions) {
      if (!function.part.isAssignable()) {
        continue;
      }
      if (function.part == Part.DISPLAY_AUDIO) {
        function.vm = functions.get(functions.indexOf(function) - 1).vm;
      } else if (!chance.oneIn(4)) {
        function.vm = "vm-%03d".formatted(turn++ % vms);
      }
    }
  }

  Boot boot() {
    return boot;
  }

  /** Starts another kernel by kexec; what was cleared stays so only under a live update. */
  void kexec(String release, String commandLine, boolean liveUpdate) {
    bootBefore = boot.id();
    boot = boot(release, commandLine, Boot.KEXEC_LOADER);
    liveUpdated = liveUpdate;
    kexecLoaded = false;
    sequence = 0;
    stateSequence = 0;
  }

  /** Numbers groups anew by what the ports are now, as a boot or a remove and rescan does. */
  void regroup() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (SimFunction function : scanned()) {
      String group = GroundTruth.kernelGroup(function);
      numbers.putIfAbsent(group, numbers.size());
      function.group = numbers.get(group);
    }
  }

  /** The functions there are, in the kernel's order: bus after bus, VFs last. */
  List<SimFunction> scanned() {
    List<SimFunction> order = new ArrayList<>();
    List<SimFunction> virtual = new ArrayList<>();
    for (SimFunction function : functions) {
      if (function.present) {
        (function.isVirtual() ? virtual : order).add(function);
      }
    }
    // A kernel finds all of a bus before what is below it; buses have ascending numbers.
    order.sort(Comparator.comparing(function -> function.address));
    order.addAll(virtual);
    return order;
  }

  void readBadly(SimFunction function, ReadFault fault) {
    readFaults.put(function, fault);
  }

  Capture snapshot(long takenAtMillis) {
    List<SimFunction> scanned = scanned();
    List<CapturedFunction> captured = new ArrayList<>(scanned.size());
    List<OwnershipClaim> owners = new ArrayList<>();
    List<PciAddress> order = new ArrayList<>(scanned.size());
    for (SimFunction function : scanned) {
      order.add(function.address);
      captured.add(captured(function));
      if (!function.vm.isEmpty()) {
        owners.add(new OwnershipClaim(function.address, function.vm, SOURCE));
      }
    }
    captured.sort(Comparator.comparing(CapturedFunction::address));
    owners.sort(Comparator.comparing(OwnershipClaim::address));
    readFaults.clear();
    stateSequence = ++sequence;
    return new Capture(
        id, "", boot, takenAtMillis, sequence, kexecLoaded, order, captured, owners, notes());
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (liveUpdated) {
      notes.add(HANDED_OVER);
    }
    if (!bootBefore.isEmpty() && hasAgentThatNamesBoots(id)) {
      notes.add(Boot.PREVIOUS_BOOT_NOTE + bootBefore);
    }
    return notes;
  }

  /** Some hosts have the agent of before, which did not tell the boot before. */
  static boolean hasAgentThatNamesBoots(String id) {
    return id.charAt(id.length() - 1) % 4 != 0;
  }

  Unchanged unchanged(long lookedAtMillis, ContentDigest last) {
    return new Unchanged(id, boot.id(), lookedAtMillis, ++sequence, stateSequence, last);
  }

  KexecEvent kexecEvent(long takenAtMillis, KexecEvent.Step step) {
    return new KexecEvent(
        id, boot, takenAtMillis, ++sequence, stateSequence, kexecLoaded, step, "", "", List.of());
  }

  private CapturedFunction captured(SimFunction function) {
    ReadFault fault = readFaults.get(function);
    KernelView kernel =
        new KernelView(
            function.group,
            GROUP_TYPE,
            function.driver(),
            new KernelView.Sriov(
                function.physicalFunction == null ? null : function.physicalFunction.address,
                function.totalVfs,
                function.totalVfs),
            false,
            false,
            Preservation.NONE);
    return new CapturedFunction(
        function.address,
        function.sysfsPath,
        fault == null ? function.config() : fault.read(function.config()),
        fault == null ? ReadStatus.COMPLETE : fault.status,
        function.part.ids,
        kernel,
        "");
  }
}
