package io.acswatch.pci.hierarchy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a function stands in its life across live updates, as the kernel log of one boot tells it.
 *
 * <pre>
 *   boot before:  NONE -> ASKED -> (carried)      ASKED -> TAKEN_BACK, or REFUSED at once
 *   boot after:   ADOPTED -> FINISHED             with the words it was found with, until it goes:
 *                 ADOPTED -> DESTROYED, FOUND_AGAIN
 *                 ADOPTED or FINISHED -> ADOPTED_AND_ASKED, for the update after
 * </pre>
 *
 * <p>An adopted word ends with the kernel's object of the function: FINISH, a reset or another
 * driver do not end it, removing and finding the function again does (guests with the series of
 * September 2026).
 *
 * <p>The place of a constant is its code in states: add at the end, never move.
 *
 * <p>Source: the queued PCI live update series, {@code drivers/pci/liveupdate.c}; its sentences may
 * still change before a release.
 */
public enum Preservation {
  NONE(""),
  /** This kernel will hand it over to the next. */
  ASKED("will be preserved across next Live Update"),
  /** The kernel before handed it over, and this one took it with the registers it had. */
  ADOPTED("was preserved by previous kernel across Live Update"),
  /** As adopted, and its part in the live update is done. */
  FINISHED("is finished participating in Live Update"),
  REFUSED_QUIRKS("Refusing to preserve device that relies on ACS quirks"),
  REFUSED_VIRTUAL_FUNCTION("Cannot preserve Virtual Functions"),
  /** Handed over, but this kernel has an ACS quirk for it and did not keep its registers. */
  QUIRK_REQUIRED("Device-specific quirk required to enable ACS!"),
  /** That was taken back, by whoever asked or after a refusal of a port above. */
  TAKEN_BACK("will no longer be preserved across next Live Update"),
  /** Adopted, and it went before its part was done. */
  DESTROYED("Destroying incoming-preserved device!"),
  /** Adopted, then removed and found again: the kernel sets its registers as those of any other. */
  FOUND_AGAIN(""),
  /** Adopted, and it will be handed over to the next kernel too. */
  ADOPTED_AND_ASKED("");

  private static final String LEAVES_GROUP = "Removing from iommu group";
  private static final String JOINS_GROUP = "Adding to iommu group";

  /** The device a log line is about: {@code vfio-pci 0000:03:00.0: will be ...}. */
  private static final Pattern DEVICE =
      Pattern.compile(" ([0-9a-f]{4,7}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]): ");

  private final String sentence;

  Preservation(String sentence) {
    this.sentence = sentence;
  }

  /** The part of a log line that tells it; empty where no single line does. */
  public String sentence() {
    return sentence;
  }

  /** The same for people: what the log said that led here. */
  public String logged() {
    return switch (this) {
      case ADOPTED_AND_ASKED -> ADOPTED.sentence + ", " + ASKED.sentence;
      case FOUND_AGAIN -> ADOPTED.sentence + ", then found again";
      default -> sentence;
    };
  }

  /** True if a kernel would not, or did not, take the function over as it was. */
  public boolean isRefusal() {
    return this == REFUSED_QUIRKS || this == REFUSED_VIRTUAL_FUNCTION || this == QUIRK_REQUIRED;
  }

  /** True if the next kernel is to take it over. */
  public boolean isAsked() {
    return this == ASKED || this == ADOPTED_AND_ASKED;
  }

  /** True if this kernel took the function over and leaves its registers as it found them. */
  public boolean isAdopted() {
    return this == ADOPTED || this == FINISHED || this == ADOPTED_AND_ASKED;
  }

  /** True if this kernel took the function over, whatever became of it since. */
  public boolean wasAdopted() {
    return isAdopted() || this == DESTROYED || this == FOUND_AGAIN;
  }

  /** What a line of the kernel log says; {@link #NONE} for any other line. */
  public static Preservation ofLogLine(String line) {
    for (Preservation preservation : values()) {
      if (!preservation.sentence.isEmpty() && line.contains(preservation.sentence)) {
        return preservation;
      }
    }
    return NONE;
  }

  /** Where each function stands by the lines of one boot's log, in their order. */
  public static Map<PciAddress, Preservation> ofLog(List<String> lines) {
    Map<PciAddress, Preservation> found = new HashMap<>();
    Map<PciAddress, Integer> joined = new HashMap<>();
    for (String line : lines) {
      Preservation said = ofLogLine(line);
      boolean joins = said == NONE && line.contains(JOINS_GROUP);
      boolean leaves = said == NONE && line.contains(LEAVES_GROUP);
      Matcher device = DEVICE.matcher(line);
      if ((said != NONE || joins || leaves) && device.find()) {
        PciAddress address = PciAddress.parse(device.group(1));
        Preservation now = found.getOrDefault(address, NONE);
        // A function joins a group once in its life: the second time it was found again.
        if (said != NONE) {
          found.put(address, now.after(said));
        } else if (now.isAdopted() && (leaves || joined.merge(address, 1, Integer::sum) > 1)) {
          found.put(address, FOUND_AGAIN);
        }
      }
    }
    return found;
  }

  private Preservation after(Preservation said) {
    return switch (said) {
      case ASKED -> isAdopted() ? ADOPTED_AND_ASKED : ASKED;
      case TAKEN_BACK -> isAdopted() ? FINISHED : wasAdopted() ? this : TAKEN_BACK;
      case FINISHED -> this == ADOPTED_AND_ASKED ? this : FINISHED;
      default -> said;
    };
  }
}
