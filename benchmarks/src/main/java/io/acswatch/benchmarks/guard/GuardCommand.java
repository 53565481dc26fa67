package io.acswatch.benchmarks.guard;

import io.acswatch.benchmarks.guard.Guard.Finding;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import java.io.IOException;
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
  @Option(
      names = "--self-test",
      description =
          "Slows each loop down by half of its work, lets each box one number, and reads once"
              + " more: all of that must be caught.")
  private boolean selfTest;

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean good = true;
    for (Finding finding : Guard.check(selfTest)) {
      boolean asItShould = finding.holds() != selfTest;
      good &= asItShould;
      String verdict = selfTest ? (asItShould ? "caught" : "MISSED") : asItShould ? "ok" : "FAILED";
      say("%-7s %s".formatted(verdict, finding.text()));
    }
    return good ? ExitCode.OK : ExitCode.FINDING;
  }
}
