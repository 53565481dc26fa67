package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ReadGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads number, parent, start and command line of every process from {@code /proc}. A process that
 * ends meanwhile is left out. One in which an earlier look is stuck is as it was before: a command
 * line cannot be had while somebody changes the memory map of its process, which a hung one does
 * for ever.
 */
final class ProcessReader {
  /** A VMM with some hundred devices stays far below; what is longer is cut. */
  private static final int MAX_COMMAND_LINE = 1 << 20;

  /** {@code USER_HZ}, in which the kernel tells times to processes: 100 wherever PCI is. */
  private static final long TICKS_PER_SECOND = 100;

  // Fields of /proc/PID/stat after the name, which is in parentheses and may hold anything.
  private static final int PARENT_FIELD = 1;
  private static final int START_FIELD = 19;

  private final HostTree tree;
  private final Instant now;
  private final ReadGuard guard;
  private final Map<Integer, HostProcess> earlier;
  private final long bootSeconds;

  /** A reader; what {@code earlier} read stands for processes that cannot be read now. */
  ProcessReader(HostTree tree, Instant now, ReadGuard guard, Map<Integer, HostProcess> earlier) {
    this.guard = guard;
    this.earlier = earlier;
    this.tree = tree;
    this.now = now;
    bootSeconds = bootSeconds();
  }

  Map<Integer, HostProcess> read() throws IOException {
    Map<Integer, HostProcess> processes = new TreeMap<>();
    for (String name : tree.names("/proc")) {
      if (!name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
        HostProcess process = guarded(name);
        if (process != null) {
          processes.put(process.pid(), process);
        }
      }
    }
    return processes;
  }

  private @Nullable HostProcess guarded(String name) {
    if (!guard.begin("/proc/" + name, false)) {
      return earlier.get(Integer.parseInt(name));
    }
    try {
      return readOne(name);
    } finally {
      guard.end();
    }
  }

  private @Nullable HostProcess readOne(String name) {
    try {
      byte[] line = tree.head("/proc/" + name + "/cmdline", MAX_COMMAND_LINE);
      if (line == null || line.length == 0 || line[0] == 0) {
        return null;
      }
      String stat = tree.textOr("/proc/" + name + "/stat", "");
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      return new HostProcess(
          Integer.parseInt(name),
          (int) number(fields, PARENT_FIELD),
          since(number(fields, START_FIELD)),
          split(line));
    } catch (IOException | NumberFormatException gone) {
      return null;
    }
  }

  private static List<String> split(byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8);
    String whole = text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    return List.copyOf(Arrays.asList(whole.split("\0", -1)));
  }

  private static long number(String[] fields, int index) {
    try {
      return index < fields.length ? Long.parseLong(fields[index]) : -1;
    } catch (NumberFormatException unknown) {
      return -1;
    }
  }

  private Instant since(long ticks) {
    return ticks < 0 || bootSeconds < 0
        ? now
        : Instant.ofEpochSecond(bootSeconds + ticks / TICKS_PER_SECOND);
  }

  private long bootSeconds() {
    return tree.textOr("/proc/stat", "")
        .lines()
        .filter(line -> line.startsWith("btime "))
        .map(line -> number(line.split(" "), 1))
        .findFirst()
        .orElse(-1L);
  }
}
