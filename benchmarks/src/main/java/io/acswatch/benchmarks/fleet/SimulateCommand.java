package io.acswatch.benchmarks.fleet;

import io.acswatch.pci.capture.Capture;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulate}: a fleet of hosts with what happens to them. */
@Command(
    name = "simulate",
    description = {"Simulates hosts. The same seed gives the same bytes."},
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
  private static final String SUFFIX = ".cap";

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--seed", paramLabel = "S", description = "Seed; default 1.")
  private long seed = 1;

  @Option(
      names = "--one-host",
      paramLabel = "FUNCTIONS",
      description =
          "Write captures of one host with so many functions: FILE before and FILE-after after a"
              + " live update in which a root port lost request redirect.")
  private int oneHost;

  @Option(names = "-o", paramLabel = "FILE", description = "Where to write.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    if (output == null || oneHost == 0) {
      throw new ParameterException(commandLine(), "--one-host FUNCTIONS and -o FILE are needed");
    }
    writeOneHost(output);
    return 0;
  }

  private picocli.CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("spec=null, expected the command to be run by picocli");
    }
    return spec.commandLine();
  }

  private void writeOneHost(Path file) throws IOException {
    BigHost host = hostOf(oneHost);
    Path after = besides(file);
    write(host.before(), file);
    write(host.after(), after);
    PrintWriter out = commandLine().getOut();
    out.println(
        "%s, %s: %d functions; root port %s loses RR, %d VMs come to share a group"
            .formatted(file, after, oneHost, host.port(), host.vms().size()));
    out.flush();
  }

  private BigHost hostOf(int functions) {
    try {
      return BigHost.of(functions, seed);
    } catch (IllegalArgumentException refused) {
      throw new ParameterException(commandLine(), "--one-host: " + refused.getMessage(), refused);
    }
  }

  /** {@code DIR/big-after.cap} for {@code DIR/big.cap}. */
  private static Path besides(Path file) {
    String name = file.getFileName().toString();
    String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - 4) : name;
    return file.resolveSibling(stem + "-after" + (name.endsWith(SUFFIX) ? SUFFIX : ""));
  }

  private static void write(Capture capture, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      CaptureWriter.write(capture, out);
    }
  }
}
