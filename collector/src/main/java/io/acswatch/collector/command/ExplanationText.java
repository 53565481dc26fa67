package io.acswatch.collector.command;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.liveupdate.Explanation;
import java.util.List;
import java.util.stream.Collectors;

/** Explanations for people. */
final class ExplanationText {
  private ExplanationText() {}

  static String of(ModelChoice model, Explanation explanation) {
    StringBuilder text = new StringBuilder();
    append(text, explanation);
    return text.append(byModel(model)).toString();
  }

  private static void append(StringBuilder text, Explanation explanation) {
    PciAddress function = explanation.function();
    List<PciAddress> others =
        explanation.group().stream().filter(member -> !member.equals(function)).toList();
    text.append(function);
    if (explanation.group().isEmpty()) {
      text.append(" is in no group\n");
    } else if (others.isEmpty()) {
      text.append(" is alone in its group\n");
    } else {
      text.append(" shares a group with ").append(join(others)).append('\n');
    }
    int number = 1;
    for (Explanation.Step step : explanation.steps()) {
      text.append("  ").append(number++).append(". ").append(step.text()).append('\n');
    }
    if (!explanation.kernelAgrees()) {
      text.append(
              "  ! The kernel reports another group: registers changed since it was formed, or\n")
          .append("    the kernel follows other rules.\n");
    }
  }

  static String of(ModelChoice model, Explanation.Pair pair) {
    PciAddress first = pair.first().function();
    PciAddress second = pair.second().function();
    StringBuilder text = new StringBuilder();
    text.append(first).append(" and ").append(second);
    text.append(pair.together() ? " share a group.\n\n" : " are in separate groups.\n\n");
    append(text, pair.first());
    append(text, pair.second());
    if (!pair.together()) {
      text.append('\n');
      if (pair.keptApartBy().isEmpty()) {
        text.append("No single ACS bit, if lost, would join them.\n");
      } else {
        text.append("What keeps them apart; the loss of any one of these bits would join them:\n");
        for (Explanation.WeakPoint point : pair.keptApartBy()) {
          text.append("  ").append(weakPoint(point)).append('\n');
        }
      }
    }
    return text.append(byModel(model)).toString();
  }

  static String of(List<Explanation.WeakPoint> points, boolean owned) {
    if (points.isEmpty()) {
      return "no weak points: no function or slot alone keeps two owners apart\n";
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "Functions that alone keep owners apart; the loss of any one of these bits before a\n");
    text.append("live update would put the owners named into one group.\n");
    if (!owned) {
      text.append("No owners are known: each group of now stands for one.\n");
    }
    for (Explanation.WeakPoint point : points) {
      text.append("  ")
          .append(weakPoint(point))
          .append("  ")
          .append(point.vms().size())
          .append(owned ? " VMs: " : " groups: ")
          .append(String.join(", ", point.vms()))
          .append('\n');
    }
    return text.toString();
  }

  private static String weakPoint(Explanation.WeakPoint point) {
    String type = String.valueOf(point.portType()).replace('-', ' ');
    boolean several = point.functions().size() > 1;
    return "%s %s: %s"
        .formatted(
            several ? "together, " + type + "s" : type,
            join(point.functions()),
            String.join(" ", AcsRegisters.flagNames(point.bits())));
  }

  private static String byModel(ModelChoice model) {
    return "\nmodel " + model.model().label() + " (" + model.reason() + ")\n";
  }

  private static String join(List<PciAddress> addresses) {
    return addresses.stream().map(PciAddress::toString).collect(Collectors.joining(", "));
  }
}
