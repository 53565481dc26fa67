package io.acswatch.wire.text;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one text says of functions and their groups, listing by listing. A listing ends where one of
 * its functions comes again. Listings that agree are of one host; one that has another device or
 * group at an address is of another host or of another time, and nothing of it counts.
 */
final class Listings {
  private record Listing(
      int line, Map<PciAddress, Listed> functions, Map<PciAddress, Integer> groups) {
    private Listing(int line) {
      this(line, new TreeMap<>(), new TreeMap<>());
    }
  }

  private final PostedHost host;
  private final String source;
  private final List<Listing> all = new ArrayList<>();
  private final Map<PciAddress, Integer> logged = new TreeMap<>();
  private Listing current = new Listing(0);
  private int size;

  Listings(PostedHost host, String source) {
    this.host = host;
    this.source = source;
    all.add(current);
  }

  /** Takes a function, which begins another listing if the present one has it already. */
  void add(Listed found) throws InputException {
    PciAddress address = found.shown().address();
    if (current.functions().containsKey(address)) {
      current = new Listing(found.line());
      all.add(current);
    }
    current.functions().put(address, found);
    if (++size > FrameLimits.MAX_FUNCTIONS) {
      throw new InputException(
          source, found.line(), 0, "more than " + FrameLimits.MAX_FUNCTIONS + " devices");
    }
  }

  /** The group of the function that was added last, as a list of groups has it. */
  void group(PciAddress address, int group) {
    current.groups().put(address, group);
  }

  /** What a kernel log says, of which the last word counts. */
  void logged(PciAddress address, int group, boolean isRemoved) {
    if (isRemoved) {
      logged.remove(address);
    } else {
      logged.put(address, group);
    }
  }

  /** The log goes on with another boot. */
  void booted() {
    logged.clear();
  }

  boolean isEmpty() {
    return size == 0 && logged.isEmpty();
  }

  /** A function of the last listing; null if it is not there. */
  @Nullable Listed last(PciAddress address) {
    return current.functions().get(address);
  }

  /** Gives the host all that counts. */
  void tell() {
    List<Listed> dumped =
        all.stream()
            .flatMap(listing -> listing.functions().values().stream())
            .filter(found -> found.dump() != null)
            .toList();
    // -xxxx prints 4096 bytes of at least one function; where none has them it was -xxx.
    if (dumped.stream().noneMatch(found -> found.bytes() == ConfigSpace.EXTENDED_LENGTH)) {
      dumped.forEach(found -> found.shown().dumpIsShort());
    }
    Map<PciAddress, Listed> functions = new HashMap<>();
    Map<PciAddress, Integer> groups = new HashMap<>();
    for (Listing listing : all) {
      String conflict = conflict(listing, functions, groups);
      if (!conflict.isEmpty()) {
        host.contradiction(
            "%s: the listing from line %d on does not count, it is of another host or time: %s"
                .formatted(source, listing.line(), conflict));
        continue;
      }
      listing.functions().forEach(functions::putIfAbsent);
      listing.functions().values().forEach(host::add);
      groups.putAll(listing.groups());
      listing.functions().values().stream()
          .map(Listed::shown)
          .filter(ShownFunction::hasGroup)
          .forEach(shown -> groups.put(shown.address(), shown.group()));
    }
    String conflict = conflict(logged, groups);
    if (conflict.isEmpty()) {
      groups.putAll(logged);
      logged.keySet().forEach(at -> host.add(Listed.named(source, 0, host.function(at, ""))));
    } else {
      host.contradiction(
          "%s: the groups of its log do not count, they are of another host or time: %s"
              .formatted(source, conflict));
    }
    groups.forEach((at, group) -> host.group(at, group, source));
  }

  private static String conflict(
      Listing listing, Map<PciAddress, Listed> functions, Map<PciAddress, Integer> groups) {
    for (Listed found : listing.functions().values()) {
      Listed other = functions.get(found.shown().address());
      if (other != null && found.isOtherDeviceThan(other)) {
        return "%s is %s, and %s in line %d"
            .formatted(
                found.shown().address(),
                found.function().ids(),
                other.function().ids(),
                other.line());
      }
    }
    Map<PciAddress, Integer> told = new TreeMap<>(listing.groups());
    listing.functions().values().stream()
        .map(Listed::shown)
        .filter(ShownFunction::hasGroup)
        .forEach(shown -> told.putIfAbsent(shown.address(), shown.group()));
    return conflict(told, groups);
  }

  private static String conflict(Map<PciAddress, Integer> told, Map<PciAddress, Integer> groups) {
    for (Map.Entry<PciAddress, Integer> one : told.entrySet()) {
      Integer other = groups.get(one.getKey());
      if (other != null && !other.equals(one.getValue())) {
        return "%s is in group %d, and in group %d before"
            .formatted(one.getKey(), one.getValue(), other);
      }
    }
    return "";
  }
}
