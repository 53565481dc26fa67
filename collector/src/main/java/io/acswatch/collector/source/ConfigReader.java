package io.acswatch.collector.source;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.Footprint;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code config} file of functions, and of their directory nothing that has effects:
 * {@code vpd}, {@code rom} and {@code resource*} are never opened. Reading {@code config} resumes
 * the bridge above, and the device itself if it is in D3cold, so the power states of both are
 * looked at first. A device in D3cold, or below a bridge that sleeps, is left alone.
 *
 * <p>On hardware each dword is a transaction of about a microsecond. So a function that was read
 * whole is looked at only where the decoder looked; if a bit differs there it is read whole again.
 *
 * <p>Thread-safe: each thread has buffers of its own, for a read that did not return in time may
 * still do so, and must not write into those of the next.
 *
 * <p>Source: linux {@code drivers/pci/pci-sysfs.c}, {@code pci_read_config}, {@code
 * power_state_show}; {@code pci.c}, {@code pci_config_pm_runtime_get}; {@code
 * drivers/base/power/sysfs.c}, {@code runtime_status_show}.
 */
final class ConfigReader {
  private static final int ACS_WORDS_LENGTH = 4;
  private static final int TORN_RETRIES = 3;
  private static final int[] NOWHERE = {};

  static final String RUNTIME_STATUS = "/power/runtime_status";
  private static final String POWER_STATE = "/power_state";
  static final String CONFIG = "/config";
  static final String ACTIVE = "active";
  private static final String COLD = "D3cold";

  /** States with power enough to answer reads of configuration space. */
  private static final Set<String> ANSWERING = Set.of("D0", "D1", "D2", "D3hot");

  private final HostTree tree;

  /** What was last read of each function: mostly the same again, and then not kept twice. */
  private final Map<String, Kept> lastRead = new ConcurrentHashMap<>();

  private final LongAdder dwords = new LongAdder();

  /**
   * A function that was read whole.
   *
   * @param function tells whether it is still this one
   * @param runs where the decoder read: a start and an end in bytes, and the next ones; empty if
   *     the read cannot be repeated in part
   */
  private record Kept(Object function, byte[] bytes, int[] runs) {}

  private final ThreadLocal<Tools> tools = ThreadLocal.withInitial(Tools::new);

  /** The bytes that one configuration space gave, and what is known of them. */
  record ConfigRead(ConfigSpace space, ReadStatus status) {
    static ConfigRead nothing(ReadStatus why) {
      return new ConfigRead(new ArrayConfigSpace(), why);
    }
  }

  private static final class Tools {
    private final FunctionDecoder decoder = new FunctionDecoder();
    private final Footprint footprint = new Footprint();
    private final ByteBuffer whole = ByteBuffer.allocateDirect(ConfigSpace.EXTENDED_LENGTH);
    private final ByteBuffer words = ByteBuffer.allocateDirect(ACS_WORDS_LENGTH);
  }

  ConfigReader(HostTree tree) {
    this.tree = tree;
  }

  /**
   * True if a read would wake somebody: the function itself if it has no power or is just losing
   * it, or the bridge above, which the kernel resumes first. A function that sleeps in D3hot
   * answers as it is. The bridge above an active function is active.
   */
  boolean isAsleep(String directory) {
    String status = tree.textOr(directory + RUNTIME_STATUS, "");
    String power = tree.textOr(directory + POWER_STATE, "");
    return power.equals(COLD)
        || status.equals("suspending")
        || status.equals("suspended") && !ANSWERING.contains(power)
        || !status.equals(ACTIVE) && sleepsAbove(directory);
  }

  private boolean sleepsAbove(String directory) {
    String above = tree.textOr(directory + "/.." + RUNTIME_STATUS, "");
    return above.equals("suspended") || above.equals("suspending");
  }

  boolean isCold(String directory) {
    return tree.textOr(directory + POWER_STATE, "").equals(COLD);
  }

  /** Dwords that were read of functions, each a transaction on hardware. */
  long dwords() {
    return dwords.sum();
  }

  /**
   * Reads all bytes the kernel gives; null if the function is gone. A read that fails is an answer,
   * {@link ReadStatus#UNREADABLE}; one whose ACS registers changed under it is done again, and
   * {@link ReadStatus#TORN_READ} only if they will not stand still.
   *
   * @param function the same object as at the last read if it is the same function
   * @param whole false if it is enough to read what facts depend on, where that is as it was
   */
  @Nullable ConfigRead read(String directory, Object function, boolean whole) {
    if (isAsleep(directory)) {
      return ConfigRead.nothing(ReadStatus.ASLEEP);
    }
    try (FileChannel file = open(directory)) {
      Kept kept = whole ? null : lastRead.get(directory);
      if (kept != null && kept.function == function && stands(kept, file)) {
        return new ConfigRead(new ArrayConfigSpace(kept.bytes), ReadStatus.COMPLETE);
      }
      ConfigRead read = readOnce(directory, function, file);
      for (int again = 0; again < TORN_RETRIES && read.status() == ReadStatus.TORN_READ; again++) {
        read = readOnce(directory, function, file);
      }
      return read;
    } catch (NoSuchFileException gone) {
      lastRead.remove(directory);
      return null;
    } catch (IOException failed) {
      return ConfigRead.nothing(ReadStatus.UNREADABLE);
    }
  }

  /** True if what the decoder looked at is as it was. */
  private boolean stands(Kept kept, FileChannel file) throws IOException {
    for (int i = 0; i < kept.runs.length; i += 2) {
      int start = kept.runs[i];
      int length = kept.runs[i + 1] - start;
      ByteBuffer run = tools.get().whole.clear().limit(length);
      if (!fill(run, file, start)
          || !run.flip().equals(ByteBuffer.wrap(kept.bytes, start, length))) {
        return false;
      }
    }
    return kept.runs.length > 0;
  }

  private ConfigRead readOnce(String directory, Object function, FileChannel file)
      throws IOException {
    ByteBuffer whole = tools.get().whole.clear();
    fill(whole, file, 0); // without privilege the end comes after 64 bytes, with no error
    byte[] bytes = bytes(directory, whole.flip());
    ArrayConfigSpace space = new ArrayConfigSpace(bytes);
    if (bytes.length < ConfigSpace.CONVENTIONAL_LENGTH
        || bytes.length < Math.min(file.size(), ConfigSpace.EXTENDED_LENGTH)) {
      lastRead.put(directory, new Kept(function, bytes, NOWHERE));
      return bytes.length == 0
          ? ConfigRead.nothing(ReadStatus.UNREADABLE)
          : new ConfigRead(space, ReadStatus.TRUNCATED_UNPRIVILEGED);
    }
    Footprint footprint = tools.get().footprint.wrap(space);
    AcsRegisters acs = tools.get().decoder.decode(footprint, ReadStatus.COMPLETE).acs();
    boolean stands = acs == null || acsWordsStand(file, space, acs);
    lastRead.put(directory, new Kept(function, bytes, stands ? runs(footprint) : NOWHERE));
    return new ConfigRead(space, stands ? ReadStatus.COMPLETE : ReadStatus.TORN_READ);
  }

  private static int[] runs(Footprint footprint) {
    BitSet read = footprint.dwords();
    IntStream.Builder runs = IntStream.builder();
    for (int from = read.nextSetBit(0); from >= 0; ) {
      int to = read.nextClearBit(from);
      runs.add(from * Integer.BYTES).add(Math.min(to * Integer.BYTES, footprint.length()));
      from = read.nextSetBit(to);
    }
    return runs.build().toArray();
  }

  private byte[] bytes(String directory, ByteBuffer read) {
    Kept earlier = lastRead.get(directory);
    if (earlier != null && read.equals(ByteBuffer.wrap(earlier.bytes))) {
      return earlier.bytes;
    }
    byte[] bytes = new byte[read.remaining()];
    read.get(bytes);
    return bytes;
  }

  /** Reads the ACS registers a second time: 4 KiB are no snapshot, they are read dword by dword. */
  private boolean acsWordsStand(FileChannel file, ConfigSpace space, AcsRegisters acs)
      throws IOException {
    int offset = acs.offset() + AcsCapability.CAPABILITY_OFFSET;
    ByteBuffer words = tools.get().words.clear();
    return fill(words, file, offset) && Integer.reverseBytes(words.getInt(0)) == space.u32(offset);
  }

  /** 16 bits; -1 if the function is gone, asleep, unreadable or not to be read that far. */
  int readWord(String directory, int offset) {
    if (isAsleep(directory)) {
      return -1;
    }
    try (FileChannel file = open(directory)) {
      return readWord(file, offset);
    } catch (IOException failed) {
      return -1;
    }
  }

  /** Reads 16 bits of an open {@code config}; -1 if they lie beyond its end. */
  int readWord(FileChannel file, int offset) throws IOException {
    ByteBuffer words = tools.get().words.clear().limit(Short.BYTES);
    return fill(words, file, offset)
        ? Short.toUnsignedInt(Short.reverseBytes(words.getShort(0)))
        : -1;
  }

  /** Reads until there is no more room; false if the bytes end before. */
  private boolean fill(ByteBuffer room, FileChannel file, int offset) throws IOException {
    int read = 0;
    while (room.hasRemaining() && read >= 0) {
      read = file.read(room, offset + room.position());
    }
    dwords.add((room.position() + Integer.BYTES - 1) / Integer.BYTES);
    return !room.hasRemaining();
  }

  private FileChannel open(String directory) throws IOException {
    return FileChannel.open(tree.file(directory + CONFIG), StandardOpenOption.READ);
  }
}
