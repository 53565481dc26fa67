package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.LiveUpdateAbility.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shows that a kernel can preserve PCI devices, and in which order it is asked. */
class LiveUpdateSourceTest {
  private static final String RELEASE = "7.3.4-rig";
  private static final String PCI = "CONFIG_PCI_LIVEUPDATE=y\n";
  private static final String VFIO = "CONFIG_VFIO_PCI_LIVEUPDATE=y\n";

  @TempDir private Path root;

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private LiveUpdateAbility running() throws IOException {
    return new LiveUpdateSource(new HostTree(root)).ofRunning("boot", RELEASE);
  }

  @Test
  void nothingToLookAtIsUnknown() throws IOException {
    assertEquals(LiveUpdateAbility.UNKNOWN, running());
    write("boot/config-" + RELEASE, "not a configuration\n");
    assertEquals(LiveUpdateAbility.UNKNOWN, running());
  }

  @Test
  void bothOptionsAreNeeded() throws IOException {
    write("boot/config-" + RELEASE, PCI + VFIO);
    assertEquals(Answer.CAN, running().answer());
    write("boot/config-" + RELEASE, PCI + "# CONFIG_VFIO_PCI_LIVEUPDATE is not set\n");
    assertEquals(
        new LiveUpdateAbility(
            Answer.CANNOT, "/boot/config-7.3.4-rig does not have CONFIG_VFIO_PCI_LIVEUPDATE"),
        running());
    write("boot/config-" + RELEASE, "CONFIG_PCI=y\n");
    assertEquals(Answer.CANNOT, running().answer());
  }

  @Test
  void theKernelsOwnConfigurationComesFirst() throws IOException {
    write("boot/config-" + RELEASE, PCI + VFIO);
    Path own = root.resolve("proc/config.gz");
    Files.createDirectories(own.getParent());
    try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(own))) {
      packed.write("CONFIG_PCI=y\n".getBytes(StandardCharsets.US_ASCII));
    }

    assertEquals(Answer.CANNOT, running().answer());
  }

  @Test
  void namesOfFunctionsCountWhereThereIsNoConfiguration() throws IOException {
    write("proc/kallsyms", "0000000000000000 T pci_liveupdate_preserve\n");
    assertEquals(Answer.CAN, running().answer());
    write("proc/kallsyms", "0000000000000000 T pci_enable_acs\n");
    assertEquals(LiveUpdateAbility.UNKNOWN, running());
    write("proc/kallsyms", "0000000000000000 T pci_enable_acs\n".repeat(2_000));
    assertEquals(Answer.CANNOT, running().answer());
  }

  @Test
  void theRunningKernelIsAskedOnceABoot() throws IOException {
    LiveUpdateSource source = new LiveUpdateSource(new HostTree(root));
    write("boot/config-" + RELEASE, PCI + VFIO);
    assertEquals(Answer.CAN, source.ofRunning("boot-1", RELEASE).answer());
    write("boot/config-" + RELEASE, PCI);
    assertEquals(Answer.CAN, source.ofRunning("boot-1", RELEASE).answer());
    assertEquals(Answer.CANNOT, source.ofRunning("boot-2", RELEASE).answer());
  }

  @Test
  void aReleaseThatIsNoNameOfAFileIsNotLookedFor() throws IOException {
    assertEquals(
        LiveUpdateAbility.UNKNOWN,
        new LiveUpdateSource(new HostTree(root)).ofInstalled("../../etc/passwd"));
  }
}
