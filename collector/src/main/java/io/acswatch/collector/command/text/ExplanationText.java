package io.acswatch.collector.command.text;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

public final class ExplanationText {
  private final ConsoleText text = new ConsoleText();
  private final boolean isComputable;

  private ExplanationText(ModelChoice model) {
    isComputable = model.isComputable();
  }

  public static String of(ModelChoice model, Explanation explanation) {
    return of(model, text -> text.append(explanation));
  }

  public static String of(ModelChoice model, Explanation.Pair pair) {
    return of(model, text -> text.append(pair));
  }

  /** The weak points; {@code owned} if the capture says who owns what. */
  public static String of(ModelChoice model, List<Explanation.WeakPoint> points, boolean owned) {
    return of(model, text -> text.append(points, owned));
  }

  private static String of(ModelChoice model, Consumer<ExplanationText> told) {
    ExplanationText all = new ExplanationText(model);
    told.accept(all);
    return all.text
        .gap()
        .wrapped("", 6, "model " + model.model().label() + " (" + model.reason() + ")")
        .toString();
  }

  private void append(Explanation explanation) {
    PciAddress function = explanation.function();
    List<PciAddress> others =
        explanation.group().stream().filter(member -> !member.equals(function)).toList();
    if (isUnread(explanation)) {
      text.line("the group of " + function + " is not known");
    } else if (explanation.group().isEmpty()) {
      text.line(function + " is in no group");
    } else if (others.isEmpty()) {
      text.line(function + " is alone in its group");
    } else {
      text.wrapped("", 4, function + " shares a group with " + Joined.all(others));
    }
    int number = 1;
    for (Explanation.Step step : explanation.steps()) {
      text.wrapped("  " + number++ + ". ", step.text());
    }
    if (!explanation.note().isEmpty()) {
      String what =
          explanation.kernelAgrees()
              ? "Not to be computed. "
              : "The kernel reports another group. ";
      text.wrapped("  ! ", what + explanation.note());
    }
  }

  private void append(Explanation.Pair pair) {
    PciAddress first = pair.first().function();
    PciAddress second = pair.second().function();
    if (first.equals(second)) {
      append(pair.first());
      return;
    }
    text.line(first + " and " + second + (pair.together() ? " share a group." : relation(pair)))
        .gap();
    append(pair.first());
    append(pair.second());
    boolean anyUnread =
        Stream.of(pair.first(), pair.second())
            .flatMap(one -> one.steps().stream())
            .anyMatch(step -> step.kind() == Explanation.Kind.UNREAD);
    if (pair.together() || !isComputable || anyUnread) {
      return;
    }
    text.gap();
    if (pair.keptApartBy().isEmpty()) {
      text.line("No single ACS bit, if lost, would join them.");
      return;
    }
    text.line("What keeps them apart; the loss of any bit named in one line would join them:");
    for (Explanation.WeakPoint point : pair.keptApartBy()) {
      text.wrapped("  ", 6, weakPoint(point));
    }
  }

  private static boolean isUnread(Explanation explanation) {
    return explanation.group().isEmpty()
        && explanation.steps().stream().anyMatch(s -> s.kind() == Explanation.Kind.UNREAD);
  }

  private static String relation(Explanation.Pair pair) {
    if (isUnread(pair.first()) || isUnread(pair.second())) {
      return ": whether they share a group is not known.";
    }
    boolean bothServed = !pair.first().group().isEmpty() && !pair.second().group().isEmpty();
    return bothServed ? " are in separate groups." : " share no group.";
  }

  private void append(List<Explanation.WeakPoint> points, boolean owned) {
    if (!isComputable) {
      text.line(
          "weak points cannot be computed: this IOMMU's driver groups by other rules than ACS");
      return;
    }
    if (points.isEmpty()) {
      text.line("no weak points: no function or slot alone keeps two owners apart");
      return;
    }
    text.wrapped(
        "",
        "Functions that alone keep owners apart; the loss of any one of these bits before a live"
            + " update would put the owners named into one group.");
    if (!owned) {
      text.line("No owners are known: each group of now stands for one, under its lowest address.");
    }
    for (Explanation.WeakPoint point : points) {
      int count = point.vms().size();
      String noun = owned ? "VM" : "group";
      text.gap();
      text.wrapped("  ", 6, weakPoint(point));
      text.wrapped(
          "    %d %s: ".formatted(count, count == 1 ? noun : noun + "s"),
          6,
          String.join(", ", point.vms()));
    }
  }

  private static String weakPoint(Explanation.WeakPoint point) {
    String type = String.valueOf(point.portType()).replace('-', ' ');
    boolean several = point.functions().size() > 1;
    return "%s%s: %s"
        .formatted(
            several ? "together, " + type + " and its slot: " : type + " ",
            Joined.all(point.functions()),
            bits(point.bits(), several));
  }

  /** The bits; of several functions each must lose one, not all the same. */
  private static String bits(int bits, boolean several) {
    String names = String.join(" ", AcsRegisters.flagNames(bits));
    return several ? names + ", one on each" : names;
  }
}
