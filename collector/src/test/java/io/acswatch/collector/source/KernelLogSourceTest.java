package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which records of the kernel log are kept, and that nothing makes a look wait for it. */
class KernelLogSourceTest {
  private static final String ASKED = "will be preserved across next Live Update";
  private static final String BACK = "will no longer be preserved across next Live Update";
  private static final String ADOPTED = "was preserved by previous kernel across Live Update";

  @TempDir private Path directory;
  private final StringBuilder log = new StringBuilder();
  private int number;

  private void record(int priority, String text) {
    number++;
    log.append("%d,%d,%d,-;%s\n SUBSYSTEM=pci\n".formatted(priority, number, number * 1500L, text));
  }

  private List<String> notes() throws IOException {
    Path file = directory.resolve("dev/kmsg");
    Files.createDirectories(file.getParent());
    Files.writeString(file, log);
    return source().notes();
  }

  private KernelLogSource source() throws IOException {
    return new KernelLogSource(new HostTree(directory));
  }

  @Test
  void keepsTheLinesOnLiveUpdatesAndNoOthers() throws IOException {
    record(5, "Linux version 7.3.4");
    record(6, "KHO: found kexec handover data.");
    record(6, "pci 0000:00:02.0: Device " + ADOPTED);
    record(6, "pci 0000:00:02.0: Adding to iommu group 1");
    record(6, "pci 0000:00:03.0: Adding to iommu group 2");
    record(6, "vfio-pci 0000:03:00.0: Device " + ASKED);

    assertEquals(
        List.of(
            "kernel log read",
            "dmesg: [    0.003000] KHO: found kexec handover data.",
            "dmesg: [    0.004500] pci 0000:00:02.0: Device " + ADOPTED,
            "dmesg: [    0.006000] pci 0000:00:02.0: Adding to iommu group 1",
            "dmesg: [    0.009000] vfio-pci 0000:03:00.0: Device " + ASKED),
        notes());
  }

  /** Anybody who may write to the file could say so; such records have another facility. */
  @Test
  void believesTheKernelOnly() throws IOException {
    record(12, "pci 0000:00:02.0: Device " + ADOPTED);
    log.append("pci 0000:00:02.0: Device ").append(ADOPTED).append('\n');

    assertEquals(List.of("kernel log read"), notes());
  }

  @Test
  void whoAsksAgainAndAgainFillsNothing() throws IOException {
    record(6, "pci 0000:03:00.0: Device " + ADOPTED);
    for (int i = 0; i < 5_000; i++) {
      record(6, "vfio-pci 0000:03:00.0: Device " + (i % 2 == 0 ? ASKED : BACK));
      record(6, "pci 0000:03:00.0: Adding to iommu group " + i);
    }
    List<String> notes = notes();

    assertEquals(5, notes.size(), notes.toString());
    assertTrue(notes.get(1).endsWith(ADOPTED));
    assertEquals(1, notes.stream().filter(note -> note.endsWith(BACK)).count());
  }

  @Test
  void functionsBeyondTheBoundAreLeftOut() throws IOException {
    for (int i = 0; i < 1_200; i++) {
      record(6, "pci 0000:%02x:%02x.%d: Device %s".formatted(i >> 8, i >> 3 & 31, i & 7, ADOPTED));
    }

    assertEquals(1_001, notes().size());
  }

  @Test
  void saysThatThereIsNone() throws IOException {
    assertEquals(List.of("kernel log not read: /dev/kmsg: no such file"), source().notes());
  }

  /** As a log of which nobody writes another record; it is asked for again and again. */
  @Test
  void neverWaitsLongForWhatDoesNotCome() throws Exception {
    Path fifo = Files.createDirectories(directory.resolve("dev")).resolve("kmsg");
    Process made;
    try {
      made = new ProcessBuilder("mkfifo", fifo.toString()).start();
    } catch (IOException absent) {
      assumeTrue(false, "no mkfifo here");
      return;
    }
    assertTrue(made.waitFor(10, TimeUnit.SECONDS));
    KernelLogSource source = source();

    List<String> notes = new ArrayList<>();
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          for (int i = 0; i < 100; i++) {
            notes.addAll(source.notes());
          }
        });
    assertEquals("kernel log not read: /dev/kmsg does not open", notes.get(99));
  }
}
