package io.acswatch.pci.iommu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Lines of a quirk file, by vendor. The file is data: six fields separated by tabs, {@code kernels,
 * vendor, devices, when, effect, source}; {@code #} starts a comment.
 *
 * @param <E> what the effect column is read as
 */
final class QuirkTable<E> {
  /**
   * One line of the file.
   *
   * @param when condition, checked when the file is read
   * @param source where the fact is from, for explanations
   */
  record Entry<E>(
      KernelRanges kernels, int vendor, DeviceIds devices, String when, E effect, String source) {}

  private static final int FIELDS = 6;

  /** Lines of one vendor, and the devices that any of them names: most have none. */
  private record Vendor<E>(List<Entry<E>> lines, BitSet named) {}

  // Asked for each function of each snapshot: ids ascend, and lines are at the same place.
  private final int[] ids;
  private final List<Vendor<E>> vendors;

  private QuirkTable(SortedMap<Integer, Vendor<E>> byId) {
    ids = byId.keySet().stream().mapToInt(Integer::intValue).toArray();
    vendors = List.copyOf(byId.values());
  }

  static <E> QuirkTable<E> ofResource(
      String name, List<String> conditions, Function<String, E> effects) {
    try (InputStream stream = QuirkTable.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("resource=" + name + ", expected it beside this class");
      }
      return read(name, new InputStreamReader(stream, StandardCharsets.UTF_8), conditions, effects);
    } catch (IOException broken) {
      throw new UncheckedIOException(name, broken);
    }
  }

  /**
   * Reads a table.
   *
   * @param conditions what the when column may begin with
   * @throws IllegalArgumentException naming file and line if a line is malformed
   */
  static <E> QuirkTable<E> read(
      String name, Reader reader, List<String> conditions, Function<String, E> effects)
      throws IOException {
    SortedMap<Integer, Vendor<E>> byId = new TreeMap<>();
    BufferedReader lines = new BufferedReader(reader);
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        Entry<E> entry = entry(line, conditions, effects);
        Vendor<E> vendor =
            byId.computeIfAbsent(
                entry.vendor(), unused -> new Vendor<>(new ArrayList<>(), new BitSet()));
        vendor.lines().add(entry);
        entry.devices().addTo(vendor.named());
      } catch (IllegalArgumentException malformed) {
        throw new IllegalArgumentException(
            name + ":" + number + ": " + malformed.getMessage(), malformed);
      }
    }
    return new QuirkTable<>(byId);
  }

  private static <E> Entry<E> entry(
      String line, List<String> conditions, Function<String, E> effects) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException("fields=" + fields.length + ", expected " + FIELDS);
    }
    String when = fields[3];
    if (conditions.stream().noneMatch(when::startsWith)) {
      throw new IllegalArgumentException("when=\"" + when + "\", expected one of " + conditions);
    }
    return new Entry<>(
        KernelRanges.parse(fields[0]),
        DeviceIds.hex16(fields[1]),
        DeviceIds.parse(fields[2]),
        when,
        effects.apply(fields[4]),
        fields[5]);
  }

  List<KernelRanges> ranges() {
    return vendors.stream().flatMap(v -> v.lines().stream()).map(Entry::kernels).toList();
  }

  /** Lines for a device under a kernel, in the order of the file; conditions are not looked at. */
  List<Entry<E>> matching(KernelVersion kernel, int vendor, int device) {
    List<Entry<E>> matching = of(vendor, device);
    if (!matching.isEmpty()) {
      matching.removeIf(entry -> !entry.kernels().contain(kernel));
    }
    return matching;
  }

  /** Lines for a device under any kernel. */
  List<Entry<E>> of(int vendor, int device) {
    int at = Arrays.binarySearch(ids, vendor);
    if (at < 0 || !vendors.get(at).named().get(device)) {
      return List.of();
    }
    List<Entry<E>> found = new ArrayList<>(vendors.get(at).lines());
    found.removeIf(entry -> !entry.devices().contain(device));
    return found;
  }
}
