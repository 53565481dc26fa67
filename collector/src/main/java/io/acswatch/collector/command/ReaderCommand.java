package io.acswatch.collector.command;

import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.SpoolingReader;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code collect reader}: this host into the spool. Loads no class of Kafka. */
@Command(
    name = "reader",
    description = {
      "Watches this host and puts frames into the spool; 'collect sender' takes them out.",
      "Uses no network. Told to stop it takes a last snapshot, which takes 200 ms at most."
    })
public final class ReaderCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private CollectOptions options = new CollectOptions();

  @Option(names = "--once", description = "Take one snapshot and exit.")
  private boolean once;

  /** Made by picocli. */
  public ReaderCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config = options.config();
    Path directory = config.spoolOrDefault();
    Spool spool = Spool.open(directory, config.spoolLimits());
    try (SpoolLock lock = SpoolLock.take(directory, "reader")) {
      SpoolingReader reader = new SpoolingReader(config, spool, Clock.systemUTC());
      if (once) {
        reader.once();
        return ExitCode.OK;
      }
      Thread hook = ExitHook.install(reader::stop);
      PrintWriter out = Streams.out(spec);
      out.println("reading " + reader.host() + " into " + directory);
      Streams.flush(out);
      reader.run();
      // Returns only when the hook has asked for it, which then ends the process.
      hook.join();
      return lock.isHeld() ? ExitCode.OK : ExitCode.BAD_INPUT;
    }
  }
}
