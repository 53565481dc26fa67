package io.acswatch.collector.source;

import io.acswatch.collector.source.ConfigReader.ConfigRead;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code /sys/bus/pci/devices}: every function's configuration space and attributes. */
final class PciSource {
  static final String DEVICES = "/sys/bus/pci/devices";

  private final HostTree tree;
  private final ConfigReader config;
  private final ReadGuard guard;
  private final FixedAttributes fixedAttributes;

  PciSource(HostTree tree, ConfigReader config, ReadGuard guard) {
    this.tree = tree;
    this.config = config;
    this.guard = guard;
    fixedAttributes = new FixedAttributes(tree);
  }

  static String directory(PciAddress address) {
    return DEVICES + "/" + address;
  }

  /**
   * Reads every function in order of address, without those that vanish; fails without a bus. What
   * {@code whole} means says {@link ConfigReader#read}.
   */
  List<CapturedFunction> read(IommuGroupSource.Groups groups, boolean whole) throws IOException {
    if (!tree.exists(DEVICES)) {
      throw tree.missing(DEVICES);
    }
    List<CapturedFunction> functions = new ArrayList<>();
    for (String name : tree.names(DEVICES)) {
      PciAddress address = PciAddress.parseOrNull(name);
      CapturedFunction function = address == null ? null : guarded(address, name, groups, whole);
      if (function != null) {
        functions.add(function);
      }
    }
    fixedAttributes.retain(
        functions.stream().map(CapturedFunction::address).collect(Collectors.toSet()));
    functions.sort(Comparator.comparing(CapturedFunction::address));
    return functions;
  }

  /** Names of the IOMMUs that serve these functions, sorted; they tell the driver. */
  SortedSet<String> iommus(List<CapturedFunction> functions) {
    SortedSet<String> names = new TreeSet<>();
    for (CapturedFunction function : functions) {
      names.add(tree.linkName(directory(function.address()) + "/iommu"));
    }
    names.remove("");
    return names;
  }

  private @Nullable CapturedFunction guarded(
      PciAddress address, String name, IommuGroupSource.Groups groups, boolean whole) {
    String directory = directory(address);
    if (!guard.begin(directory, true)) {
      return stuck(address, directory);
    }
    guard.countRead();
    try {
      return readOne(address, name, groups, whole);
    } finally {
      guard.end();
    }
  }

  /** A function in which a reader is stuck: it is there, and nothing more is known. */
  private @Nullable CapturedFunction stuck(PciAddress address, String directory) {
    try {
      return new CapturedFunction(
          address,
          tree.realPath(directory),
          ConfigRead.nothing(ReadStatus.UNREADABLE).space(),
          ReadStatus.UNREADABLE,
          new PciIds(0, 0, 0),
          KernelView.NONE,
          "");
    } catch (IOException gone) {
      return null;
    }
  }

  private @Nullable CapturedFunction readOne(
      PciAddress address, String name, IommuGroupSource.Groups groups, boolean whole) {
    String directory = DEVICES + "/" + name;
    FixedAttributes.Fixed fixed;
    try {
      fixed = fixedAttributes.of(address, directory);
    } catch (IOException gone) {
      return null;
    }
    PciIds ids = new PciIds(fixed.vendor(), fixed.device(), tree.number(directory + "/class", 0));
    ConfigRead read = readConfig(address, ids, directory, fixed, whole);
    if (read == null) {
      if (!tree.exists(directory)) {
        return null;
      }
      read = ConfigRead.nothing(ReadStatus.UNREADABLE);
    }
    return new CapturedFunction(
        address,
        fixed.path(),
        read.space(),
        read.status(),
        ids,
        kernelView(directory, groups),
        fixed.removable());
  }

  private @Nullable ConfigRead readConfig(
      PciAddress address, PciIds ids, String directory, Object function, boolean whole) {
    if (guard.denied().denies(address, ids)) {
      guard.countSkipped();
      return ConfigRead.nothing(ReadStatus.UNREADABLE);
    }
    return config.read(directory, function, whole);
  }

  private KernelView kernelView(String directory, IommuGroupSource.Groups groups) {
    int group = groupOf(directory);
    String physicalFunction = tree.linkName(directory + "/physfn");
    return new KernelView(
        group,
        groups.typeOf(group),
        tree.linkName(directory + "/driver"),
        new KernelView.Sriov(
            PciAddress.parseOrNull(physicalFunction),
            tree.number(directory + "/sriov_numvfs", 0),
            tree.number(directory + "/sriov_totalvfs", 0)),
        tree.number(directory + "/ari_enabled", 0) != 0,
        false,
        Preservation.NONE);
  }

  private int groupOf(String directory) {
    try {
      return Integer.parseInt(tree.linkName(directory + "/iommu_group"));
    } catch (NumberFormatException none) {
      return KernelView.NO_GROUP;
    }
  }
}
