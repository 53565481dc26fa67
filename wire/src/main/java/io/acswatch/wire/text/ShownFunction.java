package io.acswatch.wire.text;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
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
 * <p>Source: pciutils, {@code lspci.c} ({@code show_terse}, {@code show_verbose}), versions 3.3 to
 * 3.14.
 */
final class ShownFunction {
  private static final Pattern CAPABILITY =
      Pattern.compile("Capabilities: \\[([0-9a-f]{2,3})(?: v(\\d+))?\\] ?(.*)");
  private static final Pattern BUSES =
      Pattern.compile(
          "Bus: primary=([0-9a-f]{2}), secondary=([0-9a-f]{2}), subordinate=([0-9a-f]{2}).*");
  private static final Pattern MEMORY =
      Pattern.compile("(?:Region ([01]): )?Memory at ([0-9a-f]+) .*");
  private static final Pattern GROUP =
      Pattern.compile("(?:IOMMU group: |Flags: .*, IOMMU group )(\\d+)");

  /** What people put where they leave lines out. */
  private static final Pattern CUT =
      Pattern.compile("(?i)\\W*(?:\\.\\.\\.|…|snip|snipped|cut|trimmed)\\W*");

  private static final int DESCRIBED = 3;
  private static final int INTEL = 0x8086;
  private static final int ISA_BRIDGE_CLASS = 0x0601;
  private static final int CHIPSET_BASE = 0xF0;
  private static final int PCI_BRIDGE_CLASS = 0x0604;
  private static final int CARDBUS_CLASS = 0x0607;

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
  private final ByteBuffer registers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  private final ShownCapabilities capabilities = new ShownCapabilities(bytes);
  private final int[] bars = new int[2];
  private @Nullable PciIds ids;
  private final boolean showsIds;
  private boolean isVerbose;
  private boolean hasHeader;
  private boolean isCut;
  private boolean isDenied;
  private boolean isGone;
  private boolean isBridge;
  private int group = KernelView.NO_GROUP;
  private String driver = "";
  private boolean ariEnabled;
  private Gap ofSiblings = Gap.NONE;
  private boolean isShortDump;
  private @Nullable PciAddress physicalFunction;

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
    registers.putShort(0x00, (short) told.vendor());
    registers.putShort(0x02, (short) told.device());
    registers.putShort(0x0A, (short) classCode);
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
      isVerbose = true;
      bytes[0x06] |= 0x10;
      int offset = HexFormat.fromHexDigits(matcher.group(1));
      capabilities.begin(offset, matcher.group(2), matcher.group(3));
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
        bytes[0x18 + i] = (byte) HexFormat.fromHexDigits(matcher.group(i + 1));
      }
    } else if ((matcher = MEMORY.matcher(line)).matches()) {
      if (matcher.group(2).length() >= 8) {
        String low = matcher.group(2).substring(matcher.group(2).length() - 8);
        bars["1".equals(matcher.group(1)) ? 1 : 0] = Integer.parseUnsignedInt(low, 16);
      }
    } else if (line.startsWith("Subsystem: ")) {
      if (!isBridge) {
        capabilities.subsystem(line, 0x2C);
      }
    } else {
      capabilities.add(line);
    }
  }

  ShownCapabilities capabilities() {
    return capabilities;
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
    } else if (!capabilities.areDescribed()) {
      return Gap.NAMES_ONLY;
    } else if (capabilities.areExtended() && AcsRules.mayHaveDwordRegisters(ids)) {
      return Gap.OTHER_WORDS;
    }
    return ofSiblings;
  }

  /**
   * True if {@code lspci} printed more than is there: each missing line may be the one that tells.
   */
  private boolean isPicked() {
    boolean leads = ids != null && ids.classCode() >>> 8 == PCI_BRIDGE_CLASS;
    return isCut
        || !hasHeader
        || leads && !isBridge
        || capabilities.areExtended() && !capabilities.areOfExpress();
  }

  /** True if the status register tells of capabilities and none is listed. */
  private boolean lacksList() {
    return (bytes[0x06] & 0x10) != 0 && capabilities.isEmpty();
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
    ofSiblings = Gap.NONE;
    if (!hasSibling && !capabilities.isolate()) {
      if (isOfSome && physical == null) {
        ofSiblings = Gap.SIBLINGS;
      } else if (!groupsTold && capabilities.areOfUpstreamPort()) {
        ofSiblings = Gap.FUNCTION_BIT;
      }
    }
    bytes[0x0E] |= (byte) (hasSibling || ofSiblings != Gap.NONE ? 0x80 : 0);
  }

  private KernelView kernel() {
    KernelView.Sriov sriov = capabilities.sriov(physicalFunction);
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
    return depth() == DESCRIBED && hasExtendedSpace();
  }

  private boolean hasExtendedSpace() {
    return capabilities.areOfExpress() && capabilities.areExtended();
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
      registers.putInt(0x10, bars[0]);
      registers.putInt(0x14, bars[1]);
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
                  hasExtendedSpace() ? ConfigSpace.EXTENDED_LENGTH : conventional);
    };
  }

  private CapturedFunction function(ReadStatus status, int length) {
    PciIds known = ids == null ? new PciIds(0, 0, 0) : ids;
    ConfigSpace config =
        LineSparseConfigSpace.copyOf(new ArrayConfigSpace(Arrays.copyOf(bytes, length)));
    return new CapturedFunction(address, "", config, status, known, kernel(), "");
  }
}
