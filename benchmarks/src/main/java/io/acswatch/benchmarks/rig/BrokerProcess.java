package io.acswatch.benchmarks.rig;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A broker in a JVM of its own, so that its processor time is told apart from that of its clients.
 * Ends with this process, however that ends.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final String HEAP = "-Xmx1g";
  private static final Duration STOPPING = Duration.ofSeconds(20);

  private final Process process;
  private final String bootstrapServers;

  private BrokerProcess(Process process, String bootstrapServers) {
    this.process = process;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts one with an empty log, which is deleted when it ends.
   *
   * @throws IOException if it does not come up; what it says goes to standard error
   */
  public static BrokerProcess start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-") || flag.startsWith("--enable-native"))
        .forEach(command::add);
    command.addAll(List.of(HEAP, "-XX:+UseG1GC", "-cp", System.getProperty("java.class.path")));
    command.add(BrokerMain.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first = out.readLine();
    if (first == null) {
      process.destroy();
      throw new IOException("the broker did not start: " + String.join(" ", command));
    }
    return new BrokerProcess(process, first);
  }

  /** The value of {@code bootstrap.servers} for its clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Processor time it has used, in ticks of a hundredth of a second. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException impatient) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
