package io.acswatch.pci.snapshot;

import io.acswatch.pci.iommu.Boot;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a kernel can carry PCI devices through a live update, and what shows it. Its version does
 * not: the options are off by default, and distributions take over patches.
 *
 * <p>Source: the PCI and VFIO live update series, {@code drivers/pci/Kconfig} and {@code
 * drivers/vfio/pci/Kconfig}; guests with and without them.
 *
 * @param evidence what was looked at and what it says, for people; empty if there is nothing
 */
public record LiveUpdateAbility(Answer answer, String evidence) {
  public static final LiveUpdateAbility UNKNOWN = new LiveUpdateAbility(Answer.UNKNOWN, "");

  /** The configuration of a kernel that can has both. */
  private static final List<String> OPTIONS =
      List.of("CONFIG_PCI_LIVEUPDATE", "CONFIG_VFIO_PCI_LIVEUPDATE");

  /** Begins the names of functions that a kernel with the first of them has. */
  public static final String SYMBOL = "pci_liveupdate_";

  private static final String CONFIG_SIGN = "CONFIG_PCI";
  private static final String EVIDENCE_AT = "; ";

  public enum Answer {
    CAN("can"),
    CANNOT("cannot"),
    UNKNOWN("not known");

    private final String word;

    Answer(String word) {
      this.word = word;
    }

    /** As reports name it: {@code can}, {@code cannot}, {@code not known}. */
    public String word() {
      return word;
    }
  }

  /** By a kernel's build configuration; unknown if the text is none. */
  public static LiveUpdateAbility ofConfig(String name, String text) {
    if (text.lines().noneMatch(line -> line.contains(CONFIG_SIGN))) {
      return UNKNOWN;
    }
    Set<String> lines = text.lines().map(String::strip).collect(Collectors.toSet());
    List<String> missing =
        OPTIONS.stream()
            .filter(o -> Stream.of("=y", "=m").noneMatch(set -> lines.contains(o + set)))
            .toList();
    return missing.isEmpty()
        ? new LiveUpdateAbility(Answer.CAN, name + " has " + String.join(" and ", OPTIONS))
        : new LiveUpdateAbility(
            Answer.CANNOT, name + " does not have " + String.join(" and ", missing));
  }

  /** By whether the kernel has functions of the PCI series, as {@code name} shows. */
  public static LiveUpdateAbility ofSymbols(String name, boolean has) {
    return new LiveUpdateAbility(
        has ? Answer.CAN : Answer.CANNOT,
        name + (has ? " has " : " does not have ") + SYMBOL + "*");
  }

  /** Of the kernel of a snapshot: by its note, else by what its log shows it did. */
  public static LiveUpdateAbility of(Snapshot snapshot) {
    LiveUpdateAbility noted = parse(snapshot.boot().notes().liveUpdate());
    boolean did =
        snapshot.functions().stream()
            .map(function -> function.kernel().preservation())
            .anyMatch(life -> life.isAsked() || life.wasAdopted());
    return noted.answer == Answer.UNKNOWN && did
        ? new LiveUpdateAbility(Answer.CAN, "the kernel log tells of preserved devices")
        : noted;
  }

  private static LiveUpdateAbility parse(String text) {
    int at = text.indexOf(EVIDENCE_AT);
    String word = at < 0 ? text : text.substring(0, at);
    for (Answer answer : Answer.values()) {
      if (answer.word.equals(word)) {
        return new LiveUpdateAbility(
            answer, at < 0 ? "" : text.substring(at + EVIDENCE_AT.length()));
      }
    }
    return UNKNOWN;
  }

  /** The note that carries it in frames and captures. */
  public String note() {
    return Boot.LIVE_UPDATE_NOTE + answer.word + EVIDENCE_AT + evidence;
  }
}
