package io.acswatch.streams.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.streams.state.UnknownStateVersionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Entries of the kernels' stores as they lie on disk and in changelogs. Rewritten by {@code
 * -Dgolden.update=true} until the first release.
 */
class GoldenKernelsTest {
  private static final Path STATES = Path.of("src/test/resources/states");
  private static final KernelKnowledge KERNEL = KernelKnowledge.none("6.8.0-999", "#999 SMP");

  private static byte[] golden(String name, byte[] packed) throws Exception {
    Path file = STATES.resolve(name + ".v1");
    if (Boolean.getBoolean("golden.update")) {
      Files.write(file, packed);
    }
    byte[] golden = Files.readAllBytes(file);
    assertEquals(1, golden[0], "its version");
    assertArrayEquals(golden, packed);
    return golden;
  }

  @Test
  void writesAndReadsTheGoldenEntries() throws Exception {
    assertEquals(KERNEL, KernelStores.unpack(golden("kernel", KernelStores.pack(KERNEL))));
    for (KernelStores.Word word :
        List.of(new KernelStores.Word("h", KERNEL), new KernelStores.Word("h", null))) {
      String name = word.told() == null ? "kernel-left" : "kernel-told";
      assertEquals(word, KernelStores.unpackWord(golden(name, KernelStores.pack(word))));
    }
  }

  @Test
  void refusesAnotherVersion() {
    byte[] kernel = KernelStores.pack(KERNEL);
    kernel[0] = 2;
    assertThrows(UnknownStateVersionException.class, () -> KernelStores.unpack(kernel));
    byte[] word = KernelStores.pack(new KernelStores.Word("h", null));
    word[0] = 0;
    assertThrows(UnknownStateVersionException.class, () -> KernelStores.unpackWord(word));
  }
}
