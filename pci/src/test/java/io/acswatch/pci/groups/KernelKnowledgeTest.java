package io.acswatch.pci.groups;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.iommu.RuleSet;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelKnowledgeTest {
  private static final String RELEASE = "6.8.0-999-madeup";

  private static TestHost host(String release) {
    return new TestHost()
        .release(release)
        .add("R1", "00:01.0", null, PortType.ROOT_PORT, true, OK)
        .add("R2", "00:01.1", null, PortType.ROOT_PORT, true, OK)
        .add("A", "01:00.0", "R1", PortType.ENDPOINT, false, NONE)
        .add("B", "02:00.0", "R2", PortType.ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b");
  }

  private static KernelKnowledge told(boolean merged, String odd) {
    TestHost host = host(RELEASE);
    List.of("R1", "R2", "A", "B")
        .forEach(name -> host.reportGroup(name, merged ? 0 : name.hashCode()));
    if (!odd.isEmpty()) {
      host.reportGroup(odd, 77);
    }
    return KernelKnowledge.of(host.snapshot(), null);
  }

  private static List<RuleSet> mayFollow() {
    Boot boot = new Boot("b", RELEASE, "", "", 0, 0);
    return RuleSet.mayFollow(boot, ModelChoice.of(boot, null).machine());
  }

  private static List<String> models(List<RuleSet> rules) {
    return rules.stream().map(set -> set.model().label()).distinct().toList();
  }

  @Test
  void oneHostLeavesOfTheRuleSetsThoseThatItsGroupsDoNotContradict() {
    assertEquals(List.of("legacy-early-acs", "legacy-late-acs-regressed"), models(mayFollow()));
    assertEquals(
        List.of("legacy-late-acs-regressed"), models(told(true, "").narrowed(mayFollow())));
    assertEquals(List.of("legacy-late-acs-regressed"), models(told(true, "").explaining()));
  }

  @Test
  void hostsAddUpAndGo() {
    KernelKnowledge none = KernelKnowledge.none(RELEASE, "");
    KernelKnowledge both = none.with(told(true, "")).with(told(true, "A"));

    assertEquals(2, both.hosts());
    assertEquals(1, both.unexplained());
    assertEquals(List.of("legacy-late-acs-regressed"), models(both.narrowed(mayFollow())));
    KernelKnowledge left = both.without(told(true, ""));
    assertEquals(1, left.hosts());
    assertTrue(left.ruleSets().isEmpty(), left.ruleSets().toString());
    assertTrue(left.narrowed(mayFollow()).isEmpty());
  }

  /** The must of the fleet: unknown before, right after one canary. */
  @Test
  void oneCanaryMakesTheForecastOfAnotherHostRight() {
    TestHost other = host("6.1.192").commandLine("intel_iommu=on");
    List.of("R1", "R2").forEach(port -> other.acs(port, OK.withRequired(false)));
    List.of("R1", "R2", "A", "B").forEach(name -> other.reportGroup(name, name.hashCode()));

    assertEquals(Preflight.Outcome.UNKNOWN, foretell(other, List.of()).outcome());
    Preflight.Result late = foretell(other, List.of(told(true, "")));
    assertEquals(Preflight.Outcome.NO_GO, late.outcome(), late.reasons().toString());
    assertTrue(
        late.reasons().stream().anyMatch(reason -> reason.startsWith("One host runs this kernel")),
        late.reasons().toString());
    // A host of that kernel booted by firmware and kept apart: ACS came first.
    Preflight.Result early = foretell(other, List.of(told(false, "")));
    assertEquals(Preflight.Outcome.UNKNOWN, foretell(other, List.of(told(true, "A"))).outcome());
    assertEquals(Preflight.Outcome.GO, early.outcome(), early.reasons().toString());
  }

  private static Preflight.Result foretell(TestHost host, List<KernelKnowledge> kernels) {
    return Preflight.of(
        host.snapshot(),
        Preflight.Mode.PLAIN_KEXEC,
        RELEASE,
        null,
        null,
        kernels,
        LiveUpdateAbility.UNKNOWN);
  }
}
