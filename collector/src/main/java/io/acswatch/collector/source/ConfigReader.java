package io.acswatch.collector.source;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code config} file of functions, and of their directory nothing that has effects:
 * {@code vpd}, {@code rom} and {@code resource*} are never opened. Reading {@code config} resumes a
 * device in D3cold, so the power state is looked at first and a sleeping device is left alone.
 *
 * <p>Not thread-safe: holds buffers that it reuses.
 *
 * <p>Source: linux {@code drivers/pci/pci-sysfs.c}, {@code pci_read_config}.
 */
final class ConfigReader {
  private static final int ACS_WORDS_LENGTH = 4;

  private final HostTree tree;
  private final FunctionDecoder decoder = new FunctionDecoder();
  private final ByteBuffer whole = ByteBuffer.allocateDirect(ConfigSpace.EXTENDED_LENGTH);
  private final ByteBuffer words = ByteBuffer.allocateDirect(ACS_WORDS_LENGTH);

  ConfigReader(HostTree tree) {
    this.tree = tree;
  }

  /** True if the kernel has put the function to sleep, so that a read would wake it. */
  boolean isAsleep(String directory) {
    String runtime = tree.textOr(directory + "/power/runtime_status", "");
    return tree.textOr(directory + "/power_state", "").equals("D3cold")
        || runtime.equals("suspended")
        || runtime.equals("suspending");
  }

  /**
   * Reads all bytes the kernel gives; null if the function is gone. A read that fails is an answer,
   * {@link ReadStatus#UNREADABLE}.
   */
  @Nullable ConfigRead read(String directory) {
    if (isAsleep(directory)) {
      return ConfigRead.nothing(ReadStatus.ASLEEP);
    }
    try (FileChannel file = open(directory)) {
      whole.clear();
      while (whole.hasRemaining() && file.read(whole) >= 0) {
        // Without privilege the end comes after 64 bytes, with no error.
      }
      byte[] bytes = new byte[whole.flip().remaining()];
      whole.get(bytes);
      ArrayConfigSpace space = new ArrayConfigSpace(bytes);
      if (bytes.length < ConfigSpace.CONVENTIONAL_LENGTH
          || bytes.length < Math.min(file.size(), ConfigSpace.EXTENDED_LENGTH)) {
        return bytes.length == 0
            ? ConfigRead.nothing(ReadStatus.UNREADABLE)
            : new ConfigRead(space, ReadStatus.TRUNCATED_UNPRIVILEGED);
      }
      return new ConfigRead(
          space, acsWordsStand(file, space) ? ReadStatus.COMPLETE : ReadStatus.TORN_READ);
    } catch (NoSuchFileException gone) {
      return null;
    } catch (IOException failed) {
      return ConfigRead.nothing(ReadStatus.UNREADABLE);
    }
  }

  /** Reads the ACS words a second time: 4 KiB are no snapshot, they are read dword by dword. */
  private boolean acsWordsStand(FileChannel file, ConfigSpace space) throws IOException {
    AcsRegisters acs = decoder.decode(space, ReadStatus.COMPLETE).acs();
    if (acs == null) {
      return true;
    }
    int offset = acs.offset() + AcsCapability.CAPABILITY_OFFSET;
    return readFully(file, offset) && Integer.reverseBytes(words.getInt(0)) == space.u32(offset);
  }

  /**
   * Reads 16 bits at {@code offset}, or -1 if the function is gone, asleep, unreadable or not to be
   * read that far.
   */
  int readWord(String directory, int offset) {
    if (isAsleep(directory)) {
      return -1;
    }
    try (FileChannel file = open(directory)) {
      words.clear().limit(Short.BYTES);
      return fill(file, offset) ? Short.toUnsignedInt(Short.reverseBytes(words.getShort(0))) : -1;
    } catch (IOException failed) {
      return -1;
    }
  }

  private boolean readFully(FileChannel file, int offset) throws IOException {
    words.clear();
    return fill(file, offset);
  }

  private boolean fill(FileChannel file, int offset) throws IOException {
    while (words.hasRemaining()) {
      if (file.read(words, offset + words.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  private FileChannel open(String directory) throws IOException {
    return FileChannel.open(tree.file(directory + "/config"), StandardOpenOption.READ);
  }
}
