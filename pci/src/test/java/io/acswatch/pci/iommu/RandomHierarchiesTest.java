package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A law that is tried on hosts without the shape it is about proves nothing. */
class RandomHierarchiesTest {
  private static final int SEEDS = 300;

  @Test
  void hostsShowEveryTypeAndVfsBeyondTheirBusAndNestedDomains() {
    Set<PortType> types = EnumSet.noneOf(PortType.class);
    Set<String> shapes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      for (PciFunction f : RandomHierarchies.next(new SplittableRandom(seed))) {
        types.add(f.config().claimedType());
        if (f.isVirtualFunction()) {
          boolean sameBus = f.kernel().sriov().physicalFunction().isOnSameBusAs(f.address());
          shapes.add(sameBus ? "vf on its bus" : "vf beyond its bus");
        }
        if (f.path().vmdEndpoint() != null) {
          shapes.add("nested domain");
        }
        if (f.kernel().ariEnabled() && f.address().device() > 0) {
          shapes.add("function above 7");
        }
        if (f.path().text().chars().filter(c -> c == '/').count() > 6) {
          shapes.add("nested switches");
        }
      }
    }
    assertEquals(EnumSet.allOf(PortType.class), types);
    assertEquals(
        Set.of(
            "vf on its bus",
            "vf beyond its bus",
            "nested domain",
            "function above 7",
            "nested switches"),
        shapes);
  }

  @Test
  void sameSeedGivesTheSameHost() {
    List<PciFunction> host = RandomHierarchies.next(new SplittableRandom(7));

    assertEquals(host, RandomHierarchies.next(new SplittableRandom(7)));
    assertTrue(host.size() > 1, host::toString);
  }
}
