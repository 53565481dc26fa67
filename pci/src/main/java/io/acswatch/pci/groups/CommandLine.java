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

  static final String PCI = "pci=";

  private CommandLine() {}

  /** All words, in order; {@code pci=a,b} is two of them. */
  static List<String> words(String commandLine) {
    List<String> words = new ArrayList<>();
    for (String word : commandLine.split("\\s+")) {
      if (word.startsWith(PCI)) {
        for (String part : word.substring(PCI.length()).split(",")) {
          words.add(PCI + part);
        }
      } else {
        words.add(word);
      }
    }
    return words;
  }

  /** Words that mean something on this machine, in order. */
  public static List<String> isolationOptions(String commandLine, Machine machine) {
    List<String> options = words(commandLine);
    options.removeIf(
        word ->
            word.startsWith(PCI)
                ? !PCI_OPTIONS.contains(nameOf(word.substring(PCI.length())))
                : !IOMMU_OPTIONS.contains(nameOf(word)) || !machine.understands(nameOf(word)));
    return options;
  }

  /** What orders ACS Control, as it is typed: {@code disable_acs_redir} and {@code config_acs}. */
  public static String ofAcs(String commandLine) {
    List<String> words = words(commandLine);
    words.removeIf(word -> !isOfAcs(word));
    return String.join(" ", words);
  }

  /** The line without {@link #ofAcs}, and with another option. */
  public static String withoutAcs(String commandLine, String option) {
    List<String> words = words(commandLine);
    words.removeIf(CommandLine::isOfAcs);
    words.add(option);
    return String.join(" ", words).strip();
  }

  private static boolean isOfAcs(String word) {
    return word.startsWith(PCI + "disable_acs_redir=") || word.startsWith(PCI + "config_acs=");
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
