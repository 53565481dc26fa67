package io.acswatch.pci.hierarchy;

/**
 * What the kernel log says of a function and live update; the last line about it counts.
 *
 * <p>Source: the queued PCI live update series, {@code drivers/pci/liveupdate.c}; its sentences may
 * still change before a release.
 */
public enum Preservation {
  /** Nothing. */
  NONE(""),
  /** This kernel will hand it over to the next. */
  WILL_BE_PRESERVED("will be preserved across next Live Update"),
  /** The kernel before handed it over, and this one took it with the registers it had. */
  ADOPTED("was preserved by previous kernel across Live Update"),
  /** It was handed over, and its part in the live update is done. */
  FINISHED("is finished participating in Live Update"),
  /** Refused, for its isolation relies on ACS quirks. */
  REFUSED_QUIRKS("Refusing to preserve device that relies on ACS quirks"),
  /** Refused, for it is a VF. */
  REFUSED_VIRTUAL_FUNCTION("Cannot preserve Virtual Functions"),
  /** Handed over, but this kernel has an ACS quirk for it and did not keep its registers. */
  QUIRK_REQUIRED("Device-specific quirk required to enable ACS!");

  private final String logged;

  Preservation(String logged) {
    this.logged = logged;
  }

  /** The part of a log line that tells it; empty for {@link #NONE}. */
  public String logged() {
    return logged;
  }

  /** True if a kernel would not, or did not, take the function over as it was. */
  public boolean isRefusal() {
    return this == REFUSED_QUIRKS || this == REFUSED_VIRTUAL_FUNCTION || this == QUIRK_REQUIRED;
  }

  /** True if this kernel took the function over with the registers it had. */
  public boolean isAdopted() {
    return this == ADOPTED || this == FINISHED;
  }

  /** What a line of the kernel log says; {@link #NONE} for any other line. */
  public static Preservation ofLogLine(String line) {
    for (Preservation preservation : values()) {
      if (preservation != NONE && line.contains(preservation.logged)) {
        return preservation;
      }
    }
    return NONE;
  }
}
