package io.acswatch.wire;

import static io.acswatch.wire.FactsLayout.*;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Packs the facts of a snapshot, for those that do not come straight from a frame: of a snapshot
 * that a delta changed, or of an odd frame. Gives the bytes that {@link FactsPacker} would.
 */
public final class FactsWriter {
  private static final AcsRegisters NO_ACS = new AcsRegisters(0, 0, 0, 0);
  private static final String NOWHERE_ROOT = "pci?/";

  private final Snapshot snapshot;
  private final FactsBuffer out = new FactsBuffer();
  private final FactsBuffer extras = new FactsBuffer();
  private final FactsBuffer ends = new FactsBuffer();
  private final FactsBuffer texts = new FactsBuffer();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<PciAddress, Integer> rowOfAddress = new HashMap<>();
  private final Map<String, Integer> rowOfPlace = new HashMap<>();

  private FactsWriter(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  /**
   * The packed facts.
   *
   * @throws IllegalArgumentException if a number does not fit its field
   */
  public static byte[] write(Snapshot snapshot) {
    return new FactsWriter(snapshot).write();
  }

  private byte[] write() {
    int count = within("functions", snapshot.functions().size(), MAX_STRINGS);
    out.append(HEADER_LENGTH + count * ROW_LENGTH);
    header();
    for (int row = 0; row < count; row++) {
      row(row, snapshot.functions().get(row));
    }
    out.append(extras);
    out.i32(EXTRAS_AT, extras.length() / EXTRA_LENGTH);
    snapshot.owners().forEach(this::owner);
    out.i32(STRINGS_AT, numbers.size());
    out.i32(STRING_BYTES_AT, texts.length());
    out.append(ends);
    out.append(texts);
    FactsBuffer packed = new FactsBuffer();
    FactsRows.shorten(out, packed);
    return packed.toByteArray();
  }

  private void header() {
    Boot boot = snapshot.boot();
    out.i32(FUNCTIONS_AT, snapshot.functions().size());
    out.i32(OWNERS_AT, snapshot.owners().size());
    out.u8(
        FLAGS_AT,
        (snapshot.kexecLoaded() ? KEXEC_LOADED : 0) | (snapshot.orderKnown() ? ORDER_KNOWN : 0));
    out.u8(BOOT_CLASS_AT, codeOf(snapshot.bootClass()));
    out.u16(HOST_AT, string(snapshot.host()));
    out.i32(LOADER_TYPE_AT, boot.bootloaderType());
    out.i32(LOADER_VERSION_AT, boot.bootloaderVersion());
    out.u16(BOOT_ID_AT, string(boot.id()));
    out.u16(RELEASE_AT, string(boot.kernelRelease()));
    out.u16(VERSION_AT, string(boot.kernelVersion()));
    out.u16(COMMAND_LINE_AT, string(boot.commandLine()));
    out.u16(IOMMUS_AT, note(Boot.IOMMU_NOTE, boot.iommus()));
    out.u16(LIVE_UPDATE_AT, note(Boot.LIVE_UPDATE_NOTE, boot.liveUpdate()));
  }

  private int note(String prefix, String says) {
    return string(says.isEmpty() ? "" : prefix + says);
  }

  private void row(int row, PciFunction function) {
    ConfigFacts config = function.config();
    KernelView kernel = function.kernel();
    AcsRegisters acs = config.acs() == null ? NO_ACS : config.acs();
    int at = HEADER_LENGTH + row * ROW_LENGTH;
    int flags =
        (config.acs() != null ? HAS_ACS : 0)
            | (config.hasMemoryBar() ? HAS_MEMORY_BAR : 0)
            | (config.egressOpen() ? EGRESS_OPEN : 0)
            | (config.atsEnabled() ? ATS_ENABLED : 0)
            | (kernel.isVirtualFunction() ? HAS_PHYSFN : 0)
            | (kernel.ariEnabled() ? ARI_ENABLED : 0)
            | (kernel.removable() ? REMOVABLE : 0);
    out.i32(at + DOMAIN_AT, function.address().domain());
    out.u16(at + REQUESTER_ID_AT, function.address().requesterId());
    out.u8(at + STATUS_AT, codeOf(config.status()));
    out.u8(at + PORT_TYPE_AT, codeOf(config.claimedType()));
    u16(at + VENDOR_AT, "vendor", function.ids().vendor());
    u16(at + DEVICE_AT, "device", function.ids().device());
    out.i32(
        at + CLASS_AND_FLAGS_AT,
        within("class", function.ids().classCode(), 0xFF_FFFF) | flags << 24);
    u16(at + LENGTH_AT, "length", config.lengthBytes());
    out.u8(at + HEADER_TYPE_AT, within("headerType", config.headerType(), 0xFF));
    out.u8(at + REVISION_AT, within("revision", config.revision(), 0xFF));
    u16(at + SUBSYSTEM_VENDOR_AT, "subsystemVendor", config.subsystemVendor());
    u16(at + SUBSYSTEM_DEVICE_AT, "subsystemDevice", config.subsystemDevice());
    u16(at + ACS_OFFSET_AT, "acs.offset", acs.offset());
    u16(at + ACS_CAPABILITY_AT, "acs.capability", acs.capability());
    u16(at + ACS_CONTROL_AT, "acs.control", acs.control());
    out.u16(at + GROUP_TYPE_AT, string(kernel.groupType()));
    out.i32(at + ACS_SECOND_DWORD_AT, acs.secondDword());
    out.i32(at + GROUP_AT, kernel.group());
    out.u16(at + DRIVER_AT, string(kernel.driver()));
    out.u8(
        at + MORE_FLAGS_AT,
        (config.vfsEnabled() ? VFS_ENABLED : 0)
            | codeOf(kernel.preservation()) << PRESERVATION_SHIFT);
    out.i64(at + SERIAL_NUMBER_AT, config.serialNumber());
    out.i32(
        at + BUS_NUMBERS_AND_ODDITIES_AT,
        within("busNumbers", config.busNumbers(), 0xFF_FFFF)
            | within("oddities", config.oddities(), 0xFF) << 24);
    place(row, at, function);
    extra(row, at, function);
    rowOfAddress.putIfAbsent(function.address(), row);
    rowOfPlace.putIfAbsent(function.path().text(), row);
  }

  private void place(int row, int at, PciFunction function) {
    String place = function.path().text();
    String address = function.address().toString();
    String slot = address.substring(address.length() - 4);
    int vf = vfIndex(function);
    if (place.equals(NOWHERE_ROOT + address)) {
      place(at, NOWHERE, 0, 0);
    } else if (vf >= 0) {
      place(at, VF_OF_ROW, rowOfAddress.get(function.kernel().physicalFunction()), vf);
    } else if (place.endsWith('/' + slot)) {
      String above = place.substring(0, place.length() - slot.length() - 1);
      Integer bridge = rowOfPlace.get(above);
      if (bridge != null && !isNowhere(bridge)) {
        place(at, BELOW_ROW, bridge, 0);
      } else if (endsInRootBus(above)) {
        place(at, BELOW_ROOT, string(above), 0);
      } else {
        place(at, TEXT, string(place), 0);
      }
    } else {
      place(at, TEXT, string(place), 0);
    }
  }

  private boolean isNowhere(int row) {
    return out.u8(HEADER_LENGTH + row * ROW_LENGTH + KIND_AT) == NOWHERE;
  }

  private static boolean endsInRootBus(String place) {
    String last = place.substring(place.lastIndexOf('/') + 1);
    return last.startsWith("pci") && last.indexOf(':') == last.length() - 3;
  }

  private void place(int at, int kind, int number, int vfIndex) {
    out.u8(at + KIND_AT, kind);
    out.u16(at + PLACE_AT, number);
    out.u16(at + VF_INDEX_AT, vfIndex);
  }

  /** Index of a VF whose PF stands in an earlier row and gives it its place, else -1. */
  private int vfIndex(PciFunction function) {
    PciAddress pf = function.kernel().physicalFunction();
    Integer pfRow = pf == null ? null : rowOfAddress.get(pf);
    if (pfRow == null) {
      return -1;
    }
    DevicePath path = function.path();
    DevicePath above = snapshot.functions().get(pfRow).path();
    if (!path.isVirtualFunction() || !path.isBelow(above)) {
      return -1;
    }
    String digits =
        path.text().substring(Math.min(path.text().length(), above.text().length() + 3));
    if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(Character::isDigit)) {
      return -1;
    }
    int index = Integer.parseInt(digits);
    return index <= 0xFFFF && above.virtualFunction(index).equals(path) ? index : -1;
  }

  private void extra(int row, int rowAt, PciFunction function) {
    ConfigFacts config = function.config();
    KernelView kernel = function.kernel();
    boolean namesPf = kernel.isVirtualFunction() && out.u8(rowAt + KIND_AT) != VF_OF_ROW;
    int numbers = config.firstVfOffset() | config.vfStride() | config.chipsetBase();
    if (!namesPf && (numbers | kernel.enabledVfs() | kernel.totalVfs()) == 0) {
      return;
    }
    out.u8(rowAt + MORE_FLAGS_AT, out.u8(rowAt + MORE_FLAGS_AT) | HAS_EXTRA);
    PciAddress pf = namesPf ? kernel.physicalFunction() : null;
    int at = extras.append(EXTRA_LENGTH);
    extras.i32(at + EXTRA_ROW_AT, row);
    extras.u16(at + EXTRA_FIRST_VF_AT, within("firstVfOffset", config.firstVfOffset(), 0xFFFF));
    extras.u16(at + EXTRA_STRIDE_AT, within("vfStride", config.vfStride(), 0xFFFF));
    extras.u16(at + EXTRA_ENABLED_VFS_AT, within("enabledVfs", kernel.enabledVfs(), 0xFFFF));
    extras.u16(at + EXTRA_TOTAL_VFS_AT, within("totalVfs", kernel.totalVfs(), 0xFFFF));
    extras.i32(at + EXTRA_PF_DOMAIN_AT, pf == null ? 0 : pf.domain());
    extras.i32(at + EXTRA_PF_REQUESTER_ID_AT, pf == null ? 0 : pf.requesterId());
    extras.i32(at + EXTRA_CHIPSET_BASE_AT, config.chipsetBase());
  }

  private void owner(OwnershipClaim owner) {
    int at = out.append(OWNER_LENGTH);
    out.i32(at + DOMAIN_AT, owner.address().domain());
    out.u16(at + REQUESTER_ID_AT, owner.address().requesterId());
    out.u16(at + OWNER_VM_AT, string(owner.vm()));
    out.u16(at + OWNER_SOURCE_AT, string(owner.source()));
    out.u16(at + OWNER_LENGTH - Short.BYTES, 0);
  }

  private int string(String text) {
    Integer known = numbers.putIfAbsent(text, numbers.size());
    if (known != null) {
      return known;
    }
    texts.append(text.getBytes(StandardCharsets.UTF_8));
    ends.i32(ends.append(Integer.BYTES), texts.length());
    return within("strings", numbers.size(), MAX_STRINGS) - 1;
  }

  private void u16(int at, String name, int number) {
    out.u16(at, within(name, number, 0xFFFF));
  }

  private static int within(String name, int number, int highest) {
    if (number < 0 || number > highest) {
      throw new IllegalArgumentException(name + "=" + number + ", expected 0 to " + highest);
    }
    return number;
  }
}
