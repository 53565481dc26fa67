package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.PciFunction;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the machine below a kernel is, as far as it decides about groups.
 *
 * @param deviceTree a device tree describes the machine, not ACPI
 * @param amdIommu the firmware describes an AMD IOMMU, as far as the names of IOMMUs tell
 * @param intelIommu one of Intel serves functions
 * @param otherRules why what is derived means nothing: groups follow other rules than ACS; empty if
 *     they do not
 */
public record Machine(
    boolean arm64,
    boolean virtioIommu,
    boolean deviceTree,
    boolean amdIommu,
    boolean intelIommu,
    String otherRules) {
  public static final Machine UNKNOWN = new Machine(false, false, false, false, false, "");

  /** Word among the names of IOMMUs that says that a device tree describes the machine. */
  public static final String DEVICE_TREE = "device-tree";

  // Names of architectures are looked for as texts: for each snapshot, and twice for each alert.
  private static final List<String> OTHER_ARCHITECTURES = List.of("ppc64", "powerpc", "s390");
  // Names that drivers give their instances: arm-smmu.c "smmu.%pa" (v1 and v2; v3 is "smmu3.%pa"),
  // apple-dart.c "apple-dart.%s". Both look whether a group has the stream ids before they ask
  // pci_device_group; firmware maps functions to stream ids. powerpc "iommu-phb%04x" groups by
  // partitionable endpoint, "s390-iommu.%08x" each function for itself.
  private static final Pattern OTHER_DRIVERS =
      Pattern.compile("(?:^| )((?:smmu\\.|arm-smmu|apple-dart|iommu-phb|s390-iommu)\\S*)");
  // amd/init.c names its instances "ivhd%d"; only a table IVRS gives it any.
  private static final Pattern AMD_DRIVER = Pattern.compile("(?:^| )ivhd\\d");
  // virtio-iommu.c names its instance after its virtio device.
  private static final Pattern VIRTIO_DRIVER = Pattern.compile("(?:^| )virtio\\d");
  private static final Pattern INTEL_DRIVER = Pattern.compile("(?:^| )dmar\\d");
  private static final List<String> ARM64 = List.of("arm64", "aarch64");
  private static final Pattern ARM64_DRIVER = Pattern.compile("(?:^| )(?:smmu|arm-smmu)");

  /**
   * Vendors whose host bridges and root ports are parts of Arm processors: Ampere, HiSilicon,
   * Cavium, Qualcomm, HXT, APM, Annapurna Labs, NXP, Phytium, Arm.
   */
  private static final Set<Integer> ARM64_VENDORS =
      Set.of(0x1DEF, 0x19E5, 0x177D, 0x17CB, 0x1DBF, 0x10E8, 0x1C36, 0x1957, 0x1DB7, 0x13B5);

  /** Told by the boot, and by who made the root ports. */
  static Machine of(Boot boot, Collection<PciFunction> functions) {
    Machine machine = of(boot);
    // x86 names its loader and its IOMMUs.
    boolean x86 =
        boot.loader().type() != Boot.UNKNOWN_LOADER || machine.amdIommu || machine.intelIommu;
    boolean armParts =
        !x86
            && functions.stream()
                .anyMatch(
                    f ->
                        f.ids().isBridgeClass()
                            && ARM64_VENDORS.contains(f.ids().vendor())
                            && f.path().bridge() == null);
    if (armParts == machine.arm64 || machine.arm64) {
      return machine;
    }
    return new Machine(
        machine.arm64 || armParts,
        machine.virtioIommu,
        machine.deviceTree,
        machine.amdIommu,
        machine.intelIommu,
        machine.otherRules);
  }

  /** Told by the release, in which distributions name the architecture, and by the IOMMUs. */
  static Machine of(Boot boot) {
    String release = boot.kernelRelease();
    String iommus = boot.notes().iommus();
    boolean named = !iommus.isEmpty(); // else there is nothing to look for
    return new Machine(
        names(release, ARM64) || named && ARM64_DRIVER.matcher(iommus).find(),
        named && VIRTIO_DRIVER.matcher(iommus).find(),
        named && (" " + iommus + " ").contains(" " + DEVICE_TREE + " "),
        named && AMD_DRIVER.matcher(iommus).find(),
        named && INTEL_DRIVER.matcher(iommus).find(),
        otherRules(release, iommus));
  }

  /** True if kernels up to 6.14 group functions in the order in which drivers are bound. */
  boolean groupsInOrderOfBinds() {
    return arm64 || virtioIommu;
  }

  /**
   * True if a word of the command line says something to the kernel: {@code iommu} does on x86
   * only, {@code intel_iommu} and {@code amd_iommu} where there is such an IOMMU.
   */
  public boolean understands(String option) {
    return switch (option) {
      case "iommu" -> !arm64;
      case "intel_iommu" -> !arm64 && !amdIommu;
      case "amd_iommu" -> !arm64 && !intelIommu;
      default -> true;
    };
  }

  private static boolean names(String release, List<String> architectures) {
    for (int i = 0; i < architectures.size(); i++) {
      if (release.contains(architectures.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static String otherRules(String release, String iommus) {
    if (names(release, OTHER_ARCHITECTURES)) {
      return "this architecture groups by other rules";
    }
    if (iommus.isEmpty()) {
      return "";
    }
    Matcher driver = OTHER_DRIVERS.matcher(iommus);
    return driver.find()
        ? "the driver of IOMMU " + driver.group(1) + " groups by other rules than ACS"
        : "";
  }
}
