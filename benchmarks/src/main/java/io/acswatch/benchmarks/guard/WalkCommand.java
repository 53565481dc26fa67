package io.acswatch.benchmarks.guard;

import io.acswatch.benchmarks.WorkingSet;
import io.acswatch.collector.command.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench c}: the search for ACS in Java and in C, over the same bytes in the same order. */
@Command(
    name = "c",
    description = {
      "The search for ACS over the same bytes in the same order: in C (gcc -O3), by hand over a"
          + " byte array and over ByteBuffers, and ours; each in a process of its own, by turns."
          + " What `lspci -F` takes to show the functions stands beside them.",
      "Nanoseconds of CPU for each function, medians, and ratios to the plain walk in C. Without gcc"
          + " or lspci their lines are left out, and said to be."
    })
public final class WalkCommand implements Callable<Integer> {
  private static final String SOURCE = "benchmarks/src/main/c/acswalk.c";
  private static final String PLAIN = "C";
  private static final String PREFETCH = "C, prefetching 12 ahead";
  private static final List<String> JAVA =
      List.of("byte[] and VarHandle", "ByteBuffer", "ours", "ours, touching ahead");
  private static final int LSPCI_FUNCTIONS = 200;
  private static final int HEX_LINE = 16;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--functions",
      paramLabel = "N",
      split = ",",
      description = "Working sets; default 100 (in the caches) and 65536 (256 MiB, beyond them).")
  private List<Integer> sizes = List.of(100, 65_536);

  @Option(names = "--rounds", paramLabel = "N", description = "Processes of each; default 5.")
  private int rounds = 5;

  @Option(names = "--millis", paramLabel = "N", description = "CPU time of a round; default 200.")
  private int millis = 200;

  @Option(
      names = "--source",
      paramLabel = "FILE",
      description = "The walk in C; default " + SOURCE + ".")
  private Path source = Path.of(SOURCE);

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out =
        spec == null ? new PrintWriter(System.out, true) : spec.commandLine().getOut();
    Path directory = Files.createTempDirectory("acswatch-bench-c");
    try {
      Path program = compile(directory, out);
      for (int functions : sizes) {
        compare(functions, program, directory, out);
      }
      lspci(directory, out);
    } finally {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
    out.flush();
    return ExitCode.OK;
  }

  private @Nullable Path compile(Path directory, PrintWriter out) throws InterruptedException {
    Path program = directory.resolve("acswalk");
    try {
      OwnJvm.run(
          List.of("gcc", "-O3", "-march=native", "-o", program.toString(), source.toString()));
      return program;
    } catch (IOException noCompiler) {
      out.println("left out: C, " + noCompiler.getMessage());
      return null;
    }
  }

  private void compare(int functions, @Nullable Path program, Path directory, PrintWriter out)
      throws IOException, InterruptedException {
    WorkingSet set = new WorkingSet(functions, true);
    Path file = directory.resolve("functions-" + functions);
    set.write(file);
    String expected = Long.toString(set.expected());
    Map<String, double[]> nanos = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      if (program != null) {
        keep(nanos, PLAIN, round, expected, inC(program, file, "0"));
        keep(nanos, PREFETCH, round, expected, inC(program, file, "12"));
      }
      for (String walk : JAVA) {
        keep(
            nanos,
            walk,
            round,
            expected,
            OwnJvm.run(
                WalkRun.class,
                List.of("-Xmx1g"),
                walk,
                Integer.toString(functions),
                Integer.toString(millis)));
      }
    }
    out.printf(
        Locale.ROOT, "%d functions, %d MiB, medians of %d%n", functions, functions / 256, rounds);
    double plain = program == null ? Double.NaN : PairedRatio.median(nanos.get(PLAIN));
    nanos.forEach(
        (walk, values) -> {
          double median = PairedRatio.median(values);
          out.printf(Locale.ROOT, "  %-24s %8.1f ns   %5.2f of C%n", walk, median, median / plain);
        });
  }

  private String inC(Path program, Path file, String ahead)
      throws IOException, InterruptedException {
    return OwnJvm.run(
        List.of(program.toString(), file.toString(), "5", Integer.toString(millis), ahead));
  }

  /** A number for a wrong answer is worth nothing. */
  private void keep(
      Map<String, double[]> nanos, String walk, int round, String expected, String said) {
    String[] words = said.split(" ");
    if (words.length != 2 || !words[1].equals(expected)) {
      throw new IllegalStateException(walk + ": " + said + ", expected the sum " + expected);
    }
    nanos.computeIfAbsent(walk, unused -> new double[rounds])[round] = Double.parseDouble(words[0]);
  }

  private void lspci(Path directory, PrintWriter out) throws IOException, InterruptedException {
    WorkingSet set = new WorkingSet(LSPCI_FUNCTIONS, false);
    Path dump = directory.resolve("dump.txt");
    Files.writeString(dump, dump(set), StandardCharsets.US_ASCII);
    double[] nanos = new double[rounds];
    try {
      for (int round = 0; round < rounds; round++) {
        String times =
            OwnJvm.run(
                List.of(
                    "bash",
                    "-c",
                    "TIMEFORMAT='%U %S'; time lspci -F \"$0\" -vv >/dev/null 2>&1",
                    dump.toString()));
        String[] words = times.split(" ");
        double seconds = Double.parseDouble(words[0]) + Double.parseDouble(words[1]);
        nanos[round] = seconds * 1e9 / LSPCI_FUNCTIONS;
      }
    } catch (IOException | NumberFormatException missing) {
      out.println("left out: lspci, " + missing.getMessage());
      return;
    }
    out.printf(
        Locale.ROOT,
        "lspci -F, %d functions, all of each shown: %.0f ns a function%n",
        LSPCI_FUNCTIONS,
        PairedRatio.median(nanos));
  }

  /** What {@code lspci -xxxx} would have written. */
  private static String dump(WorkingSet set) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < set.functions(); i++) {
      lines.add("%02x:%02x.%x function".formatted(i / 256, i / 8 % 32, i % 8));
      for (int at = 0; at < set.length(i); at += HEX_LINE) {
        StringBuilder line = new StringBuilder("%02x:".formatted(at));
        for (int j = 0; j < HEX_LINE; j++) {
          line.append(" %02x".formatted(set.bytes()[set.start(i) + at + j] & 0xFF));
        }
        lines.add(line.toString());
      }
      lines.add("");
    }
    return String.join("\n", lines);
  }
}
