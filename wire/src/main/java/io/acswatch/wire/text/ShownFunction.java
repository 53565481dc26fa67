package io.acswatch.wire.text;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.config.capability.PcieCapability;
import io.acswatch.pci.config.capability.SriovCapability;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One function as {@code lspci} describes it in words: its heading and the decoded lines below. The
 * registers that grouping asks for are put back where they stood; all others read zero.
 *
 * <p>What was not shown is never taken for absent. Without {@code -v} nothing is known but the ids.
 * Without root, {@code <access denied>} stands for the capabilities: 64 bytes were read. A
 * capability that {@code -v} names and only {@code -vv} describes ends what is known. A function
 * whose ids are not shown is not known at all, since quirks go by ids.
 *
 * <p>Source: pciutils, {@code lspci.c} ({@code show_terse}, {@code show_verbose}), {@code
 * ls-caps.c} ({@code cap_express}, {@code cap_ssvid}) and {@code ls-ecaps.c} ({@code cap_acs},
 * {@code cap_sriov}, {@code cap_ats}, {@code cap_dsn}), versions 3.3 to 3.14.
 */
final class ShownFunction {
  private static final Pattern CAPABILITY =
      Pattern.compile("Capabilities: \\[([0-9a-f]{2,3})(?: v(\\d+))?\\] ?(.*)");
  private static final Pattern BUSES =
      Pattern.compile(
          "Bus: primary=([0-9a-f]{2}), secondary=([0-9a-f]{2}), subordinate=([0-9a-f]{2}).*");
  private static final Pattern EXPRESS = Pattern.compile("Express (?:\\(v(\\d+)\\) )?(.*)");
  private static final Pattern PAIR = Pattern.compile(".*?\\[?([0-9a-f]{4}):([0-9a-f]{4})\\]?");
  private static final Pattern MEMORY =
      Pattern.compile("(?:Region ([01]): )?Memory at ([0-9a-f]+) .*");
  private static final Pattern GROUP =
      Pattern.compile("(?:IOMMU group: |Flags: .*, IOMMU group )(\\d+)");
  private static final Pattern VFS =
      Pattern.compile("Initial VFs: \\d+, Total VFs: (\\d+), Number of VFs: (\\d+),.*");
  private static final Pattern VF_PLACES = Pattern.compile("VF offset: (\\d+), stride: (\\d+),.*");
  private static final Pattern SERIAL =
      Pattern.compile("Device Serial Number ((?:[0-9a-f]{2}-){7}[0-9a-f]{2})");

  /** What people put where they leave lines out. */
  private static final Pattern CUT =
      Pattern.compile("(?i)\\W*(?:\\.\\.\\.|…|snip|snipped|cut|trimmed)\\W*");

  private static final Pattern FLAG = Pattern.compile("([A-Za-z]+)([+-])");

  private static final Map<String, Integer> PORT_TYPES =
      Map.of(
          "Endpoint", 0,
          "Legacy Endpoint", 1,
          "Root Port", 4,
          "Upstream Port", 5,
          "Downstream Port", 6,
          "PCI-Express to PCI/PCI-X Bridge", 7,
          "PCI/PCI-X to PCI-Express Bridge", 8,
          "Root Complex Integrated Endpoint", 9,
          "Root Complex Event Collector", 10);

  private static final List<String> ACS_FLAGS =
      List.of(
          "SrcValid",
          "TransBlk",
          "ReqRedir",
          "CmpltRedir",
          "UpstreamFwd",
          "EgressCtrl",
          "DirectTrans");

  private static final int DESCRIBED = 3;
  private static final int UPSTREAM = 5;
  private static final int INTEL = 0x8086;
  private static final int ISA_BRIDGE_CLASS = 0x0601;
  private static final int CHIPSET_BASE = 0xF0;
  private static final int PCI_BRIDGE_CLASS = 0x0604;
  private static final int CARDBUS_CLASS = 0x0607;
  private static final int FIRST_STANDARD = 0x40;
  private static final int STANDARD_LENGTH = 8;
  private static final int FIRST_EXTENDED = 0x100;
  private static final int SUBSYSTEM_ID = 0x0D;
  private static final int SERIAL_NUMBER = 0x0003;
  private static final int ATS = 0x000F;

  /** Why something that grouping asks for is not known, and what that is. */
  enum Gap {
    NONE(""),
    HEADING_ONLY("registers, of which a list of devices says nothing"),
    PICKED("registers, of which lines of lspci are left out"),
    NO_IDS("ids, which names do not give"),
    DENIED("capabilities, which only root is shown"),
    NAMES_ONLY("registers of capabilities, which -v does not describe"),
    SIBLINGS("other functions of the device, which a listing of some devices leaves out"),
    FUNCTION_BIT("whether a switch's upstream port is one of several functions, which lspci hides"),
    OTHER_WORDS("ACS registers of Intel ports, which lspci prints wrongly");

    private final String words;

    Gap(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /** True if only a dump fills it. */
    boolean isOfDumps() {
      return this == FUNCTION_BIT || this == OTHER_WORDS;
    }
  }

  private final PciAddress address;
  private final byte[] bytes = new byte[ConfigSpace.EXTENDED_LENGTH];
  private final int[] bars = new int[2];
  private @Nullable PciIds ids;
  private final boolean showsIds;
  private boolean isVerbose;
  private boolean hasHeader;
  private boolean isCut;
  private boolean isDenied;
  private boolean isGone;
  private boolean hasList;
  private boolean isBridge;
  private boolean hasExtended;
  private boolean isExpress;
  private int undescribed; // offset of the first capability that is named only
  private int lastStandard;
  private int lastExtended;
  private int current; // the capability whose lines follow
  private int currentId;
  private int group = KernelView.NO_GROUP;
  private String driver = "";
  private boolean forwardsAri;
  private boolean ariEnabled;
  private int expressType = -1;
  private boolean isolates;
  private boolean mayHaveFunctions;
  private boolean isOfSome;
  private boolean isShortDump;
  private @Nullable PciAddress physicalFunction;
  private boolean vfsAreOn;
  private int firstVfOffset;
  private int vfStride;
  private int totalVfs;
  private int enabledVfs;

  ShownFunction(PciAddress address, Heading heading) {
    this.address = address;
    showsIds = heading.showsIds();
    bytes[0x08] = (byte) heading.revision();
    bytes[0x09] = (byte) heading.programming();
    takeIds(heading.ids());
  }

  private void takeIds(@Nullable PciIds told) {
    if (told == null) {
      return;
    }
    int classCode = told.classCode() >>> 8;
    ids = new PciIds(told.vendor(), told.device(), classCode << 8 | bytes[0x09] & 0xFF);
    put16(0x00, told.vendor());
    put16(0x02, told.device());
    put16(0x0A, classCode);
    if (classCode == CARDBUS_CLASS) {
      bytes[0x0E] = 2;
    }
  }

  /** Ids that another listing tells count where this one has names only. */
  void takeIds(ShownFunction other) {
    if (ids == null) {
      takeIds(other.ids);
    }
  }

  /** Takes one of the lines below the heading, without its indentation. */
  void add(String line) {
    Matcher matcher = CAPABILITY.matcher(line);
    if (matcher.matches()) {
      capability(hex(matcher.group(1)), matcher.group(2), matcher.group(3));
    } else if (line.startsWith("Capabilities: <access denied>")) {
      isVerbose = true;
      isDenied = true;
      bytes[0x06] |= 0x10;
    } else if (CUT.matcher(line).matches()) {
      isCut = true;
    } else if (line.startsWith("!!! Unknown header type 7f")) {
      isGone = true;
    } else if (line.startsWith("Flags: ")
        || line.startsWith("Control: ")
        || line.startsWith("Status: ")) {
      isVerbose = true;
      hasHeader = true;
      bytes[0x06] |= (byte) (line.startsWith("Status: Cap+") ? 0x10 : 0);
      group(line);
    } else if (line.startsWith("Kernel driver in use: ")) {
      driver = line.substring("Kernel driver in use: ".length()).strip();
    } else if (line.startsWith("IOMMU group: ")) {
      group(line);
    } else {
      registers(line);
    }
  }

  private void group(String line) {
    Matcher matcher = GROUP.matcher(line);
    if (matcher.lookingAt() && matcher.group(1).length() <= 9) {
      group = Integer.parseInt(matcher.group(1));
    }
  }

  private void registers(String line) {
    Matcher matcher = BUSES.matcher(line);
    if (matcher.matches()) {
      isBridge = true;
      bytes[0x0E] |= (byte) (bytes[0x0E] == 2 ? 0 : 1);
      for (int i = 0; i < 3; i++) {
        bytes[0x18 + i] = (byte) hex(matcher.group(i + 1));
      }
    } else if ((matcher = MEMORY.matcher(line)).matches()) {
      if (matcher.group(2).length() >= 8) {
        String low = matcher.group(2).substring(matcher.group(2).length() - 8);
        bars["1".equals(matcher.group(1)) ? 1 : 0] = Integer.parseUnsignedInt(low, 16);
      }
    } else if (line.startsWith("Subsystem: ")) {
      matcher = PAIR.matcher(line.substring("Subsystem: ".length()).strip());
      if (matcher.matches() && !isBridge) {
        put16(0x2C, hex(matcher.group(1)));
        put16(0x2E, hex(matcher.group(2)));
      }
    } else if (line.startsWith("ACSCap:") || line.startsWith("ACSCtl:")) {
      acs(line.startsWith("ACSCap:"), line);
    } else if (line.startsWith("DevCtl2:")) {
      forwardsAri = line.contains("ARIFwd+");
    } else {
      extendedRegisters(line);
    }
  }

  private void acs(boolean isCapability, String line) {
    if (currentId != AcsCapability.ID) {
      return;
    }
    int word = 0;
    int known = 0;
    Matcher flags = FLAG.matcher(line.substring("ACSCap:".length()));
    while (flags.find()) {
      int bit = ACS_FLAGS.indexOf(flags.group(1));
      if (bit >= 0) {
        known |= 1 << bit;
        word |= flags.group(2).equals("+") ? 1 << bit : 0;
      }
    }
    if (known == 0x7F) {
      put16(
          current + (isCapability ? AcsCapability.CAPABILITY_OFFSET : AcsCapability.CONTROL_OFFSET),
          word);
      if (!isCapability) {
        described(current);
        int capability = bytes[current + AcsCapability.CAPABILITY_OFFSET];
        isolates = AcsRegisters.enforces(capability, word, AcsCapability.REQUIRED);
      }
    }
  }

  private void extendedRegisters(String line) {
    Matcher matcher;
    if (currentId == SriovCapability.ID && line.startsWith("IOVCtl:")) {
      vfsAreOn = line.contains("Enable+");
      bytes[current + SriovCapability.CONTROL] = (byte) (vfsAreOn ? 1 : 0);
    } else if (currentId == SriovCapability.ID && (matcher = VFS.matcher(line)).matches()) {
      totalVfs = number(matcher.group(1));
      enabledVfs = Math.min(number(matcher.group(2)), 0xFFFF);
    } else if (currentId == SriovCapability.ID && (matcher = VF_PLACES.matcher(line)).matches()) {
      firstVfOffset = number(matcher.group(1));
      vfStride = number(matcher.group(2));
      put16(current + SriovCapability.FIRST_VF_OFFSET, firstVfOffset);
      put16(current + SriovCapability.VF_STRIDE, vfStride);
      described(current);
    } else if (currentId == ATS && line.startsWith("ATSCtl:")) {
      put16(current + 6, line.contains("Enable+") ? 0x8000 : 0);
      described(current);
    }
  }

  private void capability(int offset, @Nullable String version, String name) {
    isVerbose = true;
    hasList = true;
    bytes[0x06] |= 0x10;
    current = offset;
    currentId = 0;
    boolean fits =
        offset % 4 == 0
            && (offset >= FIRST_EXTENDED
                ? offset <= ConfigSpace.EXTENDED_LENGTH - SriovCapability.LENGTH
                : offset >= FIRST_STANDARD && offset <= FIRST_EXTENDED - STANDARD_LENGTH);
    if (!fits) {
      undescribed = Math.max(undescribed, 1); // no capability can be there: the text is damaged
      return;
    }
    if (offset < FIRST_EXTENDED) {
      standard(offset, name);
    } else {
      hasExtended = true;
      extended(offset, version, name);
    }
  }

  private void standard(int offset, String name) {
    Matcher express = EXPRESS.matcher(name);
    int id = 0;
    if (express.matches()) {
      isExpress = true;
      id = PcieCapability.ID;
      expressType = portType(express.group(2));
      put16(
          offset + 2, expressType << 4 | (express.group(1) == null ? 2 : number(express.group(1))));
    } else if (name.startsWith("Subsystem: ")) {
      id = SUBSYSTEM_ID;
      Matcher pair = PAIR.matcher(name.substring("Subsystem: ".length()).strip());
      if (pair.matches()) {
        put16(offset + 4, hex(pair.group(1)));
        put16(offset + 6, hex(pair.group(2)));
      }
    } else {
      return;
    }
    bytes[offset] = (byte) id;
    bytes[lastStandard == 0 ? 0x34 : lastStandard + 1] = (byte) offset;
    lastStandard = offset;
  }

  private static int portType(String text) {
    for (Map.Entry<String, Integer> type : PORT_TYPES.entrySet()) {
      String name = type.getKey();
      if (text.equals(name) || text.startsWith(name + ",") || text.startsWith(name + " (Slot")) {
        return type.getValue();
      }
    }
    return 0xF;
  }

  private void extended(int offset, @Nullable String version, String name) {
    if (name.startsWith("Access Control Services")) {
      currentId = AcsCapability.ID;
    } else if (name.startsWith("Single Root I/O Virtualization")) {
      currentId = SriovCapability.ID;
    } else if (name.startsWith("Address Translation Service")) {
      currentId = ATS;
    } else if (name.startsWith("Device Serial Number ")) {
      currentId = SERIAL_NUMBER;
      Matcher serial = SERIAL.matcher(name);
      for (int i = 0; serial.matches() && i < 8; i++) {
        bytes[offset + 11 - i] = (byte) hex(serial.group(1).substring(3 * i, 3 * i + 2));
      }
    } else {
      return;
    }
    if (lastExtended == 0 && offset != FIRST_EXTENDED) {
      put32(FIRST_EXTENDED, offset << 20);
    } else if (lastExtended != 0) {
      put16(lastExtended + 2, offset << 4 | bytes[lastExtended + 2] & 0xF);
    }
    put32(offset, currentId | (version == null ? 1 : number(version) & 0xF) << 16);
    lastExtended = offset;
    if (currentId == AcsCapability.ID || currentId == SriovCapability.ID || currentId == ATS) {
      undescribed = undescribed == 0 ? offset : undescribed;
    }
  }

  /** The registers of a capability are known now. */
  private void described(int offset) {
    undescribed = undescribed == offset ? 0 : undescribed;
  }

  /** True if ARI forwarding is on at this port. */
  boolean forwardsAri() {
    return forwardsAri;
  }

  /** True if lines of {@code lspci -v} are below its heading. */
  boolean isVerbose() {
    return isVerbose;
  }

  /** True if the ids are there in digits, and not looked up by names. */
  boolean showsIds() {
    return showsIds;
  }

  PciAddress address() {
    return address;
  }

  boolean hasGroup() {
    return group != KernelView.NO_GROUP;
  }

  int group() {
    return group;
  }

  /** What keeps this function from being known as far as a dump would make it known. */
  Gap gap() {
    if (isGone) {
      return Gap.NONE;
    } else if (!isVerbose) {
      return Gap.HEADING_ONLY;
    } else if (isPicked()) {
      return Gap.PICKED;
    } else if (ids == null) {
      return Gap.NO_IDS;
    } else if (isDenied || lacksList()) {
      return Gap.DENIED;
    } else if (undescribed != 0) {
      return Gap.NAMES_ONLY;
    }
    if (hasExtended && AcsRules.mayHaveDwordRegisters(ids)) {
      return Gap.OTHER_WORDS;
    }
    if (mayHaveFunctions) {
      return isOfSome ? Gap.SIBLINGS : Gap.FUNCTION_BIT;
    }
    return Gap.NONE;
  }

  /**
   * True if {@code lspci} printed more than is there: each missing line may be the one that tells.
   */
  private boolean isPicked() {
    boolean leads = ids != null && ids.classCode() >>> 8 == PCI_BRIDGE_CLASS;
    return isCut || !hasHeader || leads && !isBridge || hasExtended && !isExpress;
  }

  /** True if the status register tells of capabilities and none is listed. */
  private boolean lacksList() {
    return (bytes[0x06] & 0x10) != 0 && !hasList;
  }

  /** True for the LPC bridge of an Intel chipset, of which no words tell the last dword. */
  boolean lacksChipsetBase() {
    return ids != null && ids.vendor() == INTEL && ids.classCode() >>> 8 == ISA_BRIDGE_CLASS;
  }

  /** Bus this bridge leads to; 0 if none is shown. */
  int secondaryBus() {
    return bytes[0x19] & 0xFF;
  }

  /** How much is known: ids 0, the header 1, names of capabilities 2, their registers 3. */
  int depth() {
    return switch (gap()) {
      case HEADING_ONLY, PICKED, NO_IDS -> 0;
      case DENIED -> 1;
      case NAMES_ONLY, OTHER_WORDS -> 2;
      case SIBLINGS, FUNCTION_BIT, NONE -> DESCRIBED;
    };
  }

  /** Addresses of the virtual functions that are switched on here. */
  List<PciAddress> virtualFunctions() {
    List<PciAddress> found = new ArrayList<>();
    for (int i = 0; i < enabledVfs && vfsAreOn; i++) {
      int id = address.requesterId() + firstVfOffset + i * vfStride;
      found.add(new PciAddress(address.domain(), id & 0xFFFF));
    }
    return found;
  }

  /**
   * Takes in what other functions tell of this one.
   *
   * @param physical the function that this one is a virtual function of, or null
   * @param ariEnabled ARI forwarding is on at the port above
   * @param hasSibling its slot has another function: {@code lspci} does not show the bit for it
   * @param groupsTold the kernel's groups are known, and show whether a port that is alone in its
   *     slot has the bit, as some upstream ports do
   * @param isOfSome the listing is of some devices only, as {@code lspci -s} makes it
   */
  void relate(
      @Nullable PciAddress physical,
      boolean ariEnabled,
      boolean hasSibling,
      boolean groupsTold,
      boolean isOfSome) {
    physicalFunction = physical;
    this.ariEnabled = ariEnabled;
    this.isOfSome = isOfSome && physical == null;
    mayHaveFunctions =
        !hasSibling && !isolates && (this.isOfSome || !groupsTold && expressType == UPSTREAM);
    bytes[0x0E] |= (byte) (hasSibling || mayHaveFunctions ? 0x80 : 0);
  }

  private KernelView kernel() {
    KernelView.Sriov sriov = new KernelView.Sriov(physicalFunction, enabledVfs, totalVfs);
    return new KernelView(group, "", driver, sriov, ariEnabled, false, Preservation.NONE);
  }

  /** {@code lspci -xxx} made the dump, which leaves out extended capabilities. */
  void dumpIsShort() {
    isShortDump = true;
  }

  /** True if a dump lacks extended capabilities that the function may have, and no words tell. */
  boolean isShort(ConfigSpace dump) {
    return isShortDump && isOfExpress(dump) && !tellsExtended();
  }

  private static boolean isOfExpress(ConfigSpace dump) {
    return dump.length() == ConfigSpace.CONVENTIONAL_LENGTH
        && new FunctionDecoder().decode(dump, ReadStatus.COMPLETE).claimedType()
            != PortType.CONVENTIONAL;
  }

  private boolean tellsExtended() {
    return depth() == DESCRIBED && isExpress && hasExtended;
  }

  /** The function with the bytes of a dump, and what only words tell. */
  CapturedFunction withDump(ConfigSpace dump) {
    ConfigSpace config = dump;
    if (isShortDump && isOfExpress(dump) && tellsExtended()) {
      byte[] all = bytes.clone();
      System.arraycopy(dump.toByteArray(), 0, all, 0, dump.length());
      config = LineSparseConfigSpace.copyOf(new ArrayConfigSpace(all));
    }
    ReadStatus status = isShort(dump) ? ReadStatus.TRUNCATED_UNPRIVILEGED : ReadStatus.COMPLETE;
    return new CapturedFunction(address, "", config, status, DeviceLines.idsOf(dump), kernel(), "");
  }

  CapturedFunction toFunction() {
    if (isBridge) {
      put32(0x10, bars[0]);
      put32(0x14, bars[1]);
    }
    if (isGone) {
      return function(ReadStatus.ALL_ONES, 0);
    }
    boolean isBaseless = lacksChipsetBase();
    int conventional = isBaseless ? CHIPSET_BASE : ConfigSpace.CONVENTIONAL_LENGTH;
    return switch (gap()) {
      case HEADING_ONLY, PICKED, NO_IDS -> function(ReadStatus.UNREADABLE, 0);
      case DENIED -> function(ReadStatus.TRUNCATED_UNPRIVILEGED, ConfigSpace.UNPRIVILEGED_LENGTH);
      case NAMES_ONLY, OTHER_WORDS, SIBLINGS, FUNCTION_BIT ->
          function(ReadStatus.TRUNCATED_UNPRIVILEGED, conventional);
      case NONE ->
          isBaseless
              ? function(ReadStatus.EXT_UNAVAILABLE, conventional)
              : function(
                  ReadStatus.COMPLETE,
                  isExpress && hasExtended ? ConfigSpace.EXTENDED_LENGTH : conventional);
    };
  }

  private CapturedFunction function(ReadStatus status, int length) {
    PciIds known = ids == null ? new PciIds(0, 0, 0) : ids;
    ConfigSpace config =
        LineSparseConfigSpace.copyOf(new ArrayConfigSpace(Arrays.copyOf(bytes, length)));
    return new CapturedFunction(address, "", config, status, known, kernel(), "");
  }

  private void put16(int offset, int value) {
    bytes[offset] = (byte) value;
    bytes[offset + 1] = (byte) (value >>> 8);
  }

  private void put32(int offset, int value) {
    put16(offset, value);
    put16(offset + 2, value >>> 16);
  }

  private static int hex(String digits) {
    return Integer.parseInt(digits, 16);
  }

  private static int number(String digits) {
    return digits.length() > 9 ? 0 : Integer.parseInt(digits);
  }
}
