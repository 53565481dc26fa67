package io.acswatch.benchmarks.guard;

import com.sun.management.ThreadMXBean;
import io.acswatch.benchmarks.walk.AcsWalk;
import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;

/** The three layers of the guard. Each check gives a line, and says whether it holds. */
final class Guard {
  /** A loop may take so much of its recorded ratio; work by half again takes 1.5 of it. */
  static final double TOLERANCE = 1.25;

  private static final int JVMS = 3;

  /** On a busy machine compilations in the background come late, some in the middle of it all. */
  private static final List<String> JVM_FLAGS =
      List.of("-XX:-BackgroundCompilation", "-XX:+UseSerialGC");

  private static final int WARM_UPS = 5_000;
  private static final int PASSES = 2_000;
  private static final int ROUNDS = 3;

  private Guard() {}

  record Finding(boolean holds, String text) {}

  /** Something that is guarded; {@code inPlace} if it makes no objects. */
  record Recorded(String loop, double ratio, boolean inPlace) {}

  /** Medians of five JVMs each, on a machine with a load of 40 on two CPUs; they differ by 5 %. */
  static final List<Recorded> RECORDED =
      List.of(
          new Recorded("dense", 1.48, true),
          new Recorded("frame", 3.44, true),
          new Recorded("decode", 107, false));

  /** Reads and lines of the walk, and of all facts, over the hundred functions. */
  static List<Finding> counts(boolean readMore) {
    int walkReads = 0;
    int walkLines = 0;
    int factReads = 0;
    int factLines = 0;
    FunctionDecoder decoder = new FunctionDecoder();
    for (byte[] bytes : Corpus.load().dense()) {
      CountingSpace walk = new CountingSpace(bytes);
      AcsWalk.controlOf(walk);
      if (readMore) {
        walk.u8(0);
      }
      walkReads += walk.reads();
      walkLines += walk.lines();
      CountingSpace facts = new CountingSpace(bytes);
      decoder.decode(facts, ReadStatus.COMPLETE);
      factReads += facts.reads();
      factLines += facts.lines();
    }
    return List.of(
        count("find ACS: reads", walkReads, 652),
        count("find ACS: lines", walkLines, 368),
        count("all facts: reads", factReads, FACT_READS),
        count("all facts: lines", factLines, FACT_LINES));
  }

  private static final int FACT_READS = 2_276;
  private static final int FACT_LINES = 484;

  private static Finding count(String what, int counted, int expected) {
    return new Finding(
        counted == expected,
        "%-20s %7d in 100 functions, expected exactly %d".formatted(what, counted, expected));
  }

  static Finding allocation(String name, IntSupplier loop) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (int i = 0; i < WARM_UPS; i++) {
      sum += loop.getAsInt();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < PASSES; i++) {
        sum += loop.getAsInt();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return new Finding(
        least == 0 && sum != Long.MIN_VALUE,
        "%-20s %7d bytes in %d passes, expected 0".formatted(name, least, PASSES));
  }

  /** The ratio of a loop to the reference: the median of three JVMs, each with this loop alone. */
  private static double ratio(String loop) throws IOException, InterruptedException {
    double[] ratios = new double[JVMS];
    for (int i = 0; i < JVMS; i++) {
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElse("java"));
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(JVM_FLAGS);
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(RatioMain.class.getName(), loop));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(loop + ", in a JVM of its own: " + said.strip());
      }
      ratios[i] = Double.parseDouble(said.strip());
    }
    return PairedRatio.median(ratios);
  }

  /** What a ratio says; {@code what} is named in the line. */
  static Finding ratio(String what, double measured, double recorded) {
    double limit = recorded * TOLERANCE;
    return new Finding(
        measured <= limit,
        String.format(
            Locale.ROOT,
            "%-20s %7.2f times the reference, expected at most %.2f (recorded: %.2f)",
            what,
            measured,
            limit,
            recorded));
  }

  /** Checks all that is guarded; with {@code injected} faults, so that no finding may hold. */
  static List<Finding> check(boolean injected) throws IOException, InterruptedException {
    List<Finding> counts = counts(injected);
    List<Finding> findings = new ArrayList<>(injected ? counts.subList(0, 1) : counts);
    Loops loops = new Loops();
    for (Recorded recorded : RECORDED) {
      if (recorded.inPlace()) {
        String loop = (injected ? "boxed-" : "") + recorded.loop();
        findings.add(allocation(loop, loops.named(loop)));
      }
    }
    for (Recorded recorded : RECORDED) {
      String loop = (injected ? "slow-" : "") + recorded.loop();
      findings.add(ratio(loop, ratio(loop), recorded.ratio()));
    }
    return findings;
  }
}
