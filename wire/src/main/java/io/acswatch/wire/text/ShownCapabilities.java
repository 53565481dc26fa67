package io.acswatch.wire.text;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.config.capability.PcieCapability;
import io.acswatch.pci.config.capability.SriovCapability;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities of a function as {@code lspci} describes them in words. The registers that
 * grouping asks for are put back where they stood.
 *
 * <p>Source: pciutils, {@code ls-caps.c} ({@code cap_express}, {@code cap_ssvid}) and {@code
 * ls-ecaps.c} ({@code cap_acs}, {@code cap_sriov}, {@code cap_ats}, {@code cap_dsn}), versions 3.3
 * to 3.14.
 */
final class ShownCapabilities {
  private static final Pattern EXPRESS = Pattern.compile("Express (?:\\(v(\\d+)\\) )?(.*)");
  private static final Pattern PAIR = Pattern.compile(".*?\\[?([0-9a-f]{4}):([0-9a-f]{4})\\]?");
  private static final Pattern VFS =
      Pattern.compile("Initial VFs: \\d+, Total VFs: (\\d+), Number of VFs: (\\d+),.*");
  private static final Pattern VF_PLACES = Pattern.compile("VF offset: (\\d+), stride: (\\d+),.*");
  private static final Pattern SERIAL =
      Pattern.compile("Device Serial Number ((?:[0-9a-f]{2}-){7}[0-9a-f]{2})");
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

  private static final int NO_EXPRESS = -1;
  private static final int UPSTREAM = 5;
  private static final int FIRST_STANDARD = 0x40;
  private static final int STANDARD_LENGTH = 8;
  private static final int FIRST_EXTENDED = 0x100;
  private static final int SUBSYSTEM_ID = 0x0D;
  private static final int SERIAL_NUMBER = 0x0003;
  private static final int ATS = 0x000F;

  private final ByteBuffer registers;
  private boolean isEmpty = true;
  private boolean areExtended;
  private int undescribed; // offset of the first capability that is named only
  private int lastStandard;
  private int lastExtended;
  private int current; // the capability whose lines follow
  private int currentId;
  private int expressType = NO_EXPRESS;
  private boolean forwardsAri;
  private boolean isolates;
  private boolean vfsAreOn;
  private int firstVfOffset;
  private int vfStride;
  private int totalVfs;
  private int enabledVfs;

  /** None yet; they will be put into {@code bytes}, a whole configuration space. */
  ShownCapabilities(byte[] bytes) {
    registers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes the line that names a capability; its own lines follow. */
  void begin(int offset, @Nullable String version, String name) {
    isEmpty = false;
    current = offset;
    currentId = 0;
    boolean fits =
        offset % 4 == 0
            && (offset >= FIRST_EXTENDED
                ? offset <= ConfigSpace.EXTENDED_LENGTH - SriovCapability.LENGTH
                : offset >= FIRST_STANDARD && offset <= FIRST_EXTENDED - STANDARD_LENGTH);
    if (!fits) {
      undescribed = Math.max(undescribed, 1); // no capability can be there: the text is damaged
    } else if (offset < FIRST_EXTENDED) {
      standard(offset, name);
    } else {
      areExtended = true;
      extended(offset, version, name);
    }
  }

  private void standard(int offset, String name) {
    Matcher express = EXPRESS.matcher(name);
    int id;
    if (express.matches()) {
      id = PcieCapability.ID;
      expressType = portType(express.group(2));
      int version = express.group(1) == null ? 2 : number(express.group(1));
      put16(offset + 2, expressType << 4 | version);
    } else if (name.startsWith("Subsystem: ")) {
      id = SUBSYSTEM_ID;
      subsystem(name, offset + 4);
    } else {
      return;
    }
    registers.put(offset, (byte) id);
    registers.put(lastStandard == 0 ? 0x34 : lastStandard + 1, (byte) offset);
    lastStandard = offset;
  }

  /** Puts the ids of a line {@code Subsystem:}, of a capability or of the header, to an offset. */
  void subsystem(String line, int offset) {
    Matcher pair = PAIR.matcher(line.substring("Subsystem: ".length()).strip());
    if (pair.matches()) {
      put16(offset, HexFormat.fromHexDigits(pair.group(1)));
      put16(offset + 2, HexFormat.fromHexDigits(pair.group(2)));
    }
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
        String digits = serial.group(1).substring(3 * i, 3 * i + 2);
        registers.put(offset + 11 - i, (byte) HexFormat.fromHexDigits(digits));
      }
    } else {
      return;
    }
    if (lastExtended == 0 && offset != FIRST_EXTENDED) {
      registers.putInt(FIRST_EXTENDED, offset << 20);
    } else if (lastExtended != 0) {
      put16(lastExtended + 2, offset << 4 | registers.get(lastExtended + 2) & 0xF);
    }
    int ofVersion = version == null ? 1 : number(version) & 0xF;
    registers.putInt(offset, currentId | ofVersion << 16);
    lastExtended = offset;
    if (currentId != SERIAL_NUMBER) {
      undescribed = undescribed == 0 ? offset : undescribed;
    }
  }

  /** Takes a line below the name of a capability. */
  void add(String line) {
    if (line.startsWith("DevCtl2:")) {
      forwardsAri = line.contains("ARIFwd+");
      return;
    }
    switch (currentId) {
      case AcsCapability.ID -> acs(line);
      case SriovCapability.ID -> sriov(line);
      case ATS -> {
        if (line.startsWith("ATSCtl:")) {
          put16(current + 6, line.contains("Enable+") ? 0x8000 : 0);
          described();
        }
      }
      default -> {
        // of no capability that grouping asks for
      }
    }
  }

  private void acs(String line) {
    boolean isControl = line.startsWith("ACSCtl:");
    if (!isControl && !line.startsWith("ACSCap:")) {
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
    if (known != 0x7F) {
      return;
    }
    if (isControl) {
      put16(current + AcsCapability.CONTROL_OFFSET, word);
      described();
      int capability = registers.get(current + AcsCapability.CAPABILITY_OFFSET);
      isolates = AcsRegisters.enforces(capability, word, AcsCapability.REQUIRED);
    } else {
      put16(current + AcsCapability.CAPABILITY_OFFSET, word);
    }
  }

  private void sriov(String line) {
    Matcher matcher;
    if (line.startsWith("IOVCtl:")) {
      vfsAreOn = line.contains("Enable+");
      registers.put(current + SriovCapability.CONTROL, (byte) (vfsAreOn ? 1 : 0));
    } else if ((matcher = VFS.matcher(line)).matches()) {
      totalVfs = number(matcher.group(1));
      enabledVfs = Math.min(number(matcher.group(2)), 0xFFFF);
    } else if ((matcher = VF_PLACES.matcher(line)).matches()) {
      firstVfOffset = number(matcher.group(1));
      vfStride = number(matcher.group(2));
      put16(current + SriovCapability.FIRST_VF_OFFSET, firstVfOffset);
      put16(current + SriovCapability.VF_STRIDE, vfStride);
      described();
    }
  }

  /** The registers of the capability are known now. */
  private void described() {
    undescribed = undescribed == current ? 0 : undescribed;
  }

  boolean isEmpty() {
    return isEmpty;
  }

  boolean areExtended() {
    return areExtended;
  }

  boolean areOfExpress() {
    return expressType != NO_EXPRESS;
  }

  boolean areOfUpstreamPort() {
    return expressType == UPSTREAM;
  }

  /** False if the registers of one of them, which grouping asks for, are not shown. */
  boolean areDescribed() {
    return undescribed == 0;
  }

  /** True if the ACS registers keep the functions of a device apart. */
  boolean isolate() {
    return isolates;
  }

  /** True if ARI forwarding is on at this port. */
  boolean forwardAri() {
    return forwardsAri;
  }

  /** Addresses of the virtual functions that are switched on at this function. */
  List<PciAddress> virtualFunctions(PciAddress address) {
    List<PciAddress> found = new ArrayList<>();
    for (int i = 0; i < enabledVfs && vfsAreOn; i++) {
      int id = address.requesterId() + firstVfOffset + i * vfStride;
      found.add(new PciAddress(address.domain(), id & 0xFFFF));
    }
    return found;
  }

  KernelView.Sriov sriov(@Nullable PciAddress physicalFunction) {
    return new KernelView.Sriov(physicalFunction, enabledVfs, totalVfs);
  }

  private void put16(int offset, int value) {
    registers.putShort(offset, (short) value);
  }

  private static int number(String digits) {
    return digits.length() > 9 ? 0 : Integer.parseInt(digits);
  }
}
