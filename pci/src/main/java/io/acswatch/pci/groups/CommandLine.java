package io.acswatch.pci.groups;

import io.acswatch.pci.iommu.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The words of a kernel command line that decide about ACS and the IOMMU. */
public final class CommandLine {
  private static final Set<String> IOMMU_OPTIONS =
      Set.of("iommu", "intel_iommu", "amd_iommu", "iommu.passthrough", "pcie_acs_override");
  private static final Set<String> PCI_OPTIONS =
      Set.of("disable_acs_redir", "config_acs", "noats", "assign-busses");

  private CommandLine() {}

  /** Words that mean something on this machine, in order; {@code pci=a,b} is two of them. */
  public static List<String> isolationOptions(String commandLine, Machine machine) {
    List<String> options = new ArrayList<>();
    for (String word : commandLine.split("\\s+")) {
      if (word.startsWith("pci=")) {
        for (String part : word.substring("pci=".length()).split(",")) {
          if (PCI_OPTIONS.contains(nameOf(part))) {
            options.add("pci=" + part);
          }
        }
      } else if (IOMMU_OPTIONS.contains(nameOf(word)) && machine.understands(nameOf(word))) {
        options.add(word);
      }
    }
    return options;
  }

  private static String nameOf(String option) {
    int equals = option.indexOf('=');
    return equals < 0 ? option : option.substring(0, equals);
  }

  /** What came and went in words: {@code pci=noats came, iommu=off went}; empty if nothing did. */
  public static String difference(String before, String after, Machine machine) {
    List<String> then = isolationOptions(before, machine);
    List<String> now = isolationOptions(after, machine);
    List<String> words = new ArrayList<>();
    now.stream().filter(o -> !then.contains(o)).forEach(o -> words.add(o + " came"));
    then.stream().filter(o -> !now.contains(o)).forEach(o -> words.add(o + " went"));
    return String.join(", ", words);
  }
}
