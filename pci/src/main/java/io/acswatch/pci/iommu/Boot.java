package io.acswatch.pci.iommu;

import java.util.List;

/**
 * One run of one kernel.
 *
 * @param id {@code /proc/sys/kernel/random/boot_id}; tells boots apart, says nothing about how
 * @param kernelRelease {@code uname -r}
 * @param kernelVersion {@code uname -v}; distributions hide the true stable number here
 * @param commandLine {@code /proc/cmdline}
 * @param notes what only notes tell, since neither a frame nor a capture has a field for it
 * @param askedModel label of the grouping model to judge it by, whatever its kernel; empty for that
 *     of its kernel. Neither written nor read
 */
public record Boot(
    String id,
    String kernelRelease,
    String kernelVersion,
    String commandLine,
    Loader loader,
    Notes notes,
    String askedModel) {
  public static final String IOMMU_NOTE = "iommu: ";

  /** Begins the note that lists the properties of the device tree's {@code chosen}. */
  public static final String DEVICE_TREE_NOTE = "/proc/device-tree/chosen: ";

  /** Begins the note that lists what is below {@code /sys/firmware}. */
  public static final String FIRMWARE_NOTE = "firmware: ";

  /** Begins the note that tells whether the kernel can preserve PCI devices. */
  public static final String LIVE_UPDATE_NOTE = "live update: ";

  /** Begins the note that names the boot before this one, by its id. */
  public static final String PREVIOUS_BOOT_NOTE = "previous boot: ";

  /** Begins the note that tells the machine of this boot apart from any other. */
  public static final String MACHINE_NOTE = "machine: ";

  public static final int UNKNOWN_LOADER = -1;

  /** Loader type of a kernel that kexec started, on x86. */
  public static final int KEXEC_LOADER = 0xD0;

  /**
   * What started the kernel, each {@link #UNKNOWN_LOADER} if there is no such file (Arm).
   *
   * @param type {@code /proc/sys/kernel/bootloader_type}
   * @param version {@code /proc/sys/kernel/bootloader_version}
   */
  public record Loader(int type, int version) {}

  /**
   * @param iommus names of the IOMMUs that serve PCI functions ({@code dmar0}, {@code ivhd1},
   *     {@code smmu3.0x...}), and {@link Machine#DEVICE_TREE}, separated by blanks; empty if
   *     unknown
   * @param liveUpdate whether this kernel can preserve PCI devices and what shows it, as its note
   *     says after {@link #LIVE_UPDATE_NOTE}; empty if unknown
   * @param previousBoot id of the boot before, as the agent remembers it; empty if unknown
   * @param machine which number of the machine was read, a blank, and a digest of it: tells the
   *     machine apart from any other, whatever kernel it runs; empty if unknown
   */
  public record Notes(String iommus, String liveUpdate, String previousBoot, String machine) {
    private static final Notes NONE = new Notes("", "", "", "");
  }

  public Boot(
      String id,
      String kernelRelease,
      String kernelVersion,
      String commandLine,
      int loaderType,
      int loaderVersion) {
    this(
        id,
        kernelRelease,
        kernelVersion,
        commandLine,
        new Loader(loaderType, loaderVersion),
        Notes.NONE,
        "");
  }

  /**
   * The same boot with the IOMMUs that the first of these notes names that names any, {@link
   * Machine#DEVICE_TREE} if a note tells that a device tree describes the machine, and what the
   * first says that tells whether the kernel can preserve PCI devices, the boot before, and the
   * machine.
   */
  public Boot withNotes(List<String> notes) {
    String names = said(notes, IOMMU_NOTE);
    boolean tree = notes.stream().anyMatch(note -> note.startsWith(DEVICE_TREE_NOTE));
    boolean acpi = said(notes, FIRMWARE_NOTE).contains("acpi");
    boolean says = tree && !acpi && !names.contains(Machine.DEVICE_TREE);
    String told = says ? (names + " " + Machine.DEVICE_TREE).strip() : names;
    Notes read =
        new Notes(
            told,
            said(notes, LIVE_UPDATE_NOTE),
            said(notes, PREVIOUS_BOOT_NOTE),
            said(notes, MACHINE_NOTE));
    return with(kernelVersion, read, askedModel);
  }

  private static String said(List<String> notes, String prefix) {
    for (String note : notes) {
      if (note.startsWith(prefix)) {
        return note.substring(prefix.length());
      }
    }
    return "";
  }

  public Boot withModel(String label) {
    return with(kernelVersion, notes, label);
  }

  private Boot with(String version, Notes notes, String askedModel) {
    return new Boot(id, kernelRelease, version, commandLine, loader, notes, askedModel);
  }

  /** The same boot of a kernel that follows these rules, whatever its release says. */
  public Boot following(RuleSet rules) {
    boolean follows = rules.equals(RuleSet.of(rules.quirks(), Machine.of(this)));
    String model = follows ? askedModel : rules.model().label();
    return with(rules.quirks().asDebianSays(), notes, model);
  }
}
