package io.acswatch.pci.judge;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.HostView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;

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

  /** The VMs that own these functions, sorted. */
  static List<String> vms(Collection<Integer> functions, IntFunction<String> ownerOf) {
    return HostView.vms(functions.stream().map(ownerOf::apply));
  }
}
