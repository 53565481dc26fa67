package io.acswatch.wire;

import static io.acswatch.wire.FactsLayout.*;

import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.FrameResult.Rejected;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Packs the facts of frames, straight from the bytes of a record: configuration space is read where
 * it lies, nothing is allocated but to grow buffers, which stay. What it packs stands for the
 * {@link SnapshotDecoder}'s snapshot and is, for a frame of {@link FrameWriter}'s and paths as
 * kernels write them, what {@link FactsWriter} makes of that; {@link FactsLayout} draws it.
 *
 * <p>A few odd frames (a VF that stands before its PF, paths no kernel writes, a log that speaks of
 * preserved devices) take the long way through a snapshot, which does allocate.
 *
 * <p>Valid until the next {@link #pack}; not thread-safe. No bytes make it throw.
 */
public final class FactsPacker {
  private static final int NO_STRING = 0;
  private static final byte[] REMOVABLE_WORD = "removable".getBytes(StandardCharsets.US_ASCII);

  private final CheckedBytes window = new CheckedBytes();
  private final FrameSections frame = new FrameSections();
  private final FrameCheck check = new FrameCheck(frame);
  private final FrameFunction function = new FrameFunction(frame, new FrameStrings(frame));
  private final FrameEvidence evidence = new FrameEvidence(frame);
  private final FrameOrder order = new FrameOrder(frame);
  private final FactsStrings strings = new FactsStrings(frame);
  private final FramePlaces places = new FramePlaces(frame, order, strings);
  private final FunctionDecoder decoder = new FunctionDecoder();
  private final SnapshotDecoder longWay = new SnapshotDecoder();
  private final FactsBuffer out = new FactsBuffer();
  private final FactsBuffer extras = new FactsBuffer();
  private final FactsBuffer packed = new FactsBuffer();
  private int[] vfRegisters = new int[64];
  private int[] chipsetBase = new int[64];
  private long takenAtMillis;
  private long sequence;
  private boolean direct;

  /**
   * Packs the frame that fills {@code bytes}; null if it is sound, else why it is not. Of a frame
   * that is no snapshot nothing is packed, for it has meaning only beside the one before.
   */
  public @Nullable Rejected pack(byte[] bytes) {
    out.clear();
    packed.clear();
    Rejected rejected = check.check(window.set(bytes), 0, bytes.length);
    if (rejected != null) {
      return rejected;
    }
    takenAtMillis = frame.i64(FrameLayout.TAKEN_AT_AT);
    sequence = frame.i64(FrameLayout.SEQUENCE_AT);
    direct = false;
    if (frame.type != FrameType.SNAPSHOT) {
      return null;
    }
    direct = packDirectly();
    if (!direct) {
      return packTheLongWay(bytes);
    }
    FactsRows.shorten(out, packed);
    return null;
  }

  private @Nullable Rejected packTheLongWay(byte[] bytes) {
    if (!(longWay.decode(bytes) instanceof FrameResult.Accepted accepted)) {
      throw new IllegalStateException("a frame was checked twice with two results");
    }
    try {
      packed.append(FactsWriter.write(accepted.snapshot()));
      return null;
    } catch (IllegalArgumentException tooMany) {
      String detail = tooMany.getMessage();
      return new Rejected(RejectReason.BAD_LENGTH, FrameLayout.STRING_COUNT_AT, detail);
    }
  }

  /** What the frame is. */
  public FrameType type() {
    return frame.type;
  }

  /** The step that a {@link FrameType#KEXEC_EVENT} tells of. */
  public KexecEvent.Step kexecStep() {
    return FrameLayout.stepOf(frame.i32(FrameLayout.STEP_AT));
  }

  /** The packed facts; of these {@link #length} bytes count. */
  public byte[] bytes() {
    return packed.bytes();
  }

  /** Length of the packed facts. */
  public int length() {
    return packed.length();
  }

  /** True if they were packed without a detour. */
  public boolean isDirect() {
    return direct;
  }

  /** True if these bytes are the host id in the frame, and it has one. */
  public boolean isHost(byte[] key) {
    int number = frame.i32(FrameLayout.HOST_AT);
    int start = frame.stringStart(number);
    if (key.length == 0 || frame.stringEnd(number) - start != key.length) {
      return false;
    }
    for (int i = 0; i < key.length; i++) {
      if ((byte) frame.u8(frame.stringBytesAt + start + i) != key[i]) {
        return false;
      }
    }
    return true;
  }

  /** Makes the host id in the frame, empty if it has none. */
  public String host() {
    return new FrameStrings(frame).at(FrameLayout.HOST_AT);
  }

  /** Number of functions. */
  public int functionCount() {
    return frame.functionCount;
  }

  /** The snapshot of the packed facts; keeps no reference to them. */
  public Snapshot snapshot() {
    return FactsReader.read(packed.bytes(), 0, packed.length(), takenAtMillis, sequence);
  }

  private boolean packDirectly() {
    evidence.look();
    if (evidence.tellsOfPreservation() || frame.stringCount > MAX_STRINGS / 2) {
      return false;
    }
    order.order();
    strings.clear();
    places.clear();
    extras.clear();
    int count = frame.functionCount;
    if (chipsetBase.length < count) {
      chipsetBase = new int[Math.max(count, 2 * chipsetBase.length)];
      vfRegisters = new int[chipsetBase.length];
    }
    out.append(HEADER_LENGTH + count * ROW_LENGTH);
    packHeader();
    // In order of address, as the bytes lie.
    for (int i = 0; i < count; i++) {
      packRegisters(i, order.rowOf(i));
    }
    for (int row = 0; row < count; row++) {
      if (!packNames(order.functionOf(row), row)) {
        return false;
      }
    }
    out.append(extras);
    packOwners();
    out.i32(STRINGS_AT, strings.count());
    out.i32(STRING_BYTES_AT, strings.byteCount());
    strings.appendTo(out);
    return strings.count() <= MAX_STRINGS;
  }

  private void packHeader() {
    boolean kexecLoaded = (frame.u8(FrameLayout.FLAGS_AT) & FrameLayout.KEXEC_LOADED) != 0;
    out.i32(FUNCTIONS_AT, frame.functionCount);
    out.i32(OWNERS_AT, frame.ownerCount);
    out.u8(FLAGS_AT, (kexecLoaded ? KEXEC_LOADED : 0) | (frame.scanCount > 0 ? ORDER_KNOWN : 0));
    out.u8(BOOT_CLASS_AT, codeOf(evidence.bootClass()));
    out.u16(HOST_AT, string(FrameLayout.HOST_AT));
    out.i32(LOADER_TYPE_AT, frame.i32(FrameLayout.LOADER_TYPE_AT));
    out.i32(LOADER_VERSION_AT, frame.i32(FrameLayout.LOADER_VERSION_AT));
    out.u16(BOOT_ID_AT, string(FrameLayout.BOOT_ID_AT));
    out.u16(RELEASE_AT, string(FrameLayout.KERNEL_RELEASE_AT));
    out.u16(VERSION_AT, string(FrameLayout.KERNEL_VERSION_AT));
    out.u16(COMMAND_LINE_AT, string(FrameLayout.COMMAND_LINE_AT));
    out.u16(IOMMUS_AT, strings.ofFrame(evidence.iommuNote()));
    out.u16(LIVE_UPDATE_AT, strings.ofFrame(evidence.liveUpdateNote()));
  }

  private int string(int field) {
    return strings.ofFrame(frame.i32(field));
  }

  private void packRegisters(int index, int row) {
    FrameFunction from = function.moveTo(index);
    int at = HEADER_LENGTH + row * ROW_LENGTH;
    boolean isVirtual = from.isVirtualFunction();
    FunctionDecoder read =
        decoder.read(from.config(), from.readStatus(), from.vendor(), from.device(), isVirtual);
    int flags =
        (read.hasAcs() ? HAS_ACS : 0)
            | (read.hasMemoryBar() ? HAS_MEMORY_BAR : 0)
            | (isVirtual ? HAS_PHYSFN : 0)
            | (from.ariEnabled() ? ARI_ENABLED : 0)
            | (read.egressOpen() ? EGRESS_OPEN : 0)
            | (read.atsEnabled() ? ATS_ENABLED : 0);
    out.i32(at + DOMAIN_AT, from.domain());
    out.u16(at + REQUESTER_ID_AT, from.requesterId());
    out.u8(at + STATUS_AT, codeOf(read.status()));
    out.u8(at + PORT_TYPE_AT, codeOf(read.claimedType()));
    out.u16(at + VENDOR_AT, from.vendor());
    out.u16(at + DEVICE_AT, from.device());
    out.i32(at + CLASS_AND_FLAGS_AT, from.classCode() | flags << 24);
    out.u16(at + LENGTH_AT, read.lengthBytes());
    out.u8(at + HEADER_TYPE_AT, read.headerType());
    out.u8(at + REVISION_AT, read.revision());
    out.u16(at + SUBSYSTEM_VENDOR_AT, read.subsystemVendor());
    out.u16(at + SUBSYSTEM_DEVICE_AT, read.subsystemDevice());
    out.u16(at + ACS_OFFSET_AT, read.acsOffset());
    out.u16(at + ACS_CAPABILITY_AT, read.acsCapability());
    out.u16(at + ACS_CONTROL_AT, read.acsControl());
    out.i32(at + ACS_SECOND_DWORD_AT, read.acsSecondDword());
    out.i32(at + GROUP_AT, from.group());
    out.u8(at + MORE_FLAGS_AT, read.vfsEnabled() ? VFS_ENABLED : 0);
    out.i64(at + SERIAL_NUMBER_AT, read.serialNumber());
    out.i32(at + BUS_NUMBERS_AND_ODDITIES_AT, read.busNumbers() | read.oddities() << 24);
    vfRegisters[row] = read.firstVfOffset() | read.vfStride() << 16;
    chipsetBase[row] = read.chipsetBase();
  }

  private boolean packNames(int index, int row) {
    int entry = frame.functionAt(index);
    int at = HEADER_LENGTH + row * ROW_LENGTH;
    out.u16(at + GROUP_TYPE_AT, string(entry + FrameLayout.GROUP_TYPE_AT));
    out.u16(at + DRIVER_AT, string(entry + FrameLayout.DRIVER_AT));
    if (isRemovable(frame.i32(entry + FrameLayout.REMOVABLE_AT))) {
      out.u8(at + CLASS_AND_FLAGS_AT + 3, out.u8(at + CLASS_AND_FLAGS_AT + 3) | REMOVABLE);
    }
    boolean isVirtual = order.isVirtual(index);
    int pf = isVirtual ? places.physicalFunction(index) : FrameOrder.NONE;
    boolean placed;
    if (pf == FrameOrder.NONE) {
      placed = places.place(out, index, row);
    } else {
      int registers = vfRegisters[order.rowOf(pf)];
      placed = places.placeVf(out, index, row, pf, registers & 0xFFFF, registers >>> 16);
    }
    out.u8(at + KIND_AT, places.kind());
    out.u16(at + PLACE_AT, places.number());
    out.u16(at + VF_INDEX_AT, places.vfIndex());
    packExtra(entry, row, isVirtual && pf == FrameOrder.NONE);
    return placed;
  }

  private boolean isRemovable(int number) {
    if (number == NO_STRING) {
      return false;
    }
    int start = frame.stringStart(number);
    return frame.stringEnd(number) - start == REMOVABLE_WORD.length
        && matches(REMOVABLE_WORD, frame.stringBytesAt + start);
  }

  private boolean matches(byte[] text, int at) {
    for (int i = 0; i < text.length; i++) {
      if ((byte) frame.u8(at + i) != text[i]) {
        return false;
      }
    }
    return true;
  }

  private void packExtra(int entry, int row, boolean namesPf) {
    int enabledVfs = frame.u16(entry + FrameLayout.ENABLED_VFS_AT);
    int totalVfs = frame.u16(entry + FrameLayout.TOTAL_VFS_AT);
    if (!namesPf && (vfRegisters[row] | chipsetBase[row] | enabledVfs | totalVfs) == 0) {
      return;
    }
    int flagsAt = HEADER_LENGTH + row * ROW_LENGTH + MORE_FLAGS_AT;
    out.u8(flagsAt, out.u8(flagsAt) | HAS_EXTRA);
    int at = extras.append(EXTRA_LENGTH);
    extras.i32(at + EXTRA_ROW_AT, row);
    extras.i32(at + EXTRA_FIRST_VF_AT, vfRegisters[row]);
    extras.u16(at + EXTRA_ENABLED_VFS_AT, enabledVfs);
    extras.u16(at + EXTRA_TOTAL_VFS_AT, totalVfs);
    extras.i32(
        at + EXTRA_PF_DOMAIN_AT, namesPf ? frame.i32(entry + FrameLayout.PHYSFN_DOMAIN_AT) : 0);
    extras.i32(
        at + EXTRA_PF_REQUESTER_ID_AT,
        namesPf ? frame.u16(entry + FrameLayout.PHYSFN_REQUESTER_ID_AT) : 0);
    extras.i32(at + EXTRA_CHIPSET_BASE_AT, chipsetBase[row]);
  }

  private void packOwners() {
    out.i32(EXTRAS_AT, extras.length() / EXTRA_LENGTH);
    for (int i = 0; i < frame.ownerCount; i++) {
      int from = frame.ownerAt(i);
      int at = out.append(OWNER_LENGTH);
      out.i32(at + DOMAIN_AT, frame.i32(from));
      out.u16(at + REQUESTER_ID_AT, frame.u16(from + Integer.BYTES));
      out.u16(at + OWNER_VM_AT, string(from + FrameLayout.OWNER_VM_AT));
      out.u16(at + OWNER_SOURCE_AT, string(from + FrameLayout.OWNER_SOURCE_AT));
      out.u16(at + OWNER_LENGTH - Short.BYTES, 0);
    }
  }
}
