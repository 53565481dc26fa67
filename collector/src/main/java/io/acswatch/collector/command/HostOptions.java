package io.acswatch.collector.command;

import io.acswatch.cli.Settings;
import io.acswatch.collector.agent.CollectorConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the host is read, and who says which VM owns which device. */
public final class HostOptions {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Read DIR/sys and DIR/proc instead of /sys and /proc.")
  private @Nullable Path root;

  @Option(
      names = "--owners",
      paramLabel = "FILE",
      description = "File of 'owner' lines: which VM owns which device.")
  private @Nullable Path owners;

  /** The settings of a collector, overruled by these options. */
  public Settings over(Settings settings) {
    return settings.put(CollectorConfig.ROOT, root).put(CollectorConfig.OWNERS_FILE, owners);
  }
}
