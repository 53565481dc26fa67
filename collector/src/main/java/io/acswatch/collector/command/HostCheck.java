package io.acswatch.collector.command;

import io.acswatch.cli.Program;
import io.acswatch.collector.agent.FramesTopic;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ownership.Ownership;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.collector.source.ownership.SourceHealth;
import io.acswatch.collector.spool.SigningKey;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.BootOrigin;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks at a host as the collector does, with the privileges that it has now, and tells what it
 * sees. Opens the same files for reading, and none for writing.
 */
final class HostCheck {
  private static final String KHO = "/sys/kernel/debug/kho";

  private final HostTree tree;
  private final List<Item> items = new ArrayList<>();

  record Item(String subject, State state, String says, String next) {}

  enum State {
    OK,
    LIMITED,
    FAILED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  HostCheck(HostTree tree) {
    this.tree = tree;
  }

  List<Item> items() {
    return items;
  }

  private void ok(String subject, String says) {
    items.add(new Item(subject, State.OK, says, ""));
  }

  private void limited(String subject, String says, String next) {
    items.add(new Item(subject, State.LIMITED, says, next));
  }

  private void failed(String subject, String says, String next) {
    items.add(new Item(subject, State.FAILED, says, next));
  }

  /**
   * Reads functions, groups and kexec; a host that shows no PCI bus fails.
   *
   * @param id that is set; empty for the host's own name
   */
  void host(HostReader reader, String id) {
    Capture capture;
    try {
      capture = reader.read(reader.hostName(), reader.uptimeMillis(), List.of());
    } catch (IOException unreadable) {
      failed("host", Program.describe(unreadable), "run it on a Linux host, outside containers");
      return;
    }
    hostName(id.isEmpty() ? reader.hostName() : id);
    config(capture);
    groups(capture);
    kexec();
    liveUpdate(capture);
    kernelLog(capture);
  }

  private void kernelLog(Capture capture) {
    String can = "live update: nothing shows whether the kernel can preserve PCI devices";
    for (String note : capture.notes()) {
      can = note.startsWith(Boot.LIVE_UPDATE_NOTE) ? note : can;
      if (note.startsWith(Capture.KERNEL_LOG_UNREAD)) {
        limited(
            "kernel-log",
            note + "; it alone tells which devices a live update carried",
            "give the reader the drop-in kernel-log.conf, where there are live updates");
      } else if (note.equals(Capture.KERNEL_LOG_READ)) {
        ok("kernel-log", note);
      }
    }
    ok("live-update", can);
  }

  private void hostName(String name) {
    if (name.isEmpty()) {
      failed("host", "the host has no name", "set collector.host.id");
    } else {
      ok("host", "sends as " + name);
    }
  }

  private void config(Capture capture) {
    Map<ReadStatus, Integer> count = new EnumMap<>(ReadStatus.class);
    for (CapturedFunction function : capture.functions()) {
      count.merge(function.readStatus(), 1, Integer::sum);
    }
    int all = capture.functions().size();
    int cut = count.getOrDefault(ReadStatus.TRUNCATED_UNPRIVILEGED, 0);
    int unreadable = count.getOrDefault(ReadStatus.UNREADABLE, 0);
    String read =
        count.entrySet().stream()
            .map(status -> status.getValue() + " " + status.getKey())
            .collect(Collectors.joining(", "));
    String says = all + " functions: " + (count.isEmpty() ? "none" : read);
    if (cut > 0) {
      failed(
          "config",
          says + "; ACS lies beyond what was given",
          "run as root, or with CAP_SYS_ADMIN in the initial user namespace");
    } else if (all == 0 || unreadable > 0) {
      limited("config", says, "look into the kernel log for these devices");
    } else {
      ok("config", says);
    }
  }

  private void groups(Capture capture) {
    long groups =
        capture.functions().stream()
            .filter(f -> f.kernel().hasGroup())
            .map(f -> f.kernel().group())
            .distinct()
            .count();
    if (groups > 0) {
      ok("groups", groups + " IOMMU groups hold PCI functions");
    } else {
      limited(
          "groups",
          "the kernel reports no IOMMU groups",
          "switch the IOMMU on in firmware and on the kernel's command line, if devices are"
              + " passed through here");
    }
  }

  private void kexec() {
    for (String file : List.of("/sys/kernel/kexec/loaded", "/sys/kernel/kexec_loaded")) {
      if (!tree.textOr(file, "").isEmpty()) {
        boolean loaded = tree.textOr(file, "").equals("1");
        ok("kexec", file + ": " + (loaded ? "an image" : "no image"));
        return;
      }
    }
    limited(
        "kexec",
        "the kernel does not tell whether an image is loaded",
        "without CONFIG_KEXEC there is no live update; nothing to do then");
  }

  private void liveUpdate(Capture capture) {
    boolean readable = tree.exists(KHO);
    String node =
        tree.exists("/dev/liveupdate") ? "/dev/liveupdate is there" : "no /dev/liveupdate";
    BootOrigin boot = BootOrigin.of(capture.boot(), capture.notes());
    if (boot.bootClass().isKexec()) {
      ok("handover", String.join("; ", boot.evidence()) + "; " + node);
    } else if (readable) {
      boolean in = tree.exists(KHO + "/in");
      String says = in ? "this boot was handed over by KHO" : "this boot was not handed over";
      ok("handover", says + "; " + node);
    } else if (boot.bootClass() == BootClass.UNKNOWN) {
      limited(
          "handover",
          "this architecture names no loader: a kexec by kexec_load cannot be told from a cold"
              + " boot; "
              + node,
          "load images with kexec -s: the kernel then has linux,booted-from-kexec in its device"
              + " tree (/sys/firmware/fdt, which root reads, where ACPI describes the machine)");
    } else {
      limited(
          "handover",
          "no sign of a handover in boot_params, and " + KHO + " does not show; " + node,
          "on kernels with kho=on: mount debugfs; it shows to root only");
    }
  }

  /** Reads who owns what: each kind of source, conflicts, and devices that nobody claims. */
  void owners(OwnershipReader reader) throws IOException {
    Ownership ownership = reader.read();
    for (SourceHealth health : reader.health()) {
      String subject = "owners:" + health.source().label();
      if (health.isSuccess()) {
        ok(subject, health.claims() + " claims");
      } else {
        limited(
            subject,
            health.claims() + " claims; " + String.join("; ", health.problems()),
            nextFor(health));
      }
    }
    for (Ownership.Conflict conflict : ownership.conflicts()) {
      limited("owners", conflict.described(), "find out which is right; the first one counts");
    }
    for (String process : ownership.unattributed()) {
      limited("owners", process, "name the device in a file in /run/acswatch/owners.d");
    }
    unowned(ownership);
  }

  private static String nextFor(SourceHealth health) {
    return switch (health.source()) {
      case LIBVIRT, DESCRIPTOR, COMMAND_LINE ->
          "let the reader see it by the drop-in owners.conf of its unit, or have the orchestrator"
              + " write owner files";
      case OWNERS_FILE, DROP_IN -> "mend the file; acswatch-collector.conf(5) describes it";
    };
  }

  private void unowned(Ownership ownership) throws IOException {
    Set<PciAddress> owned = new HashSet<>();
    ownership.claims().forEach(claim -> owned.add(claim.address()));
    List<PciAddress> open =
        OwnershipReader.boundToVfio(tree).stream().filter(a -> !owned.contains(a)).toList();
    if (open.isEmpty()) {
      ok("owners", "nobody is missing: every device held for VMs has an owner");
    } else {
      limited(
          "owners",
          "held for VMs, owner unknown: " + open,
          "none of these may be in use; otherwise see the sources above");
    }
  }

  void spool(Path directory) {
    String says = directory.toString();
    if (!Files.isDirectory(directory)) {
      failed("spool", says + ": no such directory", "create it");
    } else if (!Files.isWritable(directory)) {
      failed("spool", says + ": not writable", "give it to the user of the reader");
    } else {
      ok("spool", says + ": writable");
    }
  }

  /** The key by which the reader signs frames; it may be another user's. */
  void signing(Path directory) {
    try {
      ok("signing", "frames are signed by " + SigningKey.read(directory).text());
    } catch (NoSuchFileException none) {
      ok("signing", "no key in " + directory + " yet; the reader makes it at its first start");
    } catch (AccessDeniedException refused) {
      limited("signing", Program.describe(refused), "run it as root");
    } catch (IOException damaged) {
      failed("signing", "frames are not signed: " + Program.describe(damaged), "");
    }
  }

  /** Logs in as the sender does; it would take settings of {@link KafkaClients}. */
  void broker(Map<String, Object> settings, String topic) throws InterruptedException {
    String problem = FramesTopic.problem(settings, topic);
    if (problem == null) {
      ok("broker", settings.get("bootstrap.servers") + ": frames may be written to " + topic);
    } else {
      failed("broker", problem, "see address, login and rights of the sender");
    }
  }
}
