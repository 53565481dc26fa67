package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ConfigOddity;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.ArrayList;
import java.util.List;

/** Finds configuration spaces that contradict themselves or the place of their function. */
final class ConsistencyFindings extends Findings {
  private static final int RESERVED_ENCODING = 3;

  /** Those of the function that is looked at: most have none. */
  private final List<String> found = new ArrayList<>();

  private ConsistencyFindings(Comparison comparison) {
    super(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    ConsistencyFindings findings = new ConsistencyFindings(comparison);
    for (int i = 0; i < findings.after.size(); i++) {
      findings.raise(i, findings.contradictions(i));
    }
    return findings.alerts;
  }

  private List<String> contradictions(int index) {
    ConfigFacts config = after.function(index).config();
    if (!config.status().isConclusive()) {
      return List.of();
    }
    found.clear();
    if (config.oddities() != 0) {
      for (ConfigOddity oddity : ConfigOddity.values()) {
        if (oddity.isIn(config.oddities())) {
          found.add(oddity.sentence());
        }
      }
    }
    addTypeContradiction(found, config);
    AcsRegisters acs = config.acs();
    // Ports with dword registers have the high half of Capability where others have Control.
    if (acs != null && !after.hasDwordRegisters(index)) {
      addAcsContradictions(found, acs);
    }
    addBusContradictions(found, index);
    return found;
  }

  private static void addTypeContradiction(List<String> found, ConfigFacts config) {
    PortType type = config.claimedType();
    if (type == PortType.RESERVED) {
      found.add("its device/port type is one that does not exist");
      return;
    }
    int layout =
        switch (type) {
          case ENDPOINT, LEGACY_ENDPOINT, ROOT_COMPLEX_ENDPOINT, ROOT_COMPLEX_EVENT_COLLECTOR -> 0;
          case CONVENTIONAL, UNKNOWN, RESERVED -> config.headerLayout();
          default -> 1;
        };
    if (config.headerLayout() != layout) {
      found.add(
          "it says it is a %s and has a header of layout %d"
              .formatted(type.label(), config.headerLayout()));
    }
  }

  private static void addAcsContradictions(List<String> found, AcsRegisters acs) {
    boolean enhanced = (acs.capability() & AcsCapability.ENHANCED) != 0;
    if ((acs.control() & ~acs.existingControls()) != 0) {
      found.add(
          "ACS Control %04x has bits that Capability %04x does not have"
              .formatted(acs.control(), acs.capability()));
    }
    boolean reserved =
        (acs.control() >>> 8 & 3) == RESERVED_ENCODING
            || (acs.control() >>> 10 & 3) == RESERVED_ENCODING;
    if (enhanced && reserved) {
      found.add("ACS Control %04x holds a reserved encoding".formatted(acs.control()));
    }
  }

  private void addBusContradictions(List<String> found, int index) {
    PciFunction function = after.function(index);
    ConfigFacts config = function.config();
    if (config.secondaryBus() != 0 || config.subordinateBus() != 0) {
      boolean ordered =
          config.primaryBus() < config.secondaryBus()
              && config.secondaryBus() <= config.subordinateBus();
      if (!ordered || config.primaryBus() != function.address().bus()) {
        found.add(
            "its bus numbers %02x, %02x and %02x do not fit bus %02x, where it is"
                .formatted(
                    config.primaryBus(),
                    config.secondaryBus(),
                    config.subordinateBus(),
                    function.address().bus()));
      }
    }
    int bridge = after.hierarchy().bridgeAbove(index);
    if (bridge == HostHierarchy.NONE || function.isVirtualFunction()) {
      return;
    }
    ConfigFacts above = after.function(bridge).config();
    if (above.status().isConclusive()
        && above.headerLayout() == 1
        && above.secondaryBus() != 0
        && above.secondaryBus() != function.address().bus()) {
      found.add(
          "it is on bus %02x, and the bridge above leads to %02x"
              .formatted(function.address().bus(), above.secondaryBus()));
    }
  }

  private void raise(int index, List<String> contradictions) {
    if (contradictions.isEmpty()) {
      return;
    }
    IsolationAlert alert =
        comparison.alert(
            AlertCode.INCONSISTENT_CONFIG,
            comparison.anyOwner(index).isEmpty() ? Severity.WARNING : Severity.HIGH,
            index,
            comparison.allVmsAtOrBelow(index),
            null,
            "%s contradicts itself: %s"
                .formatted(after.function(index).address(), contradictions.get(0)));
    alerts.add(
        alert.withFacts(
            contradictions.stream().map(one -> Evidence.Fact.now("contradiction", one)).toList()));
  }
}
