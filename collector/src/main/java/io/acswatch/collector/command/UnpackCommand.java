package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code unpack}: a capture as files, for trying the agent on it. */
@Command(
    name = "unpack",
    description = {
      "Writes the /sys and /proc of a capture below a directory, so that 'collect --root DIR'"
          + " and 'check --root DIR' run on them.",
      "DIR is created; if it exists it must be empty."
    })
final class UnpackCommand extends CliCommand {
  @Parameters(index = "0", paramLabel = "CAPTURE", description = "A capture; - is standard input.")
  private String capture = "";

  @Parameters(index = "1", paramLabel = "DIR", description = "Directory to write to.")
  private Path directory = Path.of("");

  @Override
  public Integer call() throws IOException {
    Capture read = CaptureInput.read(capture);
    Files.createDirectories(directory);
    try (Stream<Path> there = Files.list(directory)) {
      if (there.findAny().isPresent()) {
        throw new FileSystemException(directory.toString(), null, "is not empty");
      }
    }
    FixtureHost host = FixtureHost.of(read, directory);
    host.writeOwners(read.owners());
    PrintWriter out = out();
    out.println(read.functions().size() + " functions below " + directory);
    flush();
    return ExitCode.OK;
  }
}
