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
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code capture}: writes a capture of this host. */
@Command(
    name = "capture",
    description = {
      "Writes a capture of this host: raw configuration space of every PCI function, IOMMU groups"
          + " and boot, as text.",
      "Reading more than 64 bytes of a function, and so its ACS registers, takes CAP_SYS_ADMIN."
          + " Nothing is written to the host, and sleeping devices are not woken."
    })
final class CaptureCommand extends CliCommand {
  @Mixin private HostOptions host = new HostOptions();

  @Option(
      names = {"-o", "--file"},
      paramLabel = "FILE",
      description = "Write to FILE, which is replaced as a whole; default is standard output.")
  private @Nullable Path file;

  @Override
  public Integer call() throws IOException {
    HostReader reader = new HostReader(new HostTree(host.root()), Clock.systemUTC());
    List<OwnershipClaim> owners =
        host.owners() == null ? OwnershipReader.claimsOf(reader) : OwnersReader.read(host.owners());
    Capture capture = reader.read(host.idOr(reader.hostName()), reader.uptimeMillis(), owners);
    StringWriter text = new StringWriter();
    CaptureWriter.write(capture, text);
    PrintWriter err = err();
    if (file == null) {
      PrintWriter out = out();
      out.print(text);
      flush();
    } else {
      WholeFile.write(file, text.toString());
    }
    warnOfWhatIsMissing(capture, err);
    return ExitCode.OK;
  }

  private static void warnOfWhatIsMissing(Capture capture, PrintWriter err) {
    int all = capture.functions().size();
    long cut = count(capture, ReadStatus.TRUNCATED_UNPRIVILEGED);
    if (cut > 0) {
      err.println(
          "acswatch: warning: "
              + cut
              + " of "
              + all
              + " functions were cut short: reading ACS takes CAP_SYS_ADMIN, so it stays unknown");
    }
    for (ReadStatus status :
        new ReadStatus[] {ReadStatus.ASLEEP, ReadStatus.UNREADABLE, ReadStatus.TORN_READ}) {
      long found = count(capture, status);
      if (found > 0) {
        err.println("acswatch: warning: " + found + " of " + all + " functions are " + status);
      }
    }
    err.flush();
  }

  private static long count(Capture capture, ReadStatus status) {
    return capture.functions().stream().filter(f -> f.readStatus() == status).count();
  }
}
