package io.acswatch.standalone;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.standalone.OutsideHalf.SeenFrame;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was seen in the guest, and what it took: two tables, as Markdown. */
final class GuestReport {
  /** One scenario of one run. Times in seconds; NaN where there is none. */
  static final class Figures {
    private final int run;
    private final String scenario;
    private boolean seen;
    private double seconds;
    private double fromUserSpace = Double.NaN;
    private double fromAgent = Double.NaN;
    private double boot = Double.NaN;
    private int frames;
    private long bytes;
    private String cost = "-";
    private String note = "";

    private Figures(int run, String scenario) {
      this.run = run;
      this.scenario = scenario;
    }

    /** How long after the boot, and after the agent's start, the consumer had the alert. */
    void alert(GuestMachine.Boot after, long agentNanos, long alertNanos) {
      boot = after.bootSeconds();
      fromUserSpace = (alertNanos - after.userNanos()) / 1e9;
      fromAgent = (alertNanos - agentNanos) / 1e9;
    }

    void frames(List<SeenFrame> sent) {
      frames = sent.size();
      bytes = sent.stream().mapToLong(frame -> frame.bytes().length).sum();
    }

    /** The guest's two lines: ticks of processor time and kB of memory, of reader and sender. */
    void cost(String lines) {
      List<String> parts = new ArrayList<>();
      for (String line : lines.lines().toList()) {
        String[] words = line.strip().split(" ");
        if (words.length == 2 && words[0].matches("[0-9]+") && words[1].matches("[0-9]+")) {
          parts.add(
              "%.1f s, %d MB"
                  .formatted(
                      Integer.parseInt(words[0]) / 100.0, Integer.parseInt(words[1]) / 1000));
        }
      }
      cost = parts.isEmpty() ? "-" : String.join("; ", parts);
    }

    void note(String text) {
      note = text.replaceAll("\\s+", " ");
    }

    void end(boolean wasSeen, long nanos) {
      seen = wasSeen;
      seconds = nanos / 1e9;
    }
  }

  private final List<Figures> all = new ArrayList<>();

  Figures begin(int run, String scenario) {
    Figures figures = new Figures(run, scenario);
    all.add(figures);
    return figures;
  }

  /** Writes {@code report.md} into the directory. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    StringBuilder text =
        new StringBuilder("| Run | Scenario | Seen | Seconds | |\n|---|---|---|---|---|\n");
    for (Figures one : all) {
      text.append(
          "| %d | %s | %s | %.0f | %s |\n"
              .formatted(one.run, one.scenario, one.seen ? "yes" : "NO", one.seconds, one.note));
    }
    double sum = all.stream().mapToDouble(one -> one.seconds).sum();
    text.append("\n%.0f s in all. Medians of what was seen:\n\n".formatted(sum));
    text.append(
        "| Scenario | n | Alert after user space began, s | after the agent's start, s | Kernel's boot, s"
            + " | Frames | Bytes | Reader; sender: CPU, peak memory |\n"
            + "|---|---|---|---|---|---|---|---|\n");
    Map<String, List<Figures>> byScenario = new TreeMap<>();
    for (Figures one : all) {
      if (one.seen) {
        byScenario.computeIfAbsent(one.scenario, unused -> new ArrayList<>()).add(one);
      }
    }
    all.stream()
        .map(one -> one.scenario)
        .distinct()
        .filter(byScenario::containsKey)
        .forEach(scenario -> text.append(row(scenario, byScenario.get(scenario))));
    Files.writeString(directory.resolve("report.md"), text);
  }

  private static String row(String scenario, List<Figures> runs) {
    return "| %s | %d | %s | %s | %s | %.0f | %.0f | %s |\n"
        .formatted(
            scenario,
            runs.size(),
            shown(median(runs.stream().map(one -> one.fromUserSpace).toList())),
            shown(median(runs.stream().map(one -> one.fromAgent).toList())),
            shown(median(runs.stream().map(one -> one.boot).toList())),
            median(runs.stream().map(one -> (double) one.frames).toList()),
            median(runs.stream().map(one -> (double) one.bytes).toList()),
            runs.get(runs.size() - 1).cost);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().collect(Collectors.toList());
    return sorted.get(sorted.size() / 2);
  }

  private static String shown(double seconds) {
    return Double.isNaN(seconds) ? "-" : String.format(Locale.ROOT, "%.1f", seconds);
  }

  /** Keeps the two snapshots between which an alert was raised, as captures. */
  void keepCaptures(Path directory, String name, List<SeenFrame> frames, IsolationAlert alert)
      throws IOException {
    Files.createDirectories(directory);
    keep(directory.resolve(name + "-before.cap"), frames, alert.interval().before());
    keep(directory.resolve(name + "-after.cap"), frames, alert.interval().after());
  }

  private static void keep(Path file, List<SeenFrame> frames, IsolationAlert.Moment moment)
      throws IOException {
    for (SeenFrame frame : frames) {
      if (frame.content() instanceof Snapshot snapshot
          && snapshot.boot().id().equals(moment.boot().id())
          && snapshot.takenAtMillis() == moment.takenAtMillis()) {
        FrameReader reader = new FrameReader();
        reader.wrap(frame.bytes());
        Files.writeString(file, CaptureWriter.toText(reader.toCapture()));
        return;
      }
    }
    throw new IOException("no frame of " + moment);
  }
}
