package io.acswatch.pci.judge;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What one kind of findings looks at, and the alerts that it raises. */
abstract class Findings {
  final Comparison comparison;
  final HostView before;
  final HostView after;
  final List<IsolationAlert> alerts = new ArrayList<>();

  Findings(Comparison comparison) {
    this.comparison = comparison;
    before = comparison.before();
    after = comparison.after();
  }

  /** Functions that are in both snapshots, by their index after. */
  IntStream inBoth() {
    return IntStream.range(0, after.size()).filter(comparison::isInBoth);
  }

  PciFunction then(int afterIndex) {
    return before.function(comparison.beforeOf(afterIndex));
  }

  static List<String> vms(Collection<Integer> functions, IntFunction<String> ownerOf) {
    return HostView.vms(functions.stream().map(ownerOf::apply));
  }
}
