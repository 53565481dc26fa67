package io.acswatch.collector.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which host is read, and as whom. */
final class HostOptions {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Read DIR/sys and DIR/proc instead of /sys and /proc.")
  private Path root = Path.of("/");

  @Option(
      names = "--owners",
      paramLabel = "FILE",
      description =
          "Lines 'owner TAB address TAB vm TAB source' that say which VM owns what; default is"
              + " what libvirt, processes and drop-in files tell.")
  private @Nullable Path owners;

  @Option(
      names = "--host-id",
      paramLabel = "ID",
      description = "Id of the host, for the records; default is its host name.")
  private @Nullable String hostId;

  Path root() {
    return root;
  }

  @Nullable Path owners() {
    return owners;
  }

  String idOr(String hostName) {
    return hostId == null ? hostName : hostId;
  }
}
