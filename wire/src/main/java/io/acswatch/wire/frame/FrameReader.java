package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotBuilder;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.openhft.chronicle.bytes.RandomDataInput;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames in place: the one way from the bytes of a frame to what they say. {@link #wrap}
 * checks a whole frame once; after it has accepted one, no accessor can fail or leave the frame. No
 * bytes whatever make it throw.
 *
 * <p>Valid until the next {@code wrap}; keeps a reference to the caller's bytes, which must not
 * change meanwhile; not thread-safe. After a refusal only {@link #functionCount} may be asked, and
 * is 0.
 */
public final class FrameReader {
  private final CheckedBytes window = new CheckedBytes();
  private final FrameSections sections = new FrameSections();
  private final FrameCheck check = new FrameCheck(sections);
  private final FrameStrings strings = new FrameStrings(sections);
  private final FrameFunction function = new FrameFunction(sections, strings);
  private final FunctionDecoder decoder = new FunctionDecoder();

  /** Takes a whole array, as Kafka hands it over; see {@link #wrap(byte[], int, int)}. */
  public @Nullable Rejected wrap(byte[] bytes) {
    return wrap(bytes, 0, bytes.length);
  }

  /** Takes the frame that fills {@code length} bytes; null if it is sound, else why it is not. */
  public @Nullable Rejected wrap(byte[] bytes, int offset, int length) {
    return wrap(window.set(bytes, offset, length), 0, length);
  }

  /**
   * Takes a frame out of any Chronicle input.
   *
   * @throws IndexOutOfBoundsException if the input does not reach so far
   */
  public @Nullable Rejected wrap(RandomDataInput input, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, input.readLimit());
    strings.clear();
    return check.check(input, offset, length);
  }

  /** What it says. Each type has accessors of its own, which must not be asked of another one. */
  public FrameType type() {
    return sections.type;
  }

  public int functionCount() {
    return sections.functionCount;
  }

  /** Moves to function {@code index}; returns the same object each time. */
  public FrameFunction function(int index) {
    return function.moveTo(Objects.checkIndex(index, sections.functionCount));
  }

  public String host() {
    return type() == FrameType.UNCHANGED ? toUnchanged().host() : strings.at(HOST_AT);
  }

  /** Wall clock when it was taken, milliseconds since 1970, 0 if unknown. */
  public long takenAtMillis() {
    return sections.i64(type() == FrameType.UNCHANGED ? LOOKED_AT_AT : TAKEN_AT_AT);
  }

  /** Number within the boot, from 1; 0 if unknown. */
  public long sequence() {
    return sections.i64(type() == FrameType.UNCHANGED ? UNCHANGED_SEQUENCE_AT : SEQUENCE_AT);
  }

  public boolean kexecLoaded() {
    return (sections.u8(FLAGS_AT) & KEXEC_LOADED) != 0;
  }

  public Boot boot() {
    return new Boot(
        strings.at(BOOT_ID_AT),
        strings.at(KERNEL_RELEASE_AT),
        strings.at(KERNEL_VERSION_AT),
        strings.at(COMMAND_LINE_AT),
        sections.i32(LOADER_TYPE_AT),
        sections.i32(LOADER_VERSION_AT));
  }

  /** Makes the kernel's own device order; empty if unknown. */
  public List<PciAddress> scanOrder() {
    List<PciAddress> order = new ArrayList<>(sections.scanCount);
    for (int i = 0; i < sections.scanCount; i++) {
      order.add(address(sections.scanEntryAt(i)));
    }
    return order;
  }

  public List<OwnershipClaim> owners() {
    List<OwnershipClaim> owners = new ArrayList<>(sections.ownerCount);
    for (int i = 0; i < sections.ownerCount; i++) {
      int entry = sections.ownerAt(i);
      owners.add(
          new OwnershipClaim(
              address(entry),
              strings.at(entry + OWNER_VM_AT),
              strings.at(entry + OWNER_SOURCE_AT)));
    }
    return owners;
  }

  public List<String> notes() {
    List<String> notes = new ArrayList<>(sections.noteCount);
    for (int i = 0; i < sections.noteCount; i++) {
      notes.add(strings.at(sections.noteAt(i)));
    }
    return notes;
  }

  private PciAddress address(int entry) {
    return new PciAddress(sections.i32(entry), sections.u16(entry + Integer.BYTES));
  }

  /** Of a heartbeat and a kexec event: number of the last snapshot before it. */
  public long stateSequence() {
    return sections.i64(STATE_SEQUENCE_AT);
  }

  public Heartbeat toHeartbeat() {
    return new Heartbeat(
        host(),
        boot(),
        takenAtMillis(),
        sequence(),
        stateSequence(),
        kexecLoaded(),
        strings.at(COLLECTOR_VERSION_AT),
        sections.i32(WAITING_FRAMES_AT),
        sections.i64(WAITING_BYTES_AT),
        sections.i64(DROPPED_FRAMES_AT),
        notes());
  }

  public KexecEvent toKexecEvent() {
    return new KexecEvent(
        host(),
        boot(),
        takenAtMillis(),
        sequence(),
        stateSequence(),
        kexecLoaded(),
        STEPS.get(sections.i32(STEP_AT) - 1),
        strings.at(TARGET_RELEASE_AT),
        strings.at(TARGET_COMMAND_LINE_AT),
        notes());
  }

  public Unchanged toUnchanged() {
    int bootAt = sections.u16(HEADER_LENGTH_AT);
    int hostAt = bootAt + sections.u16(BOOT_ID_LENGTH_AT);
    return new Unchanged(
        strings.between(hostAt, sections.frameLength),
        strings.between(bootAt, hostAt),
        takenAtMillis(),
        sequence(),
        sections.i64(NAMED_SEQUENCE_AT),
        new ContentDigest(sections.i64(DIGEST_AT), sections.i64(DIGEST_AT + Long.BYTES)));
  }

  /** Decodes a snapshot, which keeps no reference to the bytes. */
  public Snapshot toSnapshot() {
    SnapshotBuilder builder = new SnapshotBuilder(functionCount());
    for (int i = 0; i < functionCount(); i++) {
      FrameFunction from = function(i);
      PciIds ids = from.ids();
      KernelView kernel = from.kernelView().withRemovable(from.removable());
      builder.add(
          from.address(),
          from.sysfsPath(),
          ids,
          decoder.decode(from.config(), from.readStatus(), ids, kernel),
          kernel);
    }
    List<String> notes = notes();
    Boot boot = boot().withNotes(notes);
    return builder
        .scanOrder(scanOrder())
        .owners(owners())
        .kernelLog(notes)
        .build(host(), boot, BootClass.of(boot, notes), takenAtMillis(), sequence(), kexecLoaded());
  }

  public Capture toCapture() {
    List<CapturedFunction> functions = new ArrayList<>(functionCount());
    for (int i = 0; i < functionCount(); i++) {
      FrameFunction from = function(i);
      functions.add(
          new CapturedFunction(
              from.address(),
              from.sysfsPath(),
              LineSparseConfigSpace.copyOf(from.config()),
              from.readStatus(),
              from.ids(),
              from.kernelView(),
              from.removable()));
    }
    return new Capture(
        host(),
        strings.at(PHASE_AT),
        boot(),
        takenAtMillis(),
        sequence(),
        kexecLoaded(),
        scanOrder(),
        functions,
        owners(),
        notes());
  }
}
