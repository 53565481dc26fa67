package io.acswatch.pci.snapshot;

import io.acswatch.pci.config.ConfigOddity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One function of a snapshot with some values other than {@code TestHost} gives them. */
public final class AlteredFunction {
  private final PciFunction original;
  private PciIds ids;
  private ReadStatus status;
  private int layout;
  private int subsystem;
  private PortType type;
  private @Nullable AcsRegisters acs;
  private int firstVfOffset;
  private int vfStride;
  private long serialNumber;
  private int busNumbers;
  private int oddities;
  private boolean vfsEnabled;
  private int group;
  private String groupType;
  private String driver;
  private int enabledVfs;
  private int totalVfs;
  private boolean ari;
  private Preservation preservation;

  private AlteredFunction(PciFunction original) {
    this.original = original;
    ConfigFacts config = original.config();
    KernelView kernel = original.kernel();
    ids = original.ids();
    status = config.status();
    layout = config.header().type();
    subsystem = config.header().subsystemVendor() << 16 | config.header().subsystemDevice();
    type = config.claimedType();
    acs = config.acs();
    firstVfOffset = config.features().firstVfOffset();
    vfStride = config.features().vfStride();
    serialNumber = config.features().serialNumber();
    busNumbers = config.header().busNumbers();
    oddities = config.oddities();
    vfsEnabled = config.features().vfsEnabled();
    group = kernel.group();
    groupType = kernel.groupType();
    driver = kernel.driver();
    enabledVfs = kernel.sriov().enabledVfs();
    totalVfs = kernel.sriov().totalVfs();
    ari = kernel.ariEnabled();
    preservation = kernel.preservation();
  }

  /** The snapshot with the function at this address altered. */
  public static Snapshot in(Snapshot snapshot, String bdf, UnaryOperator<AlteredFunction> change) {
    PciAddress address = PciAddress.parse(bdf);
    List<PciFunction> functions =
        snapshot.functions().stream()
            .map(
                f -> f.address().equals(address) ? change.apply(new AlteredFunction(f)).build() : f)
            .toList();
    return snapshot.withFunctions(functions);
  }

  public AlteredFunction ids(int vendor, int device, int classCode) {
    ids = new PciIds(vendor, device, classCode);
    return this;
  }

  public AlteredFunction status(ReadStatus other) {
    status = other;
    return this;
  }

  public AlteredFunction layout(int other) {
    layout = other;
    return this;
  }

  public AlteredFunction subsystem(int vendor, int device) {
    subsystem = vendor << 16 | device;
    return this;
  }

  public AlteredFunction type(PortType other) {
    type = other;
    return this;
  }

  public AlteredFunction acs(@Nullable AcsRegisters other) {
    acs = other;
    return this;
  }

  public AlteredFunction acs(int capability, int control) {
    return acs(new AcsRegisters(0x148, capability, control, 0));
  }

  public AlteredFunction vfPlaces(int offset, int stride) {
    firstVfOffset = offset;
    vfStride = stride;
    return this;
  }

  public AlteredFunction serial(long other) {
    serialNumber = other;
    return this;
  }

  public AlteredFunction buses(int packed) {
    busNumbers = packed;
    return this;
  }

  public AlteredFunction oddity(ConfigOddity oddity) {
    oddities |= oddity.bit();
    return this;
  }

  public AlteredFunction vfsOn() {
    vfsEnabled = true;
    return this;
  }

  public AlteredFunction vfs(int enabled, int total) {
    enabledVfs = enabled;
    totalVfs = total;
    return this;
  }

  public AlteredFunction ari() {
    ari = true;
    return this;
  }

  public AlteredFunction logged(Preservation other) {
    preservation = other;
    return this;
  }

  public AlteredFunction ungrouped() {
    group = KernelView.NO_GROUP;
    return this;
  }

  public AlteredFunction group(String domainType, String boundDriver) {
    groupType = domainType;
    driver = boundDriver;
    return this;
  }

  private PciFunction build() {
    ConfigFacts old = original.config();
    ConfigFacts config =
        new ConfigFacts(
            status,
            old.lengthBytes(),
            new ConfigFacts.Header(
                layout,
                old.header().revision(),
                subsystem >>> 16,
                subsystem & 0xFFFF,
                old.header().hasMemoryBar(),
                busNumbers,
                old.header().chipsetBase()),
            type,
            acs,
            new ConfigFacts.Features(
                old.features().egressOpen(),
                old.features().atsEnabled(),
                vfsEnabled,
                firstVfOffset,
                vfStride,
                serialNumber),
            oddities);
    KernelView kernel =
        new KernelView(
            group,
            groupType,
            driver,
            new KernelView.Sriov(
                original.kernel().sriov().physicalFunction(), enabledVfs, totalVfs),
            ari,
            original.kernel().removable(),
            preservation);
    return new PciFunction(original.address(), original.path(), ids, config, kernel);
  }
}
