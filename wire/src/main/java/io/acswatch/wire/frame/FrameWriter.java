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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes captures, heartbeats and kexec events as frames. The same content gives the same bytes.
 * The opposite of {@link FrameReader}.
 */
public final class FrameWriter {
  private final Capture capture;
  private final FrameType type;
  private final List<String> typeStrings;
  private final TypeHeader typeHeader;
  private final List<CapturedFunction> functions;
  private final List<LineSparseConfigSpace> spaces = new ArrayList<>();
  private final Map<String, Integer> stringNumbers = new HashMap<>();
  private final List<byte[]> strings = new ArrayList<>();
  private int stringBytes;

  /** Writes what only headers of one type have; {@code strings}: numbers of its strings. */
  @FunctionalInterface
  private interface TypeHeader {
    void put(ByteBuffer out, int[] strings);
  }

  private FrameWriter(
      Capture capture, FrameType type, List<String> typeStrings, TypeHeader typeHeader) {
    this.capture = capture;
    this.type = type;
    this.typeStrings = typeStrings;
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
    return new FrameWriter(capture, FrameType.SNAPSHOT, List.of(), (out, strings) -> {}).write();
  }

  /** Writes a heartbeat as one frame. */
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
            List.of(beat.collectorVersion()),
            (out, strings) ->
                out.putLong(atLeast("stateSequence", beat.stateSequence(), 0))
                    .putInt((int) atLeast("waitingFrames", beat.waitingFrames(), 0))
                    .putInt(strings[0])
                    .putLong(atLeast("waitingBytes", beat.waitingBytes(), 0))
                    .putLong(atLeast("droppedFrames", beat.droppedFrames(), 0)))
        .write();
  }

  /** Writes a kexec event as one frame. */
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
            List.of(event.targetRelease(), event.targetCommandLine()),
            (out, strings) ->
                out.putLong(atLeast("stateSequence", event.stateSequence(), 0))
                    .putInt(STEPS.indexOf(event.step()) + 1)
                    .putInt(strings[0])
                    .putInt(strings[1])
                    .putInt(0))
        .write();
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
    // Numbers the strings in the order in which the fields come, so that the bytes are determined.
    int[] headerStrings = headerStrings();
    int[] ofType = typeStrings.stream().mapToInt(this::number).toArray();
    int[][] functionStrings = new int[functions.size()][];
    for (int i = 0; i < functionStrings.length; i++) {
      functionStrings[i] = functionStrings(functions.get(i));
    }
    List<OwnershipClaim> owners = capture.owners();
    int[][] ownerStrings = new int[owners.size()][];
    for (int i = 0; i < ownerStrings.length; i++) {
      ownerStrings[i] = new int[] {number(owners.get(i).vm()), number(owners.get(i).source())};
    }
    int[] notes = capture.notes().stream().mapToInt(this::number).toArray();

    long length =
        type.headerLength()
            + (long) functions.size() * ENTRY_LENGTH
            + (long) lineCount * LINE_LENGTH
            + (long) capture.scanOrder().size() * SCAN_LENGTH
            + (long) owners.size() * OWNER_LENGTH
            + (long) notes.length * NOTE_LENGTH
            + (long) strings.size() * STRING_END_LENGTH
            + stringBytes;
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException("frame=" + length + " bytes, expected at most 64 MiB");
    }
    ByteBuffer out = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    putHeader(out, lineCount, notes.length, headerStrings);
    typeHeader.put(out, ofType);
    int linesBefore = 0;
    for (int i = 0; i < functionStrings.length; i++) {
      putFunction(out, functions.get(i), spaces.get(i), linesBefore, functionStrings[i]);
      linesBefore += Long.bitCount(spaces.get(i).lineMask());
    }
    for (LineSparseConfigSpace space : spaces) {
      space.copyLinesTo(out.array(), out.position());
      out.position(out.position() + Long.bitCount(space.lineMask()) * LINE_LENGTH);
    }
    for (PciAddress address : capture.scanOrder()) {
      putAddress(out, address);
    }
    for (int i = 0; i < ownerStrings.length; i++) {
      putAddress(out, owners.get(i).address());
      putAll(out, ownerStrings[i]);
    }
    putAll(out, notes);
    putStrings(out);
    return out.array();
  }

  private void checkFunctions() {
    if (functions.size() > MAX_FUNCTIONS) {
      throw new IllegalArgumentException(
          "functions=" + functions.size() + ", expected at most " + MAX_FUNCTIONS);
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

  private int[] headerStrings() {
    Boot boot = capture.boot();
    return new int[] {
      number(capture.host()),
      number(capture.phase()),
      number(boot.id()),
      number(boot.kernelRelease()),
      number(boot.kernelVersion()),
      number(boot.commandLine())
    };
  }

  private int[] functionStrings(CapturedFunction function) {
    return new int[] {
      number(function.kernel().groupType()),
      number(function.kernel().driver()),
      number(function.sysfsPath()),
      number(function.removable())
    };
  }

  private void putHeader(ByteBuffer out, int lineCount, int noteCount, int[] headerStrings) {
    Boot boot = capture.boot();
    out.putInt(MAGIC)
        .put((byte) MAJOR)
        .put((byte) MINOR)
        .put((byte) type.code())
        .put((byte) (capture.kexecLoaded() ? KEXEC_LOADED : 0))
        .putInt(out.capacity())
        .putShort((short) type.headerLength())
        .putShort((short) ENTRY_LENGTH)
        .putInt(functions.size())
        .putInt(capture.scanOrder().size())
        .putInt(capture.owners().size())
        .putInt(noteCount)
        .putInt(lineCount)
        .putInt(strings.size())
        .putInt(stringBytes)
        .putInt(0)
        .putLong(atLeast("takenAtMillis", capture.takenAtMillis(), 0))
        .putLong(atLeast("sequence", capture.sequence(), 0))
        .putInt((int) atLeast("bootloaderType", boot.bootloaderType(), Boot.UNKNOWN_LOADER))
        .putInt((int) atLeast("bootloaderVersion", boot.bootloaderVersion(), Boot.UNKNOWN_LOADER));
    putAll(out, headerStrings);
  }

  private static void putFunction(
      ByteBuffer out,
      CapturedFunction function,
      LineSparseConfigSpace space,
      int linesBefore,
      int[] functionStrings) {
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
        .putInt((int) atLeast("group", kernel.group(), KernelView.NO_GROUP));
    putAll(out, functionStrings);
    out.putInt(pf == null ? 0 : pf.domain())
        .putShort((short) (pf == null ? 0 : pf.requesterId()))
        .putShort(u16("totalVfs", kernel.sriov().totalVfs()))
        .putInt(0);
  }

  private static void putAddress(ByteBuffer out, PciAddress address) {
    out.putInt(address.domain()).putShort((short) address.requesterId()).putShort((short) 0);
  }

  private static void putAll(ByteBuffer out, int[] numbers) {
    for (int number : numbers) {
      out.putInt(number);
    }
  }

  private void putStrings(ByteBuffer out) {
    int end = 0;
    for (byte[] string : strings) {
      end += string.length;
      out.putInt(end);
    }
    strings.forEach(out::put);
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
