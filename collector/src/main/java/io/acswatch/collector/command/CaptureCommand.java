package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.text.CaptureWriter;
import io.acswatch.wire.text.OwnersReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "capture",
    description = {
      "Writes a capture of this host as text: configuration space of every PCI function, IOMMU"
          + " groups and boot.",
      "More than the first 64 bytes of a function, and so its ACS registers, need"
          + " CAP_SYS_ADMIN. The command only reads, and wakes no sleeping device."
    })
final class CaptureCommand extends CliCommand {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Read DIR/sys and DIR/proc instead of /sys and /proc.")
  private Path root = Path.of("/");

  @Option(
      names = "--owners",
      paramLabel = "FILE",
      description =
          "Lines 'owner TAB address TAB vm TAB source': which VM owns what. Default: libvirt,"
              + " processes and drop-in files.")
  private @Nullable Path owners;

  @Option(
      names = "--host-id",
      paramLabel = "ID",
      description = "Host id in the capture; default is the host name.")
  private @Nullable String hostId;

  @Mixin private WholeFile file = new WholeFile();

  @Override
  public Integer call() throws IOException {
    HostReader reader = new HostReader(new HostTree(root), Clock.systemUTC());
    List<OwnershipClaim> claims =
        owners == null ? OwnershipReader.claimsOf(reader) : OwnersReader.read(owners);
    Capture capture =
        reader.read(hostId == null ? reader.hostName() : hostId, reader.uptimeMillis(), claims);
    String text = CaptureWriter.toText(capture);
    file.write(out(), text);
    warnOfWhatIsMissing(capture);
    return ExitCode.OK;
  }

  private void warnOfWhatIsMissing(Capture capture) {
    warn(
        capture,
        ReadStatus.TRUNCATED_UNPRIVILEGED,
        "were cut short: reading ACS takes CAP_SYS_ADMIN, so it stays unknown");
    for (ReadStatus status :
        List.of(ReadStatus.ASLEEP, ReadStatus.UNREADABLE, ReadStatus.TORN_READ)) {
      warn(capture, status, "are " + status);
    }
  }

  private void warn(Capture capture, ReadStatus status, String what) {
    int all = capture.functions().size();
    long found = capture.functions().stream().filter(f -> f.readStatus() == status).count();
    if (found > 0) {
      remark("warning: %d of %d functions %s".formatted(found, all, what));
    }
  }
}
