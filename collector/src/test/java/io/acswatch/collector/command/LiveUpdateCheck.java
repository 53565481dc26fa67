package io.acswatch.collector.command;

import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares what is said of the recorded live updates with what a kernel with the PCI series did.
 * {@link #main} prints the figures.
 */
final class LiveUpdateCheck {
  private static final Pattern POKED =
      Pattern.compile("setpci (\\S+) ACS control ([0-9a-f]{4}) -> ([0-9a-f]{4})");
  private static final String PRESERVES = "was preserved by previous kernel";
  private static final String REFUSED = "Refusing to preserve device";
  private static final String ASKED = "will be preserved across next Live Update";

  /**
   * From the last capture of a boot to one of the next.
   *
   * @param last the capture before the jump, which shows all that was lost before it
   * @param first the first after it
   * @param later one of that boot
   */
  record Jump(CorpusCheck.Case of, String last, String first, String later) {
    Capture capture(String name) {
      return of.captures().get(name);
    }

    boolean isFirst() {
      return first.equals(later);
    }

    /** Live updates, and kexecs after which there should have been one. */
    boolean wasToBeALiveUpdate() {
      return capture(last).notes().stream().anyMatch(note -> note.contains(ASKED));
    }

    @Override
    public String toString() {
      return of + " " + last + " -> " + later;
    }
  }

  private LiveUpdateCheck() {}

  /** All jumps of a case with the captures after it for which it is known who shares a group. */
  static List<Jump> jumps(CorpusCheck.Case one) {
    List<Jump> jumps = new ArrayList<>();
    String previous = "";
    String last = "";
    String first = "";
    for (Map.Entry<String, Capture> entry : one.captures().entrySet()) {
      String name = entry.getKey();
      boolean jumped =
          !previous.isEmpty()
              && !one.captures().get(previous).boot().id().equals(entry.getValue().boot().id());
      if (jumped) {
        last = previous;
        first = name;
      }
      if (!first.isEmpty() && one.tenancy().path("after").has(name)) {
        jumps.add(new Jump(one, last, first, name));
      }
      previous = name;
    }
    return jumps;
  }

  /** What is wrong with the alerts of a jump from the last capture before it. */
  static List<String> wrong(Jump jump) {
    List<String> wrong = new ArrayList<>();
    List<IsolationAlert> alerts = CorpusCheck.alerts(jump.of(), jump.last(), jump.later());
    Set<Map<String, String>> due = CorpusCheck.due(jump.of(), jump.later());
    Set<Map<String, String>> raised = CorpusCheck.crossVm(alerts);
    if (!due.equals(raised)) {
      wrong.add(jump + ": due " + due + ", raised " + raised);
    }
    for (IsolationAlert alert : alerts) {
      if (alert.code().isMerge() && !namesALostPort(jump, alert)) {
        wrong.add(jump + ": " + alert.code() + ": " + alert.cause());
      }
    }
    Set<String> lost =
        alerts.stream()
            .filter(a -> a.code() == AlertCode.PRESERVATION_REFUSED)
            .filter(a -> a.severity() == Severity.HIGH && a.status() != AlertStatus.RESOLVED)
            .map(alert -> alert.devices().get(0).address().toString())
            .collect(Collectors.toCollection(TreeSet::new));
    if (jump.isFirst() && !lost.equals(dueToBeLost(jump))) {
      wrong.add(jump + ": lost " + dueToBeLost(jump) + ", told " + lost);
    }
    return wrong;
  }

  /** Ports that lost a required control by hand before the jump, by the notes. */
  private static Set<PciAddress> lostPorts(Jump jump) {
    Set<PciAddress> lost = new HashSet<>();
    for (Map.Entry<String, Capture> entry : jump.of().captures().entrySet()) {
      for (String note : entry.getValue().notes()) {
        Matcher poked = POKED.matcher(note);
        if (poked.find()) {
          int was = Integer.parseInt(poked.group(2), 16);
          int is = Integer.parseInt(poked.group(3), 16);
          if ((was & ~is & AcsCapability.REQUIRED) != 0) {
            lost.add(PciAddress.parse(poked.group(1)));
          }
        }
      }
      if (entry.getKey().equals(jump.last())) {
        break;
      }
    }
    return lost;
  }

  private static boolean namesALostPort(Jump jump, IsolationAlert alert) {
    Cause cause = alert.cause();
    return cause != null
        && cause.register() != null
        && !cause.register().bitNames().isEmpty()
        && lostPorts(jump).contains(cause.register().port());
  }

  /** Devices asked for that the kernel after did not adopt; those that are gone are told so. */
  private static Set<String> dueToBeLost(Jump jump) {
    Set<String> adopted = named(jump.capture(jump.first()), PRESERVES);
    Set<String> there =
        jump.capture(jump.first()).functions().stream()
            .map(f -> f.address().toString())
            .collect(Collectors.toSet());
    Set<String> due = new TreeSet<>();
    jump.of().meta().path("preserved").forEach(device -> due.add(device.asText()));
    due.retainAll(named(jump.capture(jump.last()), ASKED));
    due.removeAll(adopted);
    due.retainAll(there);
    return due;
  }

  private static Set<String> named(Capture capture, String sentence) {
    Set<String> named = new HashSet<>();
    for (String note : capture.notes()) {
      Matcher device = Pattern.compile(" (\\S+): .*" + sentence).matcher(note);
      if (device.find()) {
        named.add(device.group(1));
      }
    }
    return named;
  }

  /** The forecast of a jump as a live update, from one of the captures before it. */
  static ForecastCheck.Forecast foretell(CorpusCheck.Case one, String from, String after) {
    return ForecastCheck.foretell(one, from, after, Preflight.Mode.LIVE_UPDATE);
  }

  /** What is wrong with the forecasts of a jump, from the last capture before it. */
  static List<String> wrongForecast(Jump jump) {
    ForecastCheck.Forecast forecast = foretell(jump.of(), jump.last(), jump.first());
    boolean refused =
        forecast.outcome() == Preflight.Outcome.NO_GO
            && forecast.missed().isEmpty()
            && forecast.falseAlarms().isEmpty()
            && jump.capture(jump.last()).notes().stream().anyMatch(n -> n.contains(REFUSED));
    return forecast.isRight() || refused ? List.of() : List.of(jump + ": " + forecast);
  }

  /** Prints what is wrong, and the figures, of the corpus named, or of the one that is found. */
  public static void main(String[] arguments) throws IOException {
    Path corpus =
        arguments.length > 0
            ? Path.of(arguments[0])
            : TestCaptures.corpus().orElseThrow().resolve("liveupdate");
    int merges = 0;
    int captures = 0;
    Map<String, Integer> forecasts = new TreeMap<>();
    Map<String, Integer> outcomes = new LinkedHashMap<>();
    for (CorpusCheck.Case one : CorpusCheck.cases(corpus)) {
      for (Jump jump : jumps(one)) {
        captures++;
        merges += CorpusCheck.due(one, jump.later()).size();
        wrong(jump).forEach(System.out::println);
        if (jump.isFirst() && jump.wasToBeALiveUpdate()) {
          ForecastCheck.Forecast forecast = foretell(one, jump.last(), jump.first());
          forecasts.merge(forecast.word(), 1, Integer::sum);
          outcomes.merge(forecast.outcome().name(), 1, Integer::sum);
          System.out.println(jump + ": " + forecast.word() + " " + forecast.outcome());
          wrongForecast(jump).forEach(System.out::println);
        }
      }
    }
    System.out.println("captures after a jump: " + captures + ", merges across VMs due: " + merges);
    System.out.println("forecasts as live updates, from the last capture: " + forecasts);
    System.out.println("answers: " + outcomes);
  }
}
