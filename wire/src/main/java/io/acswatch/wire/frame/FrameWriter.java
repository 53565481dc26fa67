package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.FrameLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The opposite of {@link FrameReader}; the same content gives the same bytes. */
public final class FrameWriter {
  private final Capture capture;
  private final FrameType type;
  private final TypeHeader typeHeader;
  private final List<CapturedFunction> functions;
  private final List<LineSparseConfigSpace> spaces = new ArrayList<>();
  private final Map<String, Integer> stringNumbers = new HashMap<>();
  private final List<byte[]> strings = new ArrayList<>();
  private int stringBytes;

  @FunctionalInterface
  private interface TypeHeader {
    void put(FrameWriter writer, ByteBuffer out);
  }

  private FrameWriter(Capture capture, FrameType type, TypeHeader typeHeader) {
    this.capture = capture;
    this.type = type;
    this.typeHeader = typeHeader;
    functions = new ArrayList<>(capture.functions());
    functions.sort(Comparator.comparing(CapturedFunction::address));
  }

  /**
   * Writes a capture as one frame.
   *
   * @throws IllegalArgumentException if two functions have one address, a number does not fit its
   *     field, or the frame would be longer than 64 MiB
   */
  public static byte[] write(Capture capture) {
    return new FrameWriter(capture, FrameType.SNAPSHOT, (writer, out) -> {}).write();
  }

  public static byte[] write(Heartbeat beat) {
    return new FrameWriter(
            stateless(
                beat.host(),
                beat.boot(),
                beat.takenAtMillis(),
                beat.sequence(),
                beat.kexecLoaded(),
                beat.notes()),
            FrameType.HEARTBEAT,
            (writer, out) ->
                out.putLong(atLeast("stateSequence", beat.stateSequence(), 0))
                    .putInt((int) atLeast("waitingFrames", beat.waitingFrames(), 0))
                    .putInt(writer.number(beat.collectorVersion()))
                    .putLong(atLeast("waitingBytes", beat.waitingBytes(), 0))
                    .putLong(atLeast("droppedFrames", beat.droppedFrames(), 0)))
        .write();
  }

  public static byte[] write(KexecEvent event) {
    return new FrameWriter(
            stateless(
                event.host(),
                event.boot(),
                event.takenAtMillis(),
                event.sequence(),
                event.kexecLoaded(),
                event.notes()),
            FrameType.KEXEC_EVENT,
            (writer, out) ->
                out.putLong(atLeast("stateSequence", event.stateSequence(), 0))
                    .putInt(STEPS.indexOf(event.step()) + 1)
                    .putInt(writer.number(event.targetRelease()))
                    .putInt(writer.number(event.targetCommandLine()))
                    .putInt(0))
        .write();
  }

  /** Writes an unchanged frame, which has a short header and no sections. */
  public static byte[] write(Unchanged unchanged) {
    byte[] boot = unchanged.bootId().getBytes(StandardCharsets.UTF_8);
    byte[] host = unchanged.host().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = buffer(UNCHANGED_HEADER_LENGTH + (long) boot.length + host.length);
    return out.putInt(MAGIC)
        .put((byte) MAJOR)
        .put((byte) MINOR)
        .put((byte) FrameType.UNCHANGED.code())
        .put((byte) 0)
        .putInt(out.capacity())
        .putShort((short) UNCHANGED_HEADER_LENGTH)
        .putShort(u16("boot id", boot.length))
        .putLong(atLeast("lookedAtMillis", unchanged.lookedAtMillis(), 0))
        .putLong(atLeast("sequence", unchanged.sequence(), 0))
        .putLong(atLeast("stateSequence", unchanged.stateSequence(), 0))
        .putLong(unchanged.digest().first())
        .putLong(unchanged.digest().second())
        .put(boot)
        .put(host)
        .array();
  }

  private static Capture stateless(
      String host,
      Boot boot,
      long takenAtMillis,
      long sequence,
      boolean kexecLoaded,
      List<String> notes) {
    return new Capture(
        host,
        "",
        boot,
        takenAtMillis,
        sequence,
        kexecLoaded,
        List.of(),
        List.of(),
        List.of(),
        notes);
  }

  private byte[] write() {
    checkFunctions();
    number("");
    int lineCount = 0;
    for (CapturedFunction function : functions) {
      LineSparseConfigSpace space = sparse(function);
      spaces.add(space);
      lineCount += Long.bitCount(space.lineMask());
    }
    long length =
        type.headerLength()
            + (long) functions.size() * ENTRY_LENGTH
            + (long) lineCount * LINE_LENGTH
            + (long) capture.scanOrder().size() * SCAN_LENGTH
            + (long) capture.owners().size() * OWNER_LENGTH
            + (long) capture.notes().size() * NOTE_LENGTH;
    ByteBuffer out = buffer(length);
    // Strings are numbered in the order in which the fields come, so that the bytes are determined.
    putHeader(out, lineCount);
    typeHeader.put(this, out);
    int linesBefore = 0;
    for (int i = 0; i < functions.size(); i++) {
      putFunction(out, functions.get(i), spaces.get(i), linesBefore);
      linesBefore += Long.bitCount(spaces.get(i).lineMask());
    }
    for (LineSparseConfigSpace space : spaces) {
      space.copyLinesTo(out.array(), out.position());
      out.position(out.position() + Long.bitCount(space.lineMask()) * LINE_LENGTH);
    }
    for (PciAddress address : capture.scanOrder()) {
      putAddress(out, address);
    }
    for (OwnershipClaim owner : capture.owners()) {
      putAddress(out, owner.address());
      out.putInt(number(owner.vm())).putInt(number(owner.source()));
    }
    for (String note : capture.notes()) {
      out.putInt(number(note));
    }
    return withStrings(out);
  }

  private static ByteBuffer buffer(long length) {
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException("frame=" + length + " bytes, expected at most 64 MiB");
    }
    return ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The whole frame: only now is it known how many strings there are. */
  private byte[] withStrings(ByteBuffer sections) {
    long length = sections.capacity() + (long) strings.size() * STRING_END_LENGTH + stringBytes;
    ByteBuffer out = buffer(length).put(sections.array());
    out.putInt(FRAME_LENGTH_AT, out.capacity())
        .putInt(STRING_COUNT_AT, strings.size())
        .putInt(STRING_BYTES_AT, stringBytes);
    int end = 0;
    for (byte[] string : strings) {
      end += string.length;
      out.putInt(end);
    }
    strings.forEach(out::put);
    return out.array();
  }

  private void checkFunctions() {
    if (functions.size() > FrameLimits.MAX_FUNCTIONS) {
      throw new IllegalArgumentException(
          "functions=" + functions.size() + ", expected at most " + FrameLimits.MAX_FUNCTIONS);
    }
    for (int i = 1; i < functions.size(); i++) {
      PciAddress address = functions.get(i).address();
      if (address.equals(functions.get(i - 1).address())) {
        throw new IllegalArgumentException("address=" + address + ", expected it once");
      }
    }
  }

  private static LineSparseConfigSpace sparse(CapturedFunction function) {
    return function.config() instanceof LineSparseConfigSpace space
        ? space
        : LineSparseConfigSpace.copyOf(function.config());
  }

  private int number(String text) {
    Integer known = stringNumbers.get(text);
    if (known != null) {
      return known;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    stringBytes = Math.addExact(stringBytes, bytes.length);
    stringNumbers.put(text, strings.size());
    strings.add(bytes);
    return strings.size() - 1;
  }

  private void putHeader(ByteBuffer out, int lineCount) {
    Boot boot = capture.boot();
    out.putInt(MAGIC)
        .put((byte) MAJOR)
        .put((byte) MINOR)
        .put((byte) type.code())
        .put((byte) (capture.kexecLoaded() ? KEXEC_LOADED : 0))
        .putInt(0) // length of the frame
        .putShort((short) type.headerLength())
        .putShort((short) ENTRY_LENGTH)
        .putInt(functions.size())
        .putInt(capture.scanOrder().size())
        .putInt(capture.owners().size())
        .putInt(capture.notes().size())
        .putInt(lineCount)
        .putInt(0) // strings
        .putInt(0) // string bytes
        .putInt(0)
        .putLong(atLeast("takenAtMillis", capture.takenAtMillis(), 0))
        .putLong(atLeast("sequence", capture.sequence(), 0))
        .putInt((int) atLeast("bootloaderType", boot.loader().type(), Boot.UNKNOWN_LOADER))
        .putInt((int) atLeast("bootloaderVersion", boot.loader().version(), Boot.UNKNOWN_LOADER))
        .putInt(number(capture.host()))
        .putInt(number(capture.phase()))
        .putInt(number(boot.id()))
        .putInt(number(boot.kernelRelease()))
        .putInt(number(boot.kernelVersion()))
        .putInt(number(boot.commandLine()));
  }

  private void putFunction(
      ByteBuffer out, CapturedFunction function, LineSparseConfigSpace space, int linesBefore) {
    KernelView kernel = function.kernel();
    PciAddress pf = kernel.sriov().physicalFunction();
    int flags = (kernel.ariEnabled() ? ARI_ENABLED : 0) | (pf != null ? HAS_PHYSFN : 0);
    out.putLong(space.lineMask())
        .putInt(linesBefore)
        .putInt(function.address().domain())
        .putShort((short) function.address().requesterId())
        .putShort((short) space.length())
        .put((byte) READ_STATUSES.indexOf(function.readStatus()))
        .put((byte) flags)
        .putShort(u16("vendor", function.ids().vendor()))
        .putShort(u16("device", function.ids().device()))
        .putShort(u16("enabledVfs", kernel.sriov().enabledVfs()))
        .putInt(within("class", function.ids().classCode(), 0xFF_FFFF))
        .putInt((int) atLeast("group", kernel.group(), KernelView.NO_GROUP))
        .putInt(number(kernel.groupType()))
        .putInt(number(kernel.driver()))
        .putInt(number(function.sysfsPath()))
        .putInt(number(function.removable()))
        .putInt(pf == null ? 0 : pf.domain())
        .putShort((short) (pf == null ? 0 : pf.requesterId()))
        .putShort(u16("totalVfs", kernel.sriov().totalVfs()))
        .putInt(0);
  }

  private static void putAddress(ByteBuffer out, PciAddress address) {
    out.putInt(address.domain()).putShort((short) address.requesterId()).putShort((short) 0);
  }

  private static short u16(String name, int number) {
    return (short) within(name, number, 0xFFFF);
  }

  private static int within(String name, int number, int highest) {
    if (number < 0 || number > highest) {
      throw new IllegalArgumentException(name + "=" + number + ", expected 0 to " + highest);
    }
    return number;
  }

  private static long atLeast(String name, long number, long lowest) {
    if (number < lowest) {
      throw new IllegalArgumentException(name + "=" + number + ", expected at least " + lowest);
    }
    return number;
  }
}
