package io.acswatch.streams.kernel;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.streams.state.Entry;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.KernelJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Names of the stores of kernels, their entries, and what passes between their nodes. */
public final class KernelStores {
  static final String HOST_KERNELS = "host-kernels";

  public static final String KERNELS = "kernels";

  static final String KERNEL_HOSTS = "kernel-hosts";

  public static final List<String> ALL = List.of(HOST_KERNELS, KERNELS, KERNEL_HOSTS);

  public static final String TOLD = "told-kernels";

  private static final char SEPARATOR = '\0';
  private static final int VERSION = 1;

  /** What a host tells of a kernel; null where it runs it no more. */
  record Word(String host, @Nullable KernelKnowledge told) {}

  private KernelStores() {}

  /** The key of a kernel, in stores and in the topic: {@code uname -rv}. */
  static String key(KernelKnowledge kernel) {
    return (kernel.release() + " " + kernel.version()).strip();
  }

  static String hostKey(String kernel, String host) {
    return kernel + SEPARATOR + host;
  }

  static byte[] pack(KernelKnowledge kernel) {
    return Entry.pack(VERSION, List.of(text(kernel)));
  }

  /** An entry read back; null if there is none. */
  public static @Nullable KernelKnowledge unpack(byte @Nullable [] packed) {
    return packed == null ? null : Entry.unpack(packed, "kernel", VERSION, in -> read(in.get(0)));
  }

  static byte[] pack(Word word) {
    return Entry.pack(
        VERSION,
        word.told() == null ? List.of(word.host()) : List.of(word.host(), text(word.told())));
  }

  static Word unpackWord(byte[] packed) {
    return Entry.unpack(
        packed,
        "what a host tells of a kernel",
        VERSION,
        in -> new Word(in.get(0), in.size() == 1 ? null : read(in.get(1))));
  }

  private static String text(KernelKnowledge kernel) {
    return new String(KernelJson.write(kernel), StandardCharsets.UTF_8);
  }

  private static KernelKnowledge read(String json) {
    try {
      return KernelJson.read(json.getBytes(StandardCharsets.UTF_8));
    } catch (InputException damaged) {
      throw new SerializationException(damaged.getMessage(), damaged);
    }
  }
}
