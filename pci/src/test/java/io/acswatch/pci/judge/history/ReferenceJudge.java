package io.acswatch.pci.judge.history;

import io.acswatch.pci.judge.history.HistoryHost.Card;
import io.acswatch.pci.judge.history.HistoryHost.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Which alerts a history must give, written down as the definitions of the catalogue read, on maps
 * of names; of the code under test it knows nothing. It is slow, and knows only hosts as {@link
 * HistoryHost} makes them and the codes in {@link #CODES}.
 */
final class ReferenceJudge {
  /** What it answers for. */
  static final Set<String> CODES =
      Set.of(
          "GROUP_MERGED_CROSS_VM",
          "GROUP_MERGED_VM_HOST",
          "GROUP_MERGED_SAME_VM",
          "GROUP_MERGED_UNOWNED",
          "GROUP_SPLIT",
          "ACS_BIT_CLEARED",
          "ACS_BIT_SET",
          "RUNTIME_ISOLATION_LOSS",
          "PENDING_MERGE",
          "DEVICE_MISSING",
          "DEVICE_NEW");

  private static final Set<String> EVENTS = Set.of("GROUP_SPLIT", "ACS_BIT_SET", "DEVICE_NEW");

  /** What was to be seen at one time: cards that are in, with owner and group, and all words. */
  private static final class Seen {
    int boot;
    final Map<String, String> owners = new TreeMap<>();
    final Map<String, Integer> groups = new TreeMap<>();
    final Map<String, Integer> words = new TreeMap<>();
    final Map<String, String> rootOf = new HashMap<>();

    static Seen of(HistoryHost host) {
      Seen seen = new Seen();
      seen.boot = host.boot;
      for (Port root : host.roots) {
        seen.words.put(root.path, root.control);
        host.slots.get(root).forEach(slot -> seen.words.put(slot.path, slot.control));
      }
      for (Card card : host.cards) {
        if (card.present) {
          seen.owners.put(card.path, card.owner);
          seen.groups.put(card.path, card.group);
          seen.rootOf.put(card.path, card.root.path);
        }
      }
      return seen;
    }

    boolean has(String card) {
      return groups.containsKey(card);
    }

    boolean together(String a, String b) {
      return has(a) && has(b) && groups.get(a).equals(groups.get(b));
    }

    String owner(String card) {
      return owners.getOrDefault(card, "");
    }

    boolean isOpen(String port) {
      return (words.get(port) & HistoryHost.REQUIRED) != HistoryHost.REQUIRED;
    }
  }

  /**
   * A finding.
   *
   * @param said all that an update would differ in
   */
  private record Finding(
      String code,
      String place,
      String severity,
      Set<String> vms,
      List<String> cards,
      String said) {
    String key() {
      return code + " " + place;
    }
  }

  /** An open alert, with who owned its cards and how they were grouped when it was told last. */
  private record Open(Finding finding, Map<String, String> owners, Map<String, Integer> before) {}

  private Seen baseline = new Seen();
  private Seen last = new Seen();
  private boolean first = true;
  private final Map<String, Open> open = new TreeMap<>();

  /** The lines of the alert log that the host as it is now must give, sorted. */
  List<String> judge(HistoryHost host) {
    Seen now = Seen.of(host);
    if (first) {
      baseline = now;
    }
    boolean newBoot = !first && now.boot != last.boot;
    if (newBoot) {
      baseline = last;
    }
    Map<String, Finding> found = new LinkedHashMap<>();
    differences(baseline, now).forEach(finding -> found.put(finding.key(), finding));
    if (!newBoot && !first) {
      differences(last, now).forEach(finding -> found.putIfAbsent(finding.key(), finding));
      losses(last, now).forEach(finding -> found.put(finding.key(), finding));
    }
    pending(baseline, now).forEach(finding -> found.put(finding.key(), finding));
    List<String> log = new ArrayList<>();
    for (Finding finding : found.values()) {
      Open earlier = open.get(finding.key());
      if (earlier == null || !earlier.finding().equals(finding)) {
        log.add(line(earlier == null ? "RAISED" : "UPDATED", finding));
        open.put(finding.key(), opened(finding));
      }
    }
    for (Open alert : List.copyOf(open.values())) {
      Finding finding = alert.finding();
      if (!found.containsKey(finding.key()) && !stillHolds(alert, now, newBoot)) {
        open.remove(finding.key());
        log.add(line("RESOLVED", finding));
      }
    }
    last = now;
    first = false;
    log.removeIf(line -> line.isEmpty());
    log.sort(null);
    return log;
  }

  private Open opened(Finding finding) {
    return new Open(finding, Map.copyOf(baseline.owners), Map.copyOf(baseline.groups));
  }

  /** What a line says; changes of a merge's or a split's cause are not of this reference. */
  static String line(String status, String code, String severity, Object vms) {
    boolean grouping = code.startsWith("GROUP_");
    return grouping && status.equals("UPDATED")
        ? ""
        : String.join(" ", status, code, severity, vms.toString());
  }

  private static String line(String status, Finding finding) {
    return line(status, finding.code(), finding.severity(), finding.vms());
  }

  private List<Finding> differences(Seen then, Seen now) {
    List<Finding> found = new ArrayList<>();
    merges(then, now, found);
    splits(then, now, found);
    words(then, now, found);
    cards(then, now, found);
    return found;
  }

  private static Map<Integer, List<String>> inBoth(Seen by, Seen other) {
    Map<Integer, List<String>> groups = new TreeMap<>();
    by.groups.forEach(
        (card, group) -> {
          if (other.has(card)) {
            groups.computeIfAbsent(group, unused -> new ArrayList<>()).add(card);
          }
        });
    return groups;
  }

  private static void merges(Seen then, Seen now, List<Finding> found) {
    for (List<String> cards : inBoth(now, then).values()) {
      BiPredicate<String, String> apart = (a, b) -> !then.together(a, b);
      if (!anyPair(cards, apart)) {
        continue;
      }
      // A group of several cards is that of their root port.
      String place = now.rootOf.get(cards.get(0));
      List<String> owned = cards.stream().filter(card -> !then.owner(card).isEmpty()).toList();
      boolean cross = anyPair(owned, apart.and((a, b) -> !then.owner(a).equals(then.owner(b))));
      boolean host =
          anyPair(cards, apart.and((a, b) -> then.owner(a).isEmpty() != then.owner(b).isEmpty()));
      Set<String> vms = vms(then, cards);
      if (cross) {
        found.add(finding("GROUP_MERGED_CROSS_VM", place, "CRITICAL", vms, owned, ""));
      }
      if (host) {
        found.add(finding("GROUP_MERGED_VM_HOST", place, "HIGH", vms, cards, ""));
      }
      if (!cross && !host) {
        found.add(
            owned.isEmpty()
                ? finding("GROUP_MERGED_UNOWNED", place, "INFO", vms, cards, "")
                : finding("GROUP_MERGED_SAME_VM", place, "WARNING", vms, cards, ""));
      }
    }
  }

  private static void splits(Seen then, Seen now, List<Finding> found) {
    for (List<String> cards : inBoth(then, now).values()) {
      if (anyPair(cards, (a, b) -> !now.together(a, b))) {
        found.add(finding("GROUP_SPLIT", cards.get(0), "INFO", vms(then, cards), cards, ""));
      }
    }
  }

  private static void words(Seen then, Seen now, List<Finding> found) {
    now.words.forEach(
        (port, word) -> {
          int before = then.words.get(port);
          Set<String> vms = vms(then, below(port, now));
          String said = before + " -> " + word;
          int cleared = before & ~word;
          if (cleared != 0) {
            String severity = (cleared & HistoryHost.REQUIRED) != 0 ? "WARNING" : "INFO";
            found.add(finding("ACS_BIT_CLEARED", port, severity, vms, List.of(port), said));
          }
          if ((word & ~before) != 0) {
            found.add(finding("ACS_BIT_SET", port, "INFO", vms, List.of(port), said));
          }
        });
  }

  private static void cards(Seen then, Seen now, List<Finding> found) {
    for (String card : then.groups.keySet()) {
      if (!now.has(card)) {
        Set<String> vms = vms(then, List.of(card));
        String severity = vms.isEmpty() ? "WARNING" : "HIGH";
        found.add(finding("DEVICE_MISSING", card, severity, vms, List.of(card), ""));
      }
    }
    for (String card : now.groups.keySet()) {
      if (!then.has(card)) {
        List<String> group =
            now.groups.keySet().stream().filter(other -> now.together(card, other)).toList();
        Set<String> vms = vms(then, group);
        String severity = vms.isEmpty() ? "INFO" : "HIGH";
        found.add(finding("DEVICE_NEW", card, severity, vms, List.of(card), ""));
      }
    }
  }

  /** Ports that ceased to isolate since the snapshot just before, above cards of VMs. */
  private static List<Finding> losses(Seen last, Seen now) {
    List<Finding> found = new ArrayList<>();
    now.words.forEach(
        (port, word) -> {
          Set<String> vms = vms(last, below(port, now));
          if (!last.isOpen(port) && now.isOpen(port) && !vms.isEmpty()) {
            String said = last.words.get(port) + " -> " + word;
            found.add(finding("RUNTIME_ISOLATION_LOSS", port, "HIGH", vms, List.of(port), said));
          }
        });
    return found;
  }

  /** What a live update would join: all below an open root port. */
  private static List<Finding> pending(Seen before, Seen now) {
    List<Finding> found = new ArrayList<>();
    for (String root : new TreeSet<>(now.rootOf.values())) {
      if (!now.isOpen(root)) {
        continue;
      }
      List<String> owned =
          now.groups.keySet().stream()
              .filter(card -> now.rootOf.get(card).equals(root))
              .filter(card -> !ownerNow(card, before, now).isEmpty())
              .toList();
      boolean apart =
          anyPair(
              owned,
              (a, b) ->
                  !ownerNow(a, before, now).equals(ownerNow(b, before, now))
                      && !now.together(a, b));
      if (apart) {
        Set<String> vms = new TreeSet<>();
        owned.forEach(card -> vms.add(ownerNow(card, before, now)));
        String said = before.words.get(root) + " -> " + now.words.get(root);
        found.add(finding("PENDING_MERGE", owned.get(0), "HIGH", vms, owned, said));
      }
    }
    return found;
  }

  private static String ownerNow(String card, Seen before, Seen now) {
    return now.owner(card).isEmpty() ? before.owner(card) : now.owner(card);
  }

  private static boolean stillHolds(Open alert, Seen now, boolean newBoot) {
    Finding finding = alert.finding();
    if (EVENTS.contains(finding.code())) {
      return !newBoot;
    }
    BiPredicate<String, String> merged =
        (a, b) -> now.together(a, b) && !alert.before().get(a).equals(alert.before().get(b));
    return switch (finding.code()) {
      case "GROUP_MERGED_CROSS_VM", "GROUP_MERGED_VM_HOST" ->
          anyPair(
              finding.cards(),
              merged.and((a, b) -> !alert.owners().get(a).equals(alert.owners().get(b))));
      case "GROUP_MERGED_SAME_VM", "GROUP_MERGED_UNOWNED" -> anyPair(finding.cards(), merged);
      case "ACS_BIT_CLEARED" -> {
        String[] words = finding.said().split(" -> ");
        int lost = Integer.parseInt(words[0]) & ~Integer.parseInt(words[1]);
        yield (lost & ~now.words.get(finding.place())) != 0;
      }
      case "RUNTIME_ISOLATION_LOSS" -> now.isOpen(finding.place());
      case "DEVICE_MISSING" -> !now.has(finding.place());
      default -> false;
    };
  }

  private static List<String> below(String port, Seen seen) {
    return seen.groups.keySet().stream().filter(card -> card.startsWith(port + "/")).toList();
  }

  private static Set<String> vms(Seen seen, List<String> cards) {
    Set<String> vms = new TreeSet<>();
    cards.stream().map(seen::owner).filter(vm -> !vm.isEmpty()).forEach(vms::add);
    return vms;
  }

  private static boolean anyPair(List<String> cards, BiPredicate<String, String> condition) {
    return cards.stream()
        .anyMatch(a -> cards.stream().anyMatch(b -> !a.equals(b) && condition.test(a, b)));
  }

  private static Finding finding(
      String code,
      String place,
      String severity,
      Set<String> vms,
      List<String> cards,
      String said) {
    return new Finding(code, place, severity, vms, List.copyOf(cards), said);
  }
}
