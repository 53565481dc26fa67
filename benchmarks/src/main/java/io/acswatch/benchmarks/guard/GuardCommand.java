package io.acswatch.benchmarks.guard;

import io.acswatch.benchmarks.guard.Guard.Finding;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench --guard}: whether the hot path does more, allocates, or became slower. */
@Command(
    name = "guard",
    description = {
      "Whether the hot path does more than it did, in three layers that hold on a busy machine:"
          + " reads and lines of 64 bytes, counted exactly; bytes allocated, which must be none; and"
          + " CPU time beside a frozen reference in the same run, the median of three JVMs.",
      "Exit code 0: all holds; 1: something does not."
    })
public final class GuardCommand extends CliCommand {
  private static final int SHORT_WARM_UP = 1_500;
  private static final int SHORT_PAIRS = 1_000;

  @Option(
      names = "--self-test",
      description =
          "Slows each loop down by half of its work, lets each box one number, and reads once"
              + " more: all of that must be caught.")
  private boolean selfTest;

  @Option(names = "--pairs", paramLabel = "N", description = "Pairs a JVM; default 1000.")
  private int pairs = SHORT_PAIRS;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Guard guard = new Guard(SHORT_WARM_UP, pairs);
    List<Finding> findings = selfTest ? guard.checkInjected() : guard.check();
    boolean good = true;
    for (Finding finding : findings) {
      boolean asItShould = finding.holds() != selfTest;
      good &= asItShould;
      String verdict = selfTest ? (asItShould ? "caught" : "MISSED") : asItShould ? "ok" : "FAILED";
      say("%-7s %s".formatted(verdict, finding.text()));
    }
    return good ? ExitCode.OK : ExitCode.FINDING;
  }
}
