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
import java.util.function.ToDoubleFunction;

/** What was seen in the guest, and what it took: two tables, as Markdown. */
final class GuestReport {
  /** One scenario of one run. Times in seconds; NaN where there is none. */
  static final class Figures {
    private final int run;
    private final String kernel;
    private final String scenario;
    private boolean seen;
    private double seconds;
    private double fromUserSpace = Double.NaN;
    private double fromAgent = Double.NaN;
    private double boot = Double.NaN;
    private int frames;
    private long bytes;
    private final double[] cost = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
    private String note = "";

    private Figures(int run, String kernel, String scenario) {
      this.run = run;
      this.kernel = kernel;
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
      String[] words = lines.strip().split("\\s+");
      for (int i = 0; i < cost.length && words.length == cost.length; i++) {
        cost[i] = Integer.parseInt(words[i]) / (i % 2 == 0 ? 100.0 : 1000.0);
      }
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

  Figures begin(int run, String kernel, String scenario) {
    Figures figures = new Figures(run, kernel, scenario);
    all.add(figures);
    return figures;
  }

  /** Writes {@code report.md} into the directory. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    StringBuilder text =
        new StringBuilder(
            "| Run | Kernel | Scenario | Seen | Seconds | |\n|---|---|---|---|---|---|\n");
    for (Figures one : all) {
      text.append(
          "| %d | %s | %s | %s | %.0f | %s |\n"
              .formatted(
                  one.run,
                  one.kernel,
                  one.scenario,
                  one.seen ? "yes" : "NO",
                  one.seconds,
                  one.note));
    }
    double sum = all.stream().mapToDouble(one -> one.seconds).sum();
    text.append("\n%.0f s in all. Medians of what was seen:\n\n".formatted(sum));
    text.append(
        "| Scenario | n | Alert after user space began, s | after the agent's start, s | Kernel's boot, s"
            + " | Frames | Bytes | Reader: CPU, peak memory | Sender |\n"
            + "|---|---|---|---|---|---|---|---|---|\n");
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
    return "| %s | %d | %s | %s | %s | %.0f | %.0f | %s | %s |\n"
        .formatted(
            scenario,
            runs.size(),
            shown(median(runs, one -> one.fromUserSpace)),
            shown(median(runs, one -> one.fromAgent)),
            shown(median(runs, one -> one.boot)),
            median(runs, one -> one.frames),
            median(runs, one -> one.bytes),
            cost(runs, 0),
            cost(runs, 2));
  }

  private static String cost(List<Figures> runs, int first) {
    double seconds = median(runs, one -> one.cost[first]);
    double megabytes = median(runs, one -> one.cost[first + 1]);
    return Double.isNaN(seconds) ? "-" : "%s s, %.0f MB".formatted(shown(seconds), megabytes);
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
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
