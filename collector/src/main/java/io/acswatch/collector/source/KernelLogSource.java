package io.acswatch.collector.source;

import io.acswatch.cli.DaemonThread;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows {@code /dev/kmsg} and keeps the few lines that tell how devices fare across live updates,
 * which is told nowhere else.
 *
 * <p>Whoever opens that file reads the log from its beginning, one record a read, and takes nothing
 * from others ({@code /proc/kmsg} would). At its end a read waits for the next record, so a thread
 * of its own reads; whoever asks waits for it a moment at the start, and never later. Records that
 * user space wrote into the log do not count.
 *
 * <p>What is kept is bounded: of each function its last request, what this kernel did with it, and
 * at most twice that it joined a group.
 *
 * <p>Source: linux {@code kernel/printk/printk.c}, {@code devkmsg_read}; {@code
 * Documentation/ABI/testing/dev-kmsg}.
 */
final class KernelLogSource {
  private static final String DEVICE = "/dev/kmsg";
  private static final int LONGEST_RECORD = 16 << 10; // the kernel refuses to cut one
  private static final int MOST_LINES = 1_000;
  private static final int MOST_ERRORS = 1_000;
  private static final long WAITS_AT_MOST_NANOS = 1_000_000_000;

  /** So long no record comes only at the end; what comes later shows in the next look. */
  private static final long SETTLED_NANOS = 200_000_000;

  /** Level and facility, sequence number, microseconds, flags; the kernel's own facility is 0. */
  private static final Pattern RECORD = Pattern.compile("([0-7]),(\\d+),(\\d+),[^;]*;(.*)");

  private static final Pattern FUNCTION =
      Pattern.compile(" ([0-9a-f]{4,7}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]): (.*)");
  private static final String GROUP = " iommu group ";
  private static final Set<Preservation> REQUESTS =
      Set.of(
          Preservation.ASKED,
          Preservation.TAKEN_BACK,
          Preservation.REFUSED_QUIRKS,
          Preservation.REFUSED_VIRTUAL_FUNCTION);

  private final HostTree tree;
  private final Map<Long, String> lines = new TreeMap<>();
  private boolean started;
  private boolean settled;
  private boolean opened;

  /** A file that ends, below another root. */
  private volatile boolean isCopy;

  private String problem = "";
  private long lastNanos;

  KernelLogSource(HostTree tree) {
    this.tree = tree;
  }

  /** That the log was read, and its lines on live updates; or why it was not. */
  List<String> notes() {
    awaitEnd();
    return seen();
  }

  synchronized List<String> seen() {
    List<String> notes = new ArrayList<>();
    if (!opened || !problem.isEmpty()) {
      notes.add(
          Capture.KERNEL_LOG_UNREAD + (problem.isEmpty() ? DEVICE + " does not open" : problem));
    } else {
      notes.add(Capture.KERNEL_LOG_READ);
    }
    lines.values().forEach(line -> notes.add(Capture.KERNEL_LOG_PREFIX + line));
    return notes;
  }

  private synchronized void awaitEnd() {
    if (settled) {
      return;
    }
    long begin = System.nanoTime();
    if (!started) {
      started = true;
      lastNanos = begin;
      DaemonThread.start("kernel-log", this::follow);
    }
    while (!settled && (isCopy || System.nanoTime() - begin < WAITS_AT_MOST_NANOS)) {
      settled |= tree.isWholeSystem() && opened && System.nanoTime() - lastNanos >= SETTLED_NANOS;
      try {
        wait(10);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    settled = true;
  }

  private void follow() {
    String ended = "";
    try {
      Path file = tree.file(DEVICE);
      isCopy = Files.isRegularFile(file);
      try (InputStream log = new FileInputStream(file.toFile())) {
        synchronized (this) {
          opened = true;
          lastNanos = System.nanoTime();
        }
        readAll(log);
      }
    } catch (IOException unreadable) {
      ended = DEVICE + ": " + (tree.exists(DEVICE) ? unreadable.getMessage() : "no such file");
    }
    synchronized (this) {
      problem = ended;
      settled = true;
      notifyAll();
    }
  }

  private void readAll(InputStream log) throws IOException {
    byte[] record = new byte[LONGEST_RECORD];
    int errors = 0;
    String begun = ""; // in a copy of a log, in which reads end anywhere
    while (true) {
      int length;
      try {
        length = log.read(record);
      } catch (IOException overwritten) {
        // Records were lost while we were slow; the next read goes on after them.
        if (++errors > MOST_ERRORS) {
          throw overwritten;
        }
        continue;
      }
      if (length < 0) {
        return; // a copy of a log ends, the log itself does not
      }
      String[] read =
          (begun + new String(record, 0, length, StandardCharsets.UTF_8)).split("\n", -1);
      begun = read[read.length - 1];
      for (int i = 0; i < read.length - 1; i++) {
        keep(read[i]);
      }
    }
  }

  private synchronized void keep(String line) {
    lastNanos = System.nanoTime();
    Matcher record = RECORD.matcher(line);
    if (!record.matches()) {
      return; // user space wrote it, or it is a property of the record before
    }
    String text = record.group(4);
    Matcher function = FUNCTION.matcher(text);
    if (text.contains(BootClass.HANDOVER_FOUND)
        || function.find() && makesRoomFor(function.group(1), function.group(2))) {
      long micros = Long.parseLong(record.group(3));
      String stamp = "[%5d.%06d] ".formatted(micros / 1_000_000, micros % 1_000_000);
      lines.put(Long.parseLong(record.group(2)), stamp + text);
    }
  }

  /** Drops what a line says anew; false if the line tells nothing, or there is too much already. */
  private boolean makesRoomFor(String function, String says) {
    Preservation said = Preservation.ofLogLine(says);
    String about = " " + function + ": ";
    List<Long> ofFunction = new ArrayList<>();
    lines.forEach(
        (number, line) -> {
          if (line.contains(about)) {
            ofFunction.add(number);
          }
        });
    boolean first = ofFunction.isEmpty();
    if (said == Preservation.NONE) {
      ofFunction.removeIf(number -> !lines.get(number).contains(GROUP));
      if (first || !says.contains(GROUP)) {
        return false;
      }
      // Whoever joins a second time was found again; how often does not matter.
      ofFunction.stream().skip(1).forEach(lines::remove);
      return true;
    }
    ofFunction.removeIf(number -> !replaces(said, Preservation.ofLogLine(lines.get(number))));
    ofFunction.forEach(lines::remove);
    return !first || lines.size() < MOST_LINES;
  }

  /** Of what is asked of a function the last word counts; all else is said once. */
  private static boolean replaces(Preservation said, Preservation earlier) {
    return said == earlier || REQUESTS.contains(said) && REQUESTS.contains(earlier);
  }
}
