package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What listings leave open of the functions and of the bridges above them. */
final class OpenRegisters {
  private static final int SHOWN_ADDRESSES = 4;

  /** What {@code lspci} is given where its words do not tell registers. */
  private static final String DUMP = "sudo lspci -xxxx";

  private static final String WORDS = "sudo lspci -nnvvv";

  private final List<PostedHost.Missing> missing = new ArrayList<>();

  private OpenRegisters() {}

  /**
   * Tells what is open, most important first.
   *
   * @param functions what was made of the listings: one whose place is unknown has no path
   */
  static List<PostedHost.Missing> of(Collection<Listed> listed, List<CapturedFunction> functions) {
    OpenRegisters open = new OpenRegisters();
    open.add("extended capabilities, which -xxx leaves out", where(listed, Listed::isShort), DUMP);
    Map<ShownFunction.Gap, List<PciAddress>> gaps =
        listed.stream()
            .collect(
                Collectors.groupingBy(
                    Listed::gap,
                    () -> new EnumMap<>(ShownFunction.Gap.class),
                    Collectors.mapping(one -> one.shown().address(), Collectors.toList())));
    gaps.remove(ShownFunction.Gap.NONE);
    gaps.forEach((gap, at) -> open.add(gap.words(), at, gap.isOfDumps() ? DUMP : WORDS));
    if (listed.stream().anyMatch(one -> AcsRules.mayAskChipset(one.function().ids()))) {
      open.add(
          "the base of the chipset's registers", where(listed, Listed::lacksChipsetBase), DUMP);
    }
    open.add(
        "the bridges above",
        functions.stream()
            .filter(function -> function.sysfsPath().isEmpty())
            .map(CapturedFunction::address)
            .toList(),
        WORDS);
    if (listed.isEmpty()) {
      open.missing.add(new PostedHost.Missing("all functions", WORDS));
    }
    return open.missing;
  }

  private static List<PciAddress> where(Collection<Listed> listed, Predicate<Listed> open) {
    return listed.stream().filter(open).map(one -> one.shown().address()).toList();
  }

  private void add(String what, List<PciAddress> of, String command) {
    if (!of.isEmpty()) {
      missing.add(new PostedHost.Missing(what + ": " + Joined.some(of, SHOWN_ADDRESSES), command));
    }
  }
}
